"""Every page that links lead to, for every role, at both widths.

Nothing serious by axe-core, no complaint in the console (which is where a violation of the content
security policy shows), no sideways scrolling. With LMS_TEST_PICTURES=1 there are pictures of all in
test-results/pages/ to look at.
"""

import shutil

import pytest

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world
from tests.journeys.conftest import RESULTS
from tests.journeys.inspection import Findings, links_of, walk

STAFF = ("trainer", "base", "unit", "department", "bureau", "auditor")


# The walks of staff share most pages; each kind of page is looked at with the first who reaches it.
_SHOWN_TO_STAFF: set[str] = set()


def _findings(role: str, seen_before: frozenset[str] = frozenset()) -> Findings:
    folder = RESULTS / "pages" / role
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Findings(role, folder, seen_before)


def test_what_a_guest_sees(visit):
    findings = _findings("guest")
    doors = ["/sign-in", "/register", "/register/unit", "/activate", "/reset", "/privacy"]
    walk(visit("guest"), ["/", "/courses", "/verify", *doors], findings)
    assert findings.wrong == []
    assert len(findings.looked_at) >= 5


def test_what_a_learner_sees(visit):
    findings = _findings("learner")
    visitor = visit("reader")
    visitor.sign_in(world.READER.username)
    account = ["/me/profile", "/me/profile/contact", "/me/membership", "/me/security"]
    factors = ["/me/security/second-factor", "/me/security/password"]
    hours = ["/me/hours", "/me/certificates", "/hourbank/me"]
    walk(visitor, ["/me", *hours, *account, *factors], findings)
    assert findings.wrong == []
    kinds = {"/learn/:x/lessons/:x", "/exams/:x", "/me/hours/:x", "/v/:x", "/courses/:x"}
    assert kinds <= findings.looked_at.keys()


def test_what_a_learner_who_failed_sees(system, visit):
    findings = _findings("learner2")
    visitor = visit("learner2")
    visitor.sign_in("learner2", DEMO_PASSWORD)
    waiting = system.value("SELECT number FROM orders WHERE state = 'pending'")
    walk(visitor, ["/me", "/orders", f"/cashier/{waiting}"], findings)
    assert findings.wrong == []
    # Both papers were handed in, so that /exams/:x is a result.
    kinds = {"/learn/:x/restudy", "/orders/:x", "/cashier/:x", "/exams/:x"}
    assert kinds <= findings.looked_at.keys()


@pytest.mark.parametrize("role", STAFF)
def test_what_staff_see(visit, role):
    findings = _findings(role, frozenset(_SHOWN_TO_STAFF))
    visitor = visit(role)
    page = visitor.sign_in(role, DEMO_PASSWORD)
    walk(visitor, ["/me", *links_of(page)], findings)
    assert findings.wrong == []
    assert findings.looked_at or findings.seen_before
    _SHOWN_TO_STAFF.update(findings.looked_at)
