"""Whatever people write is shown as they wrote it, and never run."""

import io

import pytest

from lms.catalog.models import Course, Lesson
from lms.catalog.version_models import CourseVersion, VersionLesson
from lms.core.db import db, transaction
from lms.exams.models import RestudyApplication
from lms.organizations.models import Organization
from lms.questions.models import Question
from lms.web.auth import TOKEN, access_of
from tests.security.estate import build_estate
from tests.security.support import address_of, routes
from tests.support import sign_in

SCRIPT = "<script>alert(1)</script>"
PICTURE = '"><img src=x onerror=alert(2)>'
TEMPLATE = "{{ 7 * 191 }}"
HOSTILE = f"{SCRIPT}{PICTURE}{TEMPLATE}"
# Columns that take no more.
SHORT = {"lecturer_name": 60, "lecturer_title": 60, "topic": 60, "title": 100}
RUN = ("<script>alert(1)", "<img src=x", "1337")


@pytest.fixture
def estate(app, clock):
    """An estate in which everybody wrote the worst they could."""
    made = build_estate(app)
    with transaction():
        told = ("title", "summary", "lecturer_name", "lecturer_title", "lecturer_about")
        for model, columns in (
            (Course, told),
            (CourseVersion, told),
            (Lesson, ("title", "summary")),
            (VersionLesson, ("title", "summary")),
            (Organization, ("name",)),
            (Question, ("text", "explanation", "topic")),
            (RestudyApplication, ("reason",)),
        ):
            for row in db.session.query(model):
                for column in columns:
                    setattr(row, column, HOSTILE[: SHORT.get(column, 200)])
        for question in db.session.query(Question):
            question.options = [f"{HOSTILE}{number}" for number in range(4)]
        made.owner.name = HOSTILE[:60]
        made.manager.name = HOSTILE[:60]
    return made


def _pages(app, client, estate):
    for rule in routes(app):
        access = access_of(app, rule.endpoint)
        if access == TOKEN or "GET" not in rule.methods or rule.rule.endswith((".xlsx", ".pdf")):
            continue
        with client.get(address_of(rule, **estate.values)) as answer:
            assert answer.status_code < 500, rule.rule
            if answer.mimetype in ("text/html", "image/svg+xml"):
                yield rule.rule, answer.get_data(as_text=True)


@pytest.mark.parametrize(("role", "escaped_pages"), [("owner", 8), ("manager", 8), ("guest", 3)])
def test_nothing_that_was_written_is_run(app, client, estate, role, escaped_pages):
    if role != "guest":
        sign_in(client, getattr(estate, role))
    shown = 0
    for address, page in _pages(app, client, estate):
        assert not [trace for trace in RUN if trace in page], address
        shown += "&lt;script&gt;alert(1)" in page
    assert shown >= escaped_pages


def test_a_popup_is_data_and_no_page(app, estate, client):
    """It goes into the page as text; that the player does so is seen in the browser journeys."""
    sign_in(client, estate.owner)
    lesson = f"/learn/{estate.values['cycle_id']}/lessons/{estate.values['lesson_id']}"
    answer = client.post(f"{lesson}/lease", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_answer_forbids_foreign_scripts(app, client, estate):
    sign_in(client, estate.owner)
    for address, _page in _pages(app, client, estate):
        policy = client.get(address if "<" not in address else "/").headers
        assert "script-src 'self'" in policy["Content-Security-Policy"]
        assert "unsafe-inline" not in policy["Content-Security-Policy"]
        assert policy["X-Content-Type-Options"] == "nosniff"


def test_a_picture_with_a_script_in_it_is_no_cover(client, app, estate):
    sign_in(client, estate.manager)
    drawing = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(3)</script></svg>')
    slug = estate.values["slug"]
    answer = client.post(f"/manage/courses/{slug}/cover", data={"file": (drawing, "cover.png")})
    assert answer.status_code in (302, 303, 422)
    with client.get(f"/courses/{slug}/cover") as cover:
        assert b"alert(3)" not in cover.data
    assert db.session.query(Course).filter_by(slug=slug).one().cover_path is None
