"""What a film shows before it plays can be chosen."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from lms.accounts.models import Person
from lms.catalog.copying import copy_to_next_year
from lms.catalog.models import Lesson
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.videos import operations, posters, queries
from lms.videos.models import Video
from tests.factories import PersonFactory, PostFactory
from tests.support import RecordedTasks, sign_in
from tests.videos.conftest import _make
from tests.videos.kept_films import made_once
from tests.videos.places import package_folder
from tests.videos.test_jobs import again


@pytest.fixture(scope="session")
def coloured(shared: Path) -> Path:
    """Seven seconds of red, then seven of blue."""
    return made_once(shared, "coloured", _make_coloured) / "film.mp4"


def _make_coloured(folder: Path) -> None:
    red, blue = (f"color={colour}:s=320x180:d=7:r=15" for colour in ("red", "blue"))
    _make(folder / "film.mp4", f"{red}[a];{blue}[b];[a][b]concat")


@pytest.fixture
def ready(trainer: Person, lesson: Lesson, coloured: Path, tasks: RecordedTasks) -> Video:
    with transaction():
        video = operations.import_video(trainer, lesson, coloured)
    tasks.run_all()
    return again(video)


def colour(content: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "JPEG"
        found = picture.convert("RGB").getpixel((20, 20))
    assert isinstance(found, tuple)
    return found


def png(size: tuple[int, int]) -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGBA", size, (0, 200, 0, 255)).save(content, "PNG")
    content.seek(0)
    return content


@pytest.mark.parametrize(
    ("second", "is_blue"),
    [(0, False), (5, False), (6.5, False), (8, True), (13.9, True), (99, True)],
)
def test_picture_is_cut_at_the_instant(ready: Video, second: float, is_blue: bool) -> None:
    red, _green, blue = colour(posters.poster_at(ready, second))
    assert (blue > 200, red > 200) == (is_blue, not is_blue)


def test_chosen_poster_has_an_address_of_its_own_and_the_former_goes(
    ready: Video, trainer: Person
) -> None:
    folder = package_folder(ready.public_id, 1)
    addresses = [queries.poster_url(ready)]
    for second in (1, 10):
        with transaction():
            posters.set_poster(trainer, ready, posters.poster_at(ready, second))
        addresses.append(queries.poster_url(again(ready)))
    assert len(set(addresses)) == 3
    # The first one stays: pages that are open may still ask for it.
    assert {file.name for file in folder.glob("poster*")} == {"poster.jpg", ready.poster_name}
    assert colour((folder / ready.poster_name).read_bytes())[2] > 200


def test_film_of_a_copied_course_has_a_poster_of_its_own_beside_the_other(
    ready: Video, trainer: Person
) -> None:
    former = queries.poster_url(ready)
    with transaction():
        copied = copy_to_next_year(trainer, ready.lesson.course)
    film = queries.current_video(copied.lessons[0].id)
    assert film is not None
    with transaction():
        posters.set_poster(trainer, film, posters.poster_at(film, 10))
    file = package_folder(ready.public_id, 1) / film.poster_name
    assert colour(file.read_bytes())[2] > 200
    assert queries.poster_url(film).endswith(f"/{ready.public_id}/1/{film.poster_name}")
    assert queries.poster_url(again(ready)) == former


def test_picture_of_ones_own_is_written_anew_and_made_smaller() -> None:
    content = posters.poster_from(png((4000, 1000)))
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1280, 320))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        posters.poster_from(io.BytesIO(content))


def test_film_that_is_not_ready_and_a_stranger_get_no_poster(ready: Video, waiting: Video) -> None:
    with pytest.raises(Conflict):
        posters.poster_at(waiting, 1)
    stranger = PersonFactory()
    PostFactory(person=stranger)
    with pytest.raises(NotAllowed), transaction():
        posters.set_poster(stranger, ready, b"x")


def test_trainer_chooses_by_form(client: FlaskClient, trainer: Person, ready: Video) -> None:
    visitor = sign_in(client, trainer)
    url = f"/manage/videos/{ready.id}/poster"
    visitor.post(url, data={"second": "10"})
    by_instant = again(ready).poster_name
    assert by_instant != "poster.jpg"
    data = {"file": (png((300, 300)), "own.png")}
    visitor.post(url, data=data, content_type="multipart/form-data")
    by_file = again(ready).poster_name
    assert by_file not in ("poster.jpg", by_instant)
    page = visitor.get(f"/manage/videos/{ready.id}/status").text
    assert f"/media/hls/{ready.public_id}/1/{by_file}" in page
    assert '<option value="10">0:10</option>' in page
    picture = visitor.get(f"/media/hls/{ready.public_id}/1/{by_file}")
    assert colour(picture.data)[1] > 180
    picture.close()
    answer = visitor.post(url, data={"second": "never"})
    assert answer.status_code == 302
    assert again(ready).poster_name == by_file
