"""Certificates issued the real way: by completing a cycle."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.certificates.models import Certificate
from lms.certificates.queries import certificate_of_cycle
from lms.core.db import transaction
from lms.enrollments.operations import complete_cycle
from tests.documents.conftest import subset_fonts
from tests.factories import CourseFactory, CycleFactory, PersonFactory

__all__ = ["issue", "subset_fonts"]

Issue = Callable[..., Certificate]


@pytest.fixture
def issue(app: Flask) -> Issue:
    """`issue(name=…, title=…)` completes a cycle and returns the certificate it earned."""

    def make(name: str = "王小明", title: str = "数据治理与实务", **course: Any) -> Certificate:
        cycle = CycleFactory(person=PersonFactory(), course=CourseFactory(title=title, **course))
        with transaction():
            # As it stands, also if nobody could register under it.
            cycle.person.name = name
            complete_cycle(cycle)
        certificate = certificate_of_cycle(cycle.id)
        assert certificate is not None
        return certificate

    return make
