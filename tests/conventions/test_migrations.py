"""Migrations make exactly what the models describe, on both engines, and can be undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from lms.accounts.enums import PersonState, ProfessionSeries
from lms.accounts.models import Employment, Person
from lms.catalog.models import Course
from lms.catalog.version_models import VersionState
from lms.config import ROOT, Settings
from lms.core.db import db
from lms.core.types import Hours
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt, AttemptState, PaperItem, VersionExam
from lms.factory import create_app
from lms.hours.models import Credit
from lms.questions.kinds import QuestionKind
from lms.videos.versions import videos_of_version
from tests.conftest import create_postgresql_database, settings_with
from tests.factories import CycleFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
    "WHERE NOT tgisinternal ORDER BY tgname",
}


@pytest.fixture
def migrated(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database was made by the migrations alone."""
    url = f"sqlite:///{tmp_path}/migrated.sqlite3"
    if settings.database_url.startswith("postgresql"):
        url = f"{settings.database_url}_migrated"
        create_postgresql_database(url)
    app = create_app(settings_with(tmp_path, url))
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        yield app
        db.engine.dispose()


def _triggers():
    with db.engine.connect() as connection:
        return connection.execute(text(TRIGGERS[db.engine.dialect.name])).all()


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrated_database_equals_the_models(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrated_database_has_the_triggers_of_the_models(session_app, migrated):
    made = _triggers()
    with session_app.app_context():
        described = _triggers()
    assert made == described
    assert made


def test_downgrade_leaves_nothing(migrated):
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    assert _triggers() == []


@pytest.fixture
def old(migrated: Flask) -> Flask:
    """The database of the first release, with somebody in it."""
    downgrade(directory=str(ROOT / "migrations"), revision="5e1a7c0d2b94")
    with db.engine.begin() as connection:
        for statement in OLD_RECORDS:
            connection.execute(text(statement))
    return migrated


OLD_RECORDS = (
    "INSERT INTO divisions (code, name) VALUES ('370000', '山东省')",
    "INSERT INTO organizations (id, kind, name, division_code) "
    "VALUES (1, 'unit', '某公司', '370000')",
    *(
        "INSERT INTO people (id, record_key, name, identity_kind, identity_cipher, identity_hash, "
        "identity_tail, unit_id, profession, is_active, session_epoch, failed_sign_ins, created_at)"
        f" VALUES ({number}, '{number}', '王芳', 'resident', '', '{number}', '0000', {unit}, "
        f"{profession}, {is_active}, 1, 0, '2026-11-21 10:00:00')"
        for number, unit, profession, is_active in (
            (1, "1", "'工程技术'", "true"),
            (2, "NULL", "NULL", "false"),
        )
    ),
    "INSERT INTO posts (person_id, organization_id, role, starts_on) "
    "VALUES (1, 1, 'unit_manager', '2026-11-21')",
)


def test_people_of_the_first_release_are_carried_over(old):
    upgrade(directory=str(ROOT / "migrations"))
    people = db.session.scalars(select(Person).order_by(Person.id)).all()
    assert [person.state for person in people] == [PersonState.ACTIVE, PersonState.SUSPENDED]
    assert people[0].profession is ProfessionSeries.ENGINEERING
    assert people[0].is_staff
    assert people[0].unit is not None
    assert people[0].unit.is_approved
    stay = db.session.scalars(select(Employment)).one()
    assert (stay.person_id, stay.organization_id) == (1, 1)
    assert stay.started_on.isoformat() == "2026-11-21"


@pytest.fixture
def before_versions(migrated: Flask) -> Flask:
    """A database in which courses were published as they stood."""
    downgrade(directory=str(ROOT / "migrations"), revision="36325b3aa108")
    with db.engine.begin() as connection:
        for statement in RECORDS_BEFORE_VERSIONS:
            connection.execute(text(statement))
    return migrated


_NOON = "'2026-11-01 04:00:00'"
RECORDS_BEFORE_VERSIONS = (
    "INSERT INTO divisions (code, name) VALUES ('370000', '山东省')",
    "INSERT INTO organizations (id, kind, state, name, division_code, created_at) "
    f"VALUES (1, 'base', 'approved', '基地', '370000', {_NOON})",
    "INSERT INTO people (id, record_key, name, state, identity_kind, identity_cipher, "
    "identity_hash, identity_head, identity_tail, created_at) "
    f"VALUES (1, '1', '王芳', 'active', 'resident', '', '1', '371102', '0000', {_NOON})",
    *(
        "INSERT INTO courses (id, slug, title, summary, category, hours, year, lecturer_name, "
        "lecturer_title, lecturer_about, base_id, created_by_id, state, requires_exam, "
        "max_pace_tenths, created_at, published_at) "
        f"VALUES ({number}, 'c{number}', '课程{number}', '', 'public', 25, 2026, '李老师', '', '', "
        f"1, 1, '{state}', false, 15, {_NOON}, {published})"
        for number, state, published in (
            (1, "published", _NOON),
            (2, "withdrawn", _NOON),
            (3, "draft", "NULL"),
        )
    ),
    *(
        "INSERT INTO lessons (id, course_id, slug, position, title, summary) "
        f"VALUES ({number}, {course}, 'l{number}', {number}, '第{number}讲', '')"
        for number, course in ((1, 1), (2, 1), (3, 2))
    ),
    *(
        "INSERT INTO videos (id, public_id, lesson_id, state, original_name, size_bytes, "
        "secret_cipher, created_at, attempts, progress_percent, package_version, duration_ms, "
        "window_seconds, window_count, width, height, renditions) "
        f"VALUES ({number}, 'v{number}', 1, '{state}', 'a.mp4', 1, '', {_NOON}, 1, 100, 1, 60000, "
        "30, 2, 640, 360, '[]')"
        for number, state in ((1, "replaced"), (2, "ready"))
    ),
    "INSERT INTO etextbooks (id, course_id, title, path, size_bytes) VALUES (1, 1, '教材', 'x', 1)",
    "INSERT INTO cycles (id, person_id, course_id, number, state, reason, started_at) "
    f"VALUES (1, 1, 1, 1, 'completed', 'free', {_NOON}), (2, 1, 2, 1, 'active', 'free', {_NOON})",
    "INSERT INTO credits (id, cycle_id, person_id, year, category, hours, title, "
    "certificate_number, earned_at) "
    f"VALUES (1, 1, 1, 2026, 'public', 25, '课程1', 'N1', {_NOON})",
)


def test_published_courses_become_the_first_version_of_themselves(before_versions):
    upgrade(directory=str(ROOT / "migrations"))
    courses = {course.id: course for course in db.session.scalars(select(Course))}
    first = courses[1].version
    assert (first.number, first.state, first.hours) == (1, VersionState.PUBLISHED, Hours(25))
    assert (first.requires_exam, first.max_pace_tenths) == (False, 15)
    # A lesson without a film could not be studied and held nobody up.
    assert [lesson.title for lesson in first.lessons] == ["第1讲"]
    assert {key: video.id for key, video in videos_of_version(first.id).items()} == {1: 2}
    assert [book.title for book in first.etextbooks] == ["教材"]
    assert courses[2].version.state is VersionState.WITHDRAWN
    assert courses[3].version is None
    cycles = db.session.scalars(select(Cycle).order_by(Cycle.id)).all()
    assert [cycle.version.course_id for cycle in cycles] == [1, 2]
    assert db.session.scalars(select(Credit)).one().course_id == 1


@pytest.fixture
def papers(migrated: Flask) -> Flask:
    """The database before questions had marks of their own, with two papers."""
    cycle = CycleFactory()
    ExamSettingsFactory(course_id=cycle.course_id)
    answers: list[tuple[dict[str, Any], list[Any]]] = [
        ({"answer": [0]}, [0]),
        ({"answer": [0]}, [1]),
        ({"answer": [0]}, []),
        ({"kind": QuestionKind.MULTIPLE, "answer": [0, 1]}, [1, 0]),
        ({"fill_in": True}, ["９０", " 30 "]),
        ({"ordering": True}, [0, 2, 1]),
        ({"matching": True}, [0, 1]),
    ]
    questions = [QuestionFactory(course=cycle.course, **facts) for facts, _chosen in answers]
    for number, state, points in ((1, AttemptState.FAILED, 2000), (2, AttemptState.RUNNING, None)):
        attempt = Attempt(
            cycle=cycle,
            number=number,
            state=state,
            deadline_at=cycle.started_at,
            pass_percent=60,
            total_points=3500,
            points=points,
        )
        attempt.items = [
            PaperItem(position=n, question=question, option_order=[], points=500, chosen=chosen)
            for n, (question, (_facts, chosen)) in enumerate(zip(questions, answers, strict=True))
        ]
        db.session.add(attempt)
    db.session.commit()
    downgrade(directory=str(ROOT / "migrations"), revision="5be07a91c3d4")
    return migrated


def test_papers_are_counted_in_hundredths_and_each_question_has_its_marks(papers):
    with db.engine.begin() as connection:
        old = text("SELECT points, total_points FROM exam_attempts ORDER BY number")
        assert connection.execute(old).all() == [(20, 35), (None, 35)]
        lines = text("SELECT parts FROM version_exams")
        assert "topic" not in str(connection.execute(lines).scalar_one())
    upgrade(directory=str(ROOT / "migrations"))
    db.session.expire_all()
    marked, running = db.session.scalars(select(Attempt).order_by(Attempt.number))
    assert (marked.points, marked.total_points, running.points) == (2000, 3500, None)
    assert [item.points for item in running.items] == [500] * 7
    assert [item.awarded for item in marked.items] == [500, 0, 0, 500, 500, 0, 500]
    assert [item.awarded for item in running.items] == [None] * 7
    [line] = db.session.scalars(select(VersionExam)).one().parts
    assert (line["section"], line["topic"], line["count"]) == ("", "", 3)
