"""Notes at a moment of a lesson: kept once, never overwritten unseen, and their writer's alone."""

import secrets
import threading

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid
from lms.enrollments.models import CycleState
from lms.watching.notes import operations
from lms.watching.notes.models import LessonNote
from lms.watching.notes.operations import NoteChanged
from lms.watching.notes.queries import chapters_of, count_notes, notes_of
from lms.watching.notes.rules import NoteFacts
from tests.factories import CourseFactory, CycleFactory, LessonFactory, PersonFactory
from tests.memberships.support import merge, officer, unit
from tests.watching.support import make_study, make_video


@pytest.fixture
def cycle(app):
    return make_study(windows=2, lessons=2)


@pytest.fixture
def person(cycle):
    return cycle.person


@pytest.fixture
def lesson(cycle):
    return cycle.course.lessons[0]


def write(person, lesson, text="要点", at_ms=5000, key=None, based_on=0):
    facts = NoteFacts(key or secrets.token_hex(16), at_ms, text)
    with transaction():
        return operations.save_note(person, lesson, facts, based_on)


def remove(person, lesson, note, based_on=None):
    revision = note.revision if based_on is None else based_on
    with transaction():
        operations.remove_note(person, lesson, note.key, revision)


def shown(person, lesson):
    db.session.rollback()
    return [(note.at_ms, note.text) for note in notes_of(person, lesson.id)]


def test_notes_stand_in_the_order_of_the_film(person, lesson):
    write(person, lesson, "后面", 30_000)
    write(person, lesson, "", 10_000)
    write(person, lesson, "  前面\r\n两行  ", 1)
    assert shown(person, lesson) == [(1, "前面\n两行"), (10_000, ""), (30_000, "后面")]


def test_a_repeated_request_changes_nothing(person, lesson):
    note = write(person, lesson)
    again = write(person, lesson, key=note.key)
    assert (again.id, again.revision) == (note.id, 1)
    assert len(shown(person, lesson)) == 1


def test_words_may_be_changed_by_who_knows_the_present_ones(person, lesson):
    note = write(person, lesson)
    changed = write(person, lesson, "改过", key=note.key, based_on=1)
    assert (changed.text, changed.revision) == ("改过", 2)
    with pytest.raises(NoteChanged) as told:
        write(person, lesson, "旧页面的话", key=note.key, based_on=1)
    assert told.value.note.text == "改过"
    assert shown(person, lesson) == [(5000, "改过")]


def test_what_was_changed_elsewhere_is_not_removed_unseen(person, lesson):
    note = write(person, lesson)
    write(person, lesson, "改过", key=note.key, based_on=1)
    with pytest.raises(NoteChanged):
        remove(person, lesson, note, based_on=1)
    remove(person, lesson, note, based_on=2)
    remove(person, lesson, note, based_on=2)
    assert shown(person, lesson) == []


def test_a_removed_note_comes_back_under_its_key(person, lesson):
    note = write(person, lesson)
    key = note.key
    remove(person, lesson, note)
    assert write(person, lesson, key=key).revision == 1


@pytest.mark.parametrize(
    ("key", "at_ms", "text"),
    [
        ("short", 0, "字"),
        ("G" * 32, 0, "字"),
        ("a" * 32, -1, "字"),
        ("a" * 32, 2**31, "字"),
        ("a" * 32, True, "字"),
        ("a" * 32, 0, "字" * 2001),
    ],
)
def test_what_is_no_note_is_refused(person, lesson, key, at_ms, text):
    with pytest.raises(Invalid):
        write(person, lesson, text, at_ms, key)
    assert shown(person, lesson) == []


def test_two_thousand_characters_are_kept(person, lesson):
    assert len(write(person, lesson, "字" * 2000).text) == 2000


def fill(person, lesson, count):
    for number in range(count):
        key = secrets.token_hex(16)
        db.session.add(LessonNote(person_id=person.id, lesson_id=lesson.id, key=key, at_ms=number))
    db.session.commit()


def test_a_lesson_holds_five_hundred_of_each_person(person, cycle, lesson):
    fill(person, lesson, 499)
    last = write(person, lesson)
    with pytest.raises(Conflict, match="500"):
        write(person, lesson)
    write(person, lesson, "还能改", key=last.key, based_on=1)
    write(person, cycle.course.lessons[1])
    write(PersonFactory(), lesson)


def test_of_many_at_once_no_more_are_kept_than_may_be(app, person, lesson):
    fill(person, lesson, 497)
    person_id, lesson_id = person.id, lesson.id
    start = threading.Barrier(8)
    refused = []

    def one():
        with app.app_context():
            actor = db.session.get_one(Person, person_id)
            there = db.session.get_one(type(lesson), lesson_id)
            start.wait()
            try:
                write(actor, there)
            except Conflict:
                refused.append(1)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(LessonNote)) == 500
    assert len(refused) == 5


def audited():
    return db.session.scalar(select(func.count()).select_from(AuditEvent))


def test_nothing_of_it_stands_in_the_audit_trail(person, lesson):
    before = audited()
    note = write(person, lesson, "私下的话")
    write(person, lesson, "改过", key=note.key, based_on=1)
    remove(person, lesson, note, based_on=2)
    assert audited() == before


def test_notes_are_there_again_in_the_next_cycle_and_in_the_order_of_the_course(cycle, person):
    first, second = cycle.course.lessons
    write(person, second, "第二讲的话")
    write(person, first, "第一讲的话", at_ms=10**7)
    write(PersonFactory(), first, "别人的话")
    with transaction():
        cycle.state = CycleState.FAILED
    again = CycleFactory(course=cycle.course, person=person, number=2)
    chapters = chapters_of(again)
    assert [(one.title, one.lesson_id) for one in chapters] == [
        (first.title, first.id),
        (second.title, second.id),
    ]
    # The film has a minute; a moment behind it is shown at its end.
    assert [(one.at_ms, one.text) for one in chapters[0].passages] == [(60_000, "第一讲的话")]
    assert count_notes(again) == 2


def test_what_was_written_in_a_lesson_that_is_gone_comes_last(cycle, person, lesson):
    gone = LessonFactory(course=CourseFactory(), title="撤下的一讲")
    make_video(gone)
    write(person, lesson, "还在")
    write(person, gone, "撤下了")
    # As if the course had once held it: no version of now does.
    gone.course_id = cycle.course_id
    db.session.commit()
    titles = [(one.title, one.lesson_id) for one in chapters_of(cycle)]
    assert titles == [(lesson.title, lesson.id), ("撤下的一讲", None)]


def test_a_merged_persons_notes_are_the_survivors(app, lesson):
    school = unit()
    survivor, duplicate = PersonFactory(unit=school), PersonFactory(unit=school)
    mine = write(survivor, lesson, "自己的")
    write(duplicate, lesson, "重复账号的", at_ms=1)
    write(duplicate, lesson, "同一个键", at_ms=2, key=mine.key)
    merge(officer(), survivor, duplicate)
    assert shown(survivor, lesson) == [(1, "重复账号的"), (2, "同一个键"), (5000, "自己的")]
    assert shown(duplicate, lesson) == []
