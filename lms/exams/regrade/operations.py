"""Beginning a regrade: the key is mended at once, the papers follow in the background."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.core.tasks import enqueue_after_commit
from lms.exams.regrade import queries, tasks
from lms.exams.regrade.loading import cycles_asked
from lms.exams.regrade.models import Regrade
from lms.questions.mending import Key, check_key, key_of, mend_key
from lms.questions.models import Counting, Question
from lms.questions.operations import retire_question

SHORTEST_REASON = 5
LONGEST_REASON = 500


def begin_regrade(
    actor: Person,
    question: Question,
    key: Key,
    reason: str,
    *,
    number: int,
    stops_asking: bool = False,
) -> Regrade:
    """Mark a question by `key` on every paper, past ones too, for `reason` in words.

    `number` is the one this regrade of the question would have, as its preview said: of two who
    saw the same preview one comes first and the other is refused. `stops_asking` retires the
    question. What follows for each learner is done by `applying`, queued after the commit.
    Raises NotAllowed, Invalid for a key that cannot be, is none or changes nothing, and for no
    reason; Conflict if another regrade was quicker or is not yet through with the course, or if
    papers could not be drawn, or would count nothing, any more.
    """
    require(actor, Permission.EXAMS_REGRADE_APPLY, question.course.base_id)
    hold(question)
    _check_first(question, number)
    reason = check_regrade(question, key, reason)
    _check_possible(question, key, stops_asking)
    regrade = _insert(actor, question, key, reason, number, stops_asking)
    mend_key(actor, question, key)
    if stops_asking:
        retire_question(actor, question)
    record(
        AuditTag.EXAMS_REGRADE_APPLY,
        actor.id,
        f"regrade:{regrade.id}",
        organization_id=question.course.base_id,
        question_id=question.id,
        counting=key.counting.value,
        answer=key.answer,
        cycles=regrade.cycle_total,
    )
    enqueue_after_commit(tasks.run_regrade, regrade.id)
    return regrade


def check_regrade(question: Question, key: Key, reason: str) -> str:
    """The reason as it is kept; raises Invalid for what nobody could want."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(_l("请用 5 到 500 个字说明更正的理由。"), field="reason")
    check_key(question, key)
    if key == key_of(question):
        raise Invalid(_l("更正后的评分方式与现在相同，没有需要更正的内容。"), field="answer")
    return reason


def _check_first(question: Question, number: int) -> None:
    if number != queries.next_number(question.id) or queries.running_regrade(question.course_id):
        raise Conflict(_l("本课程刚刚有题目更正过，或正在重新评分。请重新预览后再确认。"))


def _check_possible(question: Question, key: Key, stops_asking: bool) -> None:
    if key.counting is Counting.VOID and queries.empty_papers(question):
        raise Conflict(_l("有试卷只剩这一道题计分，不能改为不计分。可以改为全员得分。"))
    if stops_asking and key.counting is Counting.KEY:
        raise Invalid(_l("答案已更正的题可以继续使用，不需要停用。"), field="stops_asking")
    if stops_asking and queries.short_versions(question):
        raise Conflict(_l("停用后题库不足以组卷，请取消“不再出这道题”，先补充题目。"))


def _insert(
    actor: Person, question: Question, key: Key, reason: str, number: int, stops_asking: bool
) -> Regrade:
    former = key_of(question)
    cycles = cycles_asked(question.id).distinct().subquery()
    regrade = Regrade(
        course_id=question.course_id,
        question_id=question.id,
        number=number,
        counting=key.counting,
        answer=key.answer,
        former_counting=former.counting,
        former_answer=former.answer,
        reason=reason,
        stops_asking=stops_asking,
        actor_id=actor.id,
        cycle_total=db.session.scalar(select(func.count()).select_from(cycles)) or 0,
    )
    try:
        with db.session.begin_nested():
            db.session.add(regrade)
    except IntegrityError:
        raise Conflict(_l("本课程刚刚有题目更正过，或正在重新评分。请重新预览后再确认。")) from None
    return regrade
