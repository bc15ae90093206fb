"""Notes over HTTP: what the player sends, the page of a course, and the files of it."""

import pytest

from lms.core.db import db
from lms.enrollments.models import CycleState
from lms.watching.notes.queries import notes_of
from tests.factories import CourseFactory, LessonFactory, PersonFactory, PostFactory
from tests.support import sign_in
from tests.watching.support import Page, make_study

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def cycle(app):
    return make_study(windows=4, title="安全生产")


@pytest.fixture
def page(app, cycle):
    return Page.of(app, cycle)


def address(page, key=KEY):
    return f"/learn/{page.cycle_id}/lessons/{page.lesson_id}/notes/{key}"


def put(page, text="要点", at_ms=5000, based_on=0, key=KEY):
    body = {"text": text, "at_ms": at_ms, "based_on": based_on}
    return page.client.put(address(page, key), json=body, headers={"Accept": "application/json"})


def kept(page):
    db.session.rollback()
    return [(note.at_ms, note.text) for note in notes_of(page.person, page.lesson_id)]


def test_a_note_is_kept_changed_and_removed(page):
    answer = put(page)
    assert answer.json == {"key": KEY, "at_ms": 5000, "text": "要点", "revision": 1}
    assert put(page, "改过", based_on=1).json["revision"] == 2
    assert kept(page) == [(5000, "改过")]
    assert page.client.delete(f"{address(page)}?based_on=2").json == {"removed": True}
    assert kept(page) == []


def test_an_old_page_is_told_what_stands_there_now(page):
    put(page)
    put(page, "改过", based_on=1)
    answer = put(page, "旧页面的话", based_on=1)
    assert answer.status_code == 409
    assert answer.json["code"] == "note-changed"
    assert answer.json["note"] == {"key": KEY, "at_ms": 5000, "text": "改过", "revision": 2}
    assert page.client.delete(f"{address(page)}?based_on=1").status_code == 409
    assert kept(page) == [(5000, "改过")]


@pytest.mark.parametrize("body", [None, [], {"text": 1, "at_ms": 0}, {"text": "", "at_ms": "0"}])
def test_what_is_no_note_is_refused(page, body):
    answer = page.client.put(address(page), json=body, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert kept(page) == []


def test_others_and_other_courses_lessons_are_not_found(app, cycle, page):
    put(page)
    stranger = sign_in(app.test_client(use_cookies=True), PersonFactory())
    assert stranger.put(address(page), json={"text": "", "at_ms": 0}).status_code == 404
    assert stranger.delete(f"{address(page)}?based_on=1").status_code == 404
    assert stranger.get(f"/learn/{cycle.id}/notes").status_code == 404
    assert stranger.get(f"/learn/{cycle.id}/notes.md").status_code == 404
    elsewhere = LessonFactory(course=CourseFactory())
    other = f"/learn/{cycle.id}/lessons/{elsewhere.id}/notes/{KEY}"
    assert page.client.put(other, json={"text": "", "at_ms": 0}).status_code == 404
    assert kept(page) == [(5000, "要点")]


def test_the_lesson_brings_the_notes_there_are(page):
    put(page, "<script>要点</script>")
    text = page.client.get(f"/learn/{page.cycle_id}/lessons/{page.lesson_id}").text
    block = text.split("data-notes-settings>")[1].split("</script>")[0]
    assert '"revision": 1' in block
    assert "<script>" not in block


def test_they_may_be_written_when_the_cycle_is_over(page, cycle):
    cycle.state = CycleState.FAILED
    db.session.commit()
    assert put(page).status_code == 200


def test_the_page_and_the_files_hold_all_of_the_course(page, cycle):
    put(page, "第一行\n第二行 <b>", at_ms=65_500)
    put(page, "", at_ms=3000, key=KEY[::-1])
    study = page.client.get(f"/learn/{cycle.id}").text
    assert "这门课程里有 2 条笔记和书签" in study
    listed = page.client.get(f"/learn/{cycle.id}/notes").text
    assert f"/learn/{cycle.id}/lessons/{page.lesson_id}?at=65" in listed
    assert "第二行 &lt;b&gt;" in listed
    title = cycle.course.lessons[0].title
    markdown = page.client.get(f"/learn/{cycle.id}/notes.md")
    assert markdown.mimetype == "text/markdown"
    assert "attachment" in markdown.headers["Content-Disposition"]
    assert markdown.get_data(as_text=True) == (
        f"# 安全生产：我的笔记\n\n## {title}\n\n"
        "- **00:03** 书签\n- **01:05** 第一行\n  第二行 <b>\n"
    )
    assert page.client.get(f"/learn/{cycle.id}/notes.txt").get_data(as_text=True) == (
        f"安全生产：我的笔记\n\n{title}\n[00:03] 书签\n[01:05] 第一行\n第二行 <b>\n"
    )
    assert page.client.get(f"/learn/{cycle.id}/notes.pdf").status_code == 404


def test_without_notes_the_pages_say_how_to_write_some(page, cycle):
    assert "只有您自己看得到" in page.client.get(f"/learn/{cycle.id}").text
    listed = page.client.get(f"/learn/{cycle.id}/notes").text
    assert "还没有笔记" in listed
    assert "notes.md" not in listed


def test_previews_write_no_notes(app, cycle):
    trainer = PostFactory(organization=cycle.course.base).person
    client = sign_in(app.test_client(use_cookies=True), trainer)
    lesson_id = cycle.course.lessons[0].id
    text = client.get(f"/manage/courses/{cycle.course.slug}/preview/lessons/{lesson_id}").text
    assert "data-player" in text
    assert "data-notes" not in text
    assert 'data-do="note"' not in text
