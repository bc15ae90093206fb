"""A lesson to listen to: the same gate, and a still where the film would be."""

from lms.core.db import transaction
from tests.watching.support import Page, make_study


def test_player_shows_the_still_of_a_lesson_of_sound(app, clock):
    cycle = make_study()
    page = Page.of(app, cycle).open()
    address = f"/learn/{cycle.id}/lessons/{page.lesson_id}"
    assert "player-still" not in page.client.get(address).text
    with transaction():
        page.progress_now().video.renditions = ["audio"]
    shown = page.client.get(address).text
    assert f'<img class="player-still" src="/media/hls/{page.public_id}/1/poster.jpg"' in shown


def test_windows_of_sound_are_released_no_faster_than_those_of_a_film(app, clock):
    film, sound = (Page.of(app, make_study()).open() for _number in range(2))
    with transaction():
        sound.progress_now().video.renditions = ["audio"]
    for _minute in range(3):
        of_film, of_sound = ([p.key(n).status_code for n in range(6)] for p in (film, sound))
        assert of_sound == of_film
        clock.advance(30)
    assert {200, 425} <= set(of_sound)
