"""A bureau's officer and a unit of a department, in a city of Shandong."""

import pytest

from lms.accounts.models import Person
from lms.core.permissions import Role
from lms.organizations.models import Organization
from tests.administration.support import holder
from tests.factories import organizations as make


@pytest.fixture
def divisions(app, clock):
    make.some_divisions()


@pytest.fixture
def officer(divisions: None) -> Person:
    return holder(Role.BUREAU_OFFICER, make.bureau("日照市人社局", "371100"), name="吴敏")


@pytest.fixture
def unit(divisions: None) -> Organization:
    return make.unit("日照造船厂", "371102", make.department("工信局", "371100"))
