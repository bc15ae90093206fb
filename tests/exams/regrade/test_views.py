"""The pages of regrades: preview, confirmation, record; and what learners are told."""

import html
import re

from sqlalchemy import func, select

from lms.core.db import db
from lms.core.permissions import Role
from lms.enrollments.models import CycleState
from lms.exams.regrade.models import Regrade
from lms.exams.regrade.tasks import run_regrade
from lms.questions.models import Counting, Question
from tests.exams.regrade.conftest import (
    EVERYBODY,
    attempts,
    begin,
    certificates,
    key,
    regrade,
    sit,
    start_regrade,
)
from tests.factories import PostFactory, QuestionFactory
from tests.support import sign_in


def address(course, question):
    return f"/manage/courses/{course.slug}/regrades/questions/{question.id}"


def words(answer):
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
    return re.sub(r"\s+", " ", text)


def hidden(answer, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.get_data(as_text=True))[1]


def mending(**more):
    return {"counting": "key", "answer": "1", "reason": "教材第三版已经修改", "number": "1", **more}


def test_what_was_previewed_is_confirmed(client, course, questions, manager, tasks):
    loser = begin(course, name="钱一一")
    sit(loser, 0, 0, 1)
    sign_in(client, manager)
    assert client.get(address(course, questions[0])).status_code == 200
    preview = client.post(address(course, questions[0]), data=mending(step="preview"))
    assert "钱一一" in words(preview)
    assert "20 / 30 合格" in words(preview)
    assert "10 / 30 不合格" in words(preview)
    assert db.session.scalar(select(func.count()).select_from(Regrade)) == 0
    seen = hidden(preview, "seen")
    answer = client.post(address(course, questions[0]), data=mending(step="apply", seen=seen))
    record = answer.headers["Location"]
    assert "正在重新评分" in words(client.get(record))
    tasks.run_all()
    db.session.expire_all()
    assert loser.state is CycleState.ACTIVE
    shown = words(client.get(record))
    assert "已完成" in shown
    assert "钱一一" in shown
    assert "教材第三版已经修改" in shown
    assert "改回更正前的答案" in shown
    assert "每年累计" in words(client.get(f"/manage/courses/{course.slug}/regrades"))


def test_another_choice_than_the_previewed_one_is_previewed_first(
    client, course, questions, manager
):
    sign_in(client, manager)
    preview = client.post(address(course, questions[0]), data=mending(step="preview"))
    seen = hidden(preview, "seen")
    changed = mending(step="apply", seen=seen, answer="2")
    answer = client.post(address(course, questions[0]), data=changed)
    assert answer.status_code == 200
    assert "预览：还没有改动任何成绩" in words(answer)
    assert questions[0].answer == [0]


def test_going_back_begins_with_the_former_key(client, course, questions, manager):
    made = regrade(manager, questions[0], key(1))
    sign_in(client, manager)
    page = client.get(f"{address(course, questions[0])}?undo={made.id}").get_data(as_text=True)
    assert re.search(r'value="0" checked', page)
    assert not re.search(r'value="1" checked', page)


def test_every_kind_of_question_can_be_mended(client, course, manager):
    sign_in(client, manager)
    for kind, given, wanted in (
        ("fill_in", {"answer-0": "90\n一百", "answer-1": "30"}, [["90", "一百"], ["30"]]),
        ("ordering", {"answer-0": "1", "answer-1": "0", "answer-2": "2"}, [1, 0, 2]),
        ("matching", {"answer-0": "1", "answer-1": "0"}, [1, 0]),
    ):
        question = QuestionFactory(course=course, **{kind: True})
        sent = mending(step="preview", **given)
        preview = client.post(address(course, question), data=sent)
        assert preview.status_code == 200, words(preview)
        sent |= {"step": "apply", "seen": hidden(preview, "seen")}
        answer = client.post(address(course, question), data=sent)
        assert answer.status_code == 302, words(answer)
        made = db.session.scalars(select(Regrade).order_by(Regrade.id.desc())).first()
        run_regrade.run(made.id)
        db.session.expire_all()
        assert db.session.get(Question, question.id).answer == wanted


def test_a_refusal_is_told_on_the_page(client, course, questions, manager):
    sign_in(client, manager)
    answer = client.post(address(course, questions[0]), data=mending(step="preview", answer="0"))
    assert answer.status_code == 422
    assert "没有需要更正的内容" in words(answer)


def test_learners_see_why_their_result_changed(client, course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 1, 1)
    sit(cycle, 0, 0, 1)
    old = certificates()[0]
    regrade(manager, questions[0], key(1))
    first, second = attempts(cycle)
    sign_in(client, cycle.person)
    shown = words(client.get(f"/exams/{second.id}"))
    assert "成绩已重新计算" in shown
    assert "经专家核实，原答案有误。" in shown
    assert "20 / 30 分（合格）改为 10 / 30 分（不合格）" in shown
    assert "证书已经撤销" in shown
    assert "本题答案已更正" in shown
    assert "本题答案已更正" in words(client.get(f"/exams/{first.id}"))
    assert client.get(f"/me/certificates/{old.id}.pdf").status_code == 409
    client.delete_cookie("xueshi")
    public = words(client.get(f"/v/{old.code}"))
    assert "已撤销" in public
    assert "试题更正后成绩未达到合格线" in public


def test_who_gains_is_told_too(client, course, questions, manager):
    cycle = begin(course)
    attempt = sit(cycle, 1, 0, 1)
    regrade(manager, questions[0], key(1))
    sign_in(client, cycle.person)
    shown = words(client.get(f"/exams/{attempt.id}"))
    assert "恭喜，考试合格！" in shown
    assert "10 / 30 分（不合格）改为 20 / 30 分（合格）" in shown


def test_while_an_attempt_is_left_the_key_stays_hidden(client, course, questions, manager):
    cycle = begin(course)
    attempt = sit(cycle, 0, 0, 1)
    regrade(manager, questions[0], key(1))
    sign_in(client, cycle.person)
    shown = words(client.get(f"/exams/{attempt.id}"))
    assert "您还可以再考" in shown
    assert "答卷回顾" not in shown


def test_trainers_find_no_way_to_mend(client, course, questions):
    trainer = PostFactory(organization=course.base, role=Role.TRAINER).person
    sign_in(client, trainer)
    history = f"/manage/courses/{course.slug}/questions/{questions[0].id}/history"
    assert "更正答案" not in words(client.get(history))
    assert client.get(address(course, questions[0])).status_code == 403


def test_a_manager_of_another_base_is_refused(client, course, questions):
    stranger = PostFactory(role=Role.BASE_MANAGER).person
    sign_in(client, stranger)
    assert client.get(address(course, questions[0])).status_code in (403, 404)


def test_the_bank_says_how_a_question_counts(client, course, questions, manager):
    regrade(manager, questions[0], EVERYBODY)
    assert questions[0].counting is Counting.EVERYBODY
    sign_in(client, manager)
    history = f"/manage/courses/{course.slug}/questions/{questions[0].id}/history"
    shown = words(client.get(history))
    assert "全员得分" in shown
    assert "更正答案" in shown


def test_a_second_regrade_waits_for_the_first(client, course, questions, manager):
    begun = start_regrade(manager, questions[0], key(1))
    sign_in(client, manager)
    shown = client.get(address(course, questions[1]))
    assert "本课程正在重新评分" in words(shown)
    assert f"regrades/{begun.id}" in shown.get_data(as_text=True)
