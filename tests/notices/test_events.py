"""What happens to a learner is told to them, in the transaction in which it happens."""

import pytest

from lms.certificates.files import _note_ready
from lms.certificates.models import RevocationReason
from lms.certificates.operations import revoke_certificate
from lms.certificates.queries import certificate_of_cycle
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.enrollments.models import EntryReason
from lms.enrollments.operations import enrol
from lms.exams.restudy_operations import apply_for_restudy, decide_restudy
from lms.hours.bank import BankProblem
from lms.hours.deliveries import refuse
from lms.hours.models import Delivery, DeliveryKind, DeliveryProblem
from lms.memberships.merging import MergeCause, merge_people
from lms.notices.models import NoticeKind
from lms.notices.wording import path_of, words_of
from tests.exams.conftest import sit
from tests.factories import CourseFactory, PersonFactory, PostFactory
from tests.notices.support import notices, told

REASON = "准备重新学习折算规则一讲。"


def only(kind):
    """The one notice of this kind, in words."""
    (notice,) = notices(kind)
    return notice, words_of(notice)


def test_who_enrols_is_told_and_led_to_the_course(app, clock):
    person, course = PersonFactory(), CourseFactory(title="数据治理")
    with transaction():
        cycle_id = enrol(person, course).id
    notice, words = only(NoticeKind.ENROLLED)
    assert (notice.person_id, path_of(notice)) == (person.id, f"/learn/{cycle_id}")
    assert words.title == "您已报名《数据治理》"


def test_what_is_rolled_back_was_never_told(app):
    person, course = PersonFactory(), CourseFactory()

    def enrol_and_fail():
        with transaction():
            enrol(person, course)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        enrol_and_fail()
    assert notices() == []


def test_a_passed_exam_is_told_with_its_share_of_the_marks(cycle):
    attempt = sit(cycle, right=True)
    notice, words = only(NoticeKind.ATTEMPT_RESULT)
    assert path_of(notice) == f"/exams/{attempt.id}"
    assert (words.title[-4:], words.text) == ("考试合格", "第 1 次考试，得分率 100%。")


def test_a_failed_exam_is_told_with_what_comes_next(cycle):
    sit(cycle, right=False)
    sit(cycle, right=False)
    first, second = (words_of(each).text for each in notices(NoticeKind.ATTEMPT_RESULT))
    assert "还有 1 次考试机会" in first
    assert "可以申请重新学习" in second


@pytest.mark.parametrize("approve", [True, False])
def test_a_decision_on_a_restudy_is_told_without_the_words_of_whoever_decided(cycle, approve):
    sit(cycle, right=False)
    sit(cycle, right=False)
    manager = PostFactory(organization=cycle.course.base, role=Role.BASE_MANAGER).person
    with transaction():
        application = apply_for_restudy(cycle.person, cycle, REASON)
    with transaction():
        decide_restudy(manager, application.id, approve=approve, remark="身份证 371102 写错了")
    notice, words = only(NoticeKind.RESTUDY_DECIDED)
    assert ("已获同意" in words.title) is approve
    assert "写错了" not in str(notice.facts) + words.text
    # The new cycle is told of with the decision, and not as an enrolment besides.
    assert notices(NoticeKind.ENROLLED) == []


def _certificate(cycle):
    sit(cycle, right=True)
    return certificate_of_cycle(cycle.id)


def test_a_certificate_is_told_once_when_its_file_is_there(cycle):
    certificate = _certificate(cycle)
    assert notices(NoticeKind.CERTIFICATE_READY) == []
    for _time in range(2):
        _note_ready(certificate.id)
    notice, words = only(NoticeKind.CERTIFICATE_READY)
    assert path_of(notice) == "/me/certificates"
    assert str(certificate.hours) in words.text


def test_a_revoked_certificate_is_told_and_its_file_no_more(cycle):
    certificate = _certificate(cycle)
    manager = PostFactory(organization=cycle.course.base, role=Role.BASE_MANAGER).person
    with transaction():
        revoke_certificate(manager, certificate, RevocationReason.PROXY, "替考，见录像")
    _note_ready(certificate.id)
    notice, words = only(NoticeKind.CERTIFICATE_REVOKED)
    assert "替考" not in str(notice.facts) + words.text
    assert notices(NoticeKind.CERTIFICATE_READY) == []


def test_hours_that_the_bank_refuses_are_told_once(cycle):
    _certificate(cycle)
    (delivery,) = db.session.query(Delivery).filter_by(kind=DeliveryKind.CREDIT)
    with transaction():
        refuse(delivery, BankProblem(DeliveryProblem.REFUSED, "unknown person 371102"))
    notice, words = only(NoticeKind.HOURS_REFUSED)
    assert path_of(notice) == f"/me/hours/{delivery.credit_id}"
    assert "371102" not in str(notice.facts) + words.text


def test_whoever_buys_is_told_of_the_course_like_whoever_enrols(app):
    person, course = PersonFactory(), CourseFactory()
    with transaction():
        enrol(person, course, EntryReason.ORDER)
    assert len(notices(NoticeKind.ENROLLED)) == 1


def test_notices_follow_a_person_who_was_there_twice(app):
    bureau = PostFactory(role=Role.BUREAU_OFFICER)
    survivor, duplicate = (PersonFactory(unit=bureau.organization) for _one in range(2))
    told(duplicate)
    with transaction():
        merge_people(bureau.person, survivor.id, duplicate.id, MergeCause.DOUBLE_ENTRY)
    assert [each.person_id for each in notices()] == [survivor.id]
