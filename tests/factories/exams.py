"""Exam settings."""

import factory

from lms.exams.models import ExamSettings
from tests.factories.base import CommittedFactory


class ExamSettingsFactory(CommittedFactory[ExamSettings]):
    """Three single choice questions of ten points each, 60 %, 30 minutes."""

    class Meta:
        model = ExamSettings

    parts = factory.LazyFunction(
        lambda: [{"kind": "single", "difficulty": None, "count": 3, "points": 10}]
    )
    pass_percent = 60
    minutes = 30
