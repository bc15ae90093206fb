"""The history of a question: what was changed, by whom and when; and who may read it."""

import pytest

from lms.core import clock as clocks
from lms.core.db import db, transaction
from lms.questions.change_models import QuestionDeed
from lms.questions.history import history_of
from lms.questions.models import QuestionKind, QuestionUse
from lms.questions.operations import create_question, retire_question, revise_question
from lms.questions.rules import QuestionFacts
from tests.factories import LessonFactory, PersonFactory, PostFactory, QuestionFactory
from tests.support import sign_in


def facts(**changed):
    written = {
        "kind": QuestionKind.SINGLE,
        "text": "每年多少学时？",
        "options": ("90", "60"),
        "answer": (0,),
    }
    return QuestionFacts(**{**written, **changed})


@pytest.fixture
def question(trainer, course):
    with transaction():
        return create_question(trainer, course, facts())


def revise(person, question, lesson=None, **changed):
    with transaction():
        return revise_question(person, question, facts(**changed), lesson)


def told(entry):
    return [(str(each.label), each.old, each.new) for each in entry.differences]


def test_revisions_in_place_keep_what_stood_there(trainer, base, course, question, clock):
    colleague = PostFactory(organization=base).person
    lesson = LessonFactory(course=course, title="第二讲")
    clock.advance(days=1)
    revise(colleague, question, answer=(1,), topic="学时")
    clock.advance(days=1)
    revise(trainer, question, lesson, answer=(1,), use=QuestionUse.EXAM, difficulty=3)
    history = history_of(question)
    newest, middle, oldest = history.entries
    assert [entry.deed for entry in history.entries] == [
        QuestionDeed.REVISE,
        QuestionDeed.REVISE,
        QuestionDeed.CREATE,
    ]
    assert told(oldest) == []
    assert told(middle) == [
        ("选项与答案", ["✓ A. 90", "B. 60"], ["A. 90", "✓ B. 60"]),
        ("知识点", [], ["学时"]),
    ]
    assert told(newest) == [
        ("用途", ["弹题和考试"], ["考试"]),
        ("难度", ["中"], ["难"]),
        ("知识点", ["学时"], []),
        ("课时", [], ["第二讲"]),
    ]
    assert newest.happened_at == clocks.now()
    assert history.names[middle.actor_id] == colleague.name


def test_saving_without_a_change_is_no_revision(trainer, course, question):
    assert revise(trainer, question) is question
    assert len(history_of(question).entries) == 1
    course.published_at = clocks.now()
    db.session.commit()
    assert revise(trainer, question) is question
    assert not question.is_retired


def test_successors_belong_to_one_history(trainer, course, question):
    revise(trainer, question, text="发布之前改过")
    course.published_at = clocks.now()
    db.session.commit()
    second = revise(trainer, question, text="第二稿")
    third = revise(trainer, second, text="第三稿", explanation="见通知")
    with transaction():
        retire_question(trainer, third)
    histories = [history_of(each) for each in (question, second, third)]
    assert [history.newest for history in histories] == [third] * 3
    lines = [
        [(entry.deed.value, entry.question.id, told(entry)) for entry in history.entries]
        for history in histories
    ]
    assert lines[0] == lines[1] == lines[2]
    assert lines[0] == [
        ("retire", third.id, []),
        ("revise", third.id, [("题干", ["第二稿"], ["第三稿"]), ("解析", [], ["见通知"])]),
        ("revise", second.id, [("题干", ["发布之前改过"], ["第二稿"])]),
        ("revise", question.id, [("题干", ["每年多少学时？"], ["发布之前改过"])]),
        ("create", question.id, []),
    ]


@pytest.mark.parametrize("trait", ["fill_in", "ordering", "matching"])
def test_every_kind_can_be_read(app, trainer, course, trait):
    question = QuestionFactory(course=course, **{trait: True})
    written = {name: getattr(question, name) for name in ("kind", "text", "options", "answer")}
    changed = {**written, "explanation": "新的解析"}
    with transaction():
        revise_question(trainer, question, QuestionFacts(**changed))
    client = sign_in(app.test_client(), trainer)
    page = client.get(f"/manage/courses/{course.slug}/questions/{question.id}/history")
    assert page.status_code == 200
    assert "新的解析" in page.text


def test_page_shows_what_was_changed_and_the_list_leads_there(app, trainer, course, question):
    revise(trainer, question, text="改过的题干 <b>")
    client = sign_in(app.test_client(), trainer)
    address = f"/manage/courses/{course.slug}/questions"
    assert f'href="{address}/{question.id}/history"' in client.get(address).text
    page = client.get(f"{address}/{question.id}/history").text
    assert "改过的题干 &lt;b&gt;" in page
    assert trainer.name in page
    assert "还没有出现过" in page


def test_history_is_the_bases_own_affair(app, course, question, stranger):
    address = f"/manage/courses/{course.slug}/questions/{question.id}/history"
    for person, status in ((stranger, 404), (PersonFactory(), 403)):
        assert sign_in(app.test_client(), person).get(address).status_code == status
