"""Exam settings."""

from typing import Any

import factory

from lms.catalog.models import Course
from lms.core.db import db
from lms.exams.models import ExamSettings
from lms.exams.settings_operations import freeze_exam
from tests.factories.base import CommittedFactory


class ExamSettingsFactory(CommittedFactory[ExamSettings]):
    """Three single choice questions of ten points each, 60 %, 30 minutes; also in the version."""

    class Meta:
        model = ExamSettings

    parts = factory.LazyFunction(
        lambda: [{"kind": "single", "difficulty": None, "count": 3, "points": 10}]
    )
    pass_percent = 60
    minutes = 30

    @classmethod
    def _create(cls, model_class: type[ExamSettings], *args: Any, **kwargs: Any) -> ExamSettings:
        settings = super()._create(model_class, *args, **kwargs)
        version = db.session.get_one(Course, settings.course_id).version
        if version is not None:
            freeze_exam(version)
        return settings
