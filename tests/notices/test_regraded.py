"""A regrade is told to whom it changes something, and to nobody else."""

import pytest

from lms.notices.models import NoticeKind
from lms.notices.wording import path_of, words_of
from tests.exams.regrade.conftest import begin, course, key, manager, questions, regrade, sit
from tests.notices.support import notices

__all__ = ["course", "manager", "questions"]


@pytest.mark.parametrize(
    ("chosen", "before", "after", "verdict"),
    [((1, 0, 1), 33, 66, "现在合格"), ((0, 0, 1), 66, 33, "现在不合格")],
)
def test_a_verdict_that_turns_is_told_with_both_marks(
    course, manager, questions, chosen, before, after, verdict
):
    attempt = sit(begin(course), *chosen)
    regrade(manager, questions[0], key(1))
    (notice,) = notices(NoticeKind.REGRADED)
    assert path_of(notice) == f"/exams/{attempt.id}"
    text = words_of(notice).text
    assert f"第 1 次考试的得分率由 {before}% 变为 {after}%。" in text
    assert verdict in text


def test_whose_marks_stay_hears_nothing(course, manager, questions):
    sit(begin(course), 2, 0, 0)
    regrade(manager, questions[0], key(1))
    assert notices(NoticeKind.REGRADED) == []
