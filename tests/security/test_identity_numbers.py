"""An identity number is written nowhere in clear: no page, log, queue, file or table.

One learner goes the whole way over HTTP; then everything that came out or was kept is searched.
"""

import logging
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from lms.core.db import Base, db, transaction
from lms.core.permissions import Role
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.hours.models import Delivery, DeliveryState
from lms.watching.models import WatchedCourse
from lms.web.auth import TOKEN, access_of
from tests.factories import (
    CourseFactory,
    CycleFactory,
    LessonFactory,
    PersonFactory,
    PostFactory,
    QuestionFactory,
)
from tests.factories.accounts import PASSWORD, identity_number
from tests.factories.exams import ExamSettingsFactory
from tests.hours.support import ScriptedBank
from tests.security.support import address_of, routes
from tests.support import sign_in

PLANTED = identity_number(8_888_888)
# Whole, or without its check character, or without its tail, which may be shown.
TRACES = [PLANTED, PLANTED[:17], PLANTED[:14], PLANTED[4:16]]


def traces_in(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [trace for trace in TRACES if trace.encode() in data]


@pytest.fixture
def journey(app, clock, tasks, caplog):
    """Sign in by number, be mistaken once, sit and pass the exam, have the hours delivered."""
    caplog.set_level(logging.DEBUG)
    bank = ScriptedBank(app)
    person = PersonFactory(name="苏珊", identity_number=PLANTED, password=PASSWORD)
    client = app.test_client()
    for password in ("wrong", PASSWORD):
        client.post("/sign-in", data={"login": PLANTED, "password": password})
    client.get("/sign-in", query_string={"next": f"/me?id={PLANTED}"})
    queued = _pass_exam(client, person, tasks)
    return client, person, bank, queued


def _pass_exam(client, person, tasks):
    course = CourseFactory()
    LessonFactory(course=course)
    QuestionFactory.create_batch(4, course=course)
    ExamSettingsFactory(course_id=course.id)
    cycle = CycleFactory(course=course, person=person)
    with transaction():
        db.session.add(WatchedCourse(cycle_id=cycle.id))
    paper = client.post(f"/learn/{cycle.id}/exam").headers["Location"]
    for position in (1, 2, 3):
        for place in range(4):
            body = {"chosen": [place], "serial": place + 1}
            client.put(f"{paper}/answers/{position}", json=body)
    client.post(f"{paper}/submit")
    _pass_anyway(cycle)
    queued = [args for _work, args in tasks.queued]
    tasks.run_all()
    return queued


def _pass_anyway(cycle: Cycle) -> None:
    db.session.expire_all()
    if cycle.state is CycleState.ACTIVE:
        with transaction():
            complete_cycle(cycle)


def test_the_hours_reached_the_bank(journey):
    """Without this the search below would search an empty house."""
    _client, _person, bank, _queued = journey
    assert db.session.scalars(select(Delivery)).one().state is DeliveryState.ACKNOWLEDGED
    # The number goes to the bank and only there: in the body, never in the address.
    sent = [request for request in bank.requests if PLANTED.encode() in request.content]
    assert sent
    assert not any(traces_in(str(request.url)) for request in bank.requests)
    assert not any(traces_in(repr(request.headers)) for request in bank.requests)


def test_nothing_that_is_kept_holds_it(app, journey, caplog):
    _client, _person, _bank, queued = journey
    assert queued
    assert not traces_in(repr(queued))
    _search_logs(caplog)
    _search_tables()
    _search_files(app)


def _search_logs(caplog):
    records = caplog.get_records("setup") + caplog.records
    assert records
    shown = [record.getMessage() + (record.exc_text or "") for record in records]
    assert not [line for line in shown if traces_in(line)]


def _search_tables():
    searched = 0
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                assert not traces_in(data), table.name
                searched += 1
    assert searched > 100


def _search_files(app):
    settings = app.extensions["settings"]
    db.session.rollback()
    roots = {Path(settings.var_dir).parent, settings.media_path}
    files = [path for root in roots for path in root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".pdf" for path in files)
    assert not [path for path in files if traces_in(path.read_bytes())]


def test_no_page_shows_it(app, journey):
    client, _person, _bank, _queued = journey
    values = {"slug": db.session.scalars(select(Cycle)).one().course.slug}
    staff = [PostFactory(role=role).person for role in Role]
    clients = [client] + [sign_in(app.test_client(), person) for person in staff]
    assert sum(_search_pages(app, each, values) for each in clients) > 60


def _search_pages(app, client, values) -> int:
    seen = 0
    for rule in routes(app):
        if access_of(app, rule.endpoint) == TOKEN or "GET" not in rule.methods:
            continue
        with client.get(address_of(rule, **values)) as answer:
            assert not traces_in(answer.data), rule.rule
            seen += answer.status_code == 200
    return seen


def test_no_error_repeats_it(app, client):
    for sent in (
        client.post("/sign-in", data={"login": PLANTED, "password": ""}),
        client.post("/verify", data={"number": PLANTED, "name": ""}),
        client.get(f"/v/{PLANTED}"),
        client.get("/courses", query_string={"year": PLANTED}),
    ):
        assert sent.status_code < 500
    raw = httpx.WSGITransport(app=app).handle_request(
        httpx.Request("POST", "http://localhost/hourbank/api/v1/credits", json={"x": PLANTED})
    )
    assert not traces_in(raw.read())
