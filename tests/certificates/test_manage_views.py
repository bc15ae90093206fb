"""The pages on which staff find and revoke certificates."""

import pytest

from lms.certificates.models import Certificate, CertificateState
from lms.core.db import db
from lms.core.permissions import Role
from tests.factories import PersonFactory, PostFactory
from tests.support import sign_in

REASON = {"reason": "inspection", "note": "抽查第 12 号结论"}


@pytest.fixture
def certificate(issue) -> Certificate:
    return issue()


@pytest.fixture
def manager(client, certificate):
    post = PostFactory(organization=certificate.cycle.course.base, role=Role.BASE_MANAGER)
    sign_in(client, post.person)
    return post.person


def state_of(certificate: Certificate) -> CertificateState:
    return db.session.get_one(Certificate, certificate.id).state


def test_list_shows_the_bases_own_and_finds_by_part_of_the_number(
    client, manager, certificate, issue
):
    other = issue()
    page = client.get("/manage/certificates").text
    assert certificate.number in page
    assert other.number not in page
    assert (
        certificate.number
        in client.get(f"/manage/certificates?number={certificate.number[-6:]}").text
    )
    assert "没有查到" in client.get("/manage/certificates?number=%25").text
    assert other.number not in client.get(f"/manage/certificates?number={other.number[:12]}").text


def test_revoking_with_reason_ends_the_certificate(client, manager, certificate):
    answer = client.post(f"/manage/certificates/{certificate.id}/revoke", data=REASON)
    assert answer.status_code == 302
    assert state_of(certificate) is CertificateState.REVOKED
    page = client.get(f"/manage/certificates/{certificate.id}").text
    assert "抽查第 12 号结论" in page
    assert "抽查认定学习不实" in client.get(f"/v/{certificate.code}").text


def test_page_asks_before_it_revokes(client, manager, certificate):
    page = client.get(f"/manage/certificates/{certificate.id}").text
    assert 'data-confirm="确定撤销 王小明 的这张证书吗？' in page
    assert "撤销后不能恢复" in page


@pytest.mark.parametrize(
    "data", [{}, {"reason": "inspection"}, {"reason": "x", "note": "依据依据"}]
)
def test_revoking_without_reason_is_refused_at_the_field(client, manager, certificate, data):
    answer = client.post(f"/manage/certificates/{certificate.id}/revoke", data=data)
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert state_of(certificate) is CertificateState.VALID


def test_second_click_changes_nothing(client, manager, certificate):
    address = f"/manage/certificates/{certificate.id}/revoke"
    client.post(address, data=REASON)
    revoked_at = db.session.get_one(Certificate, certificate.id).revoked_at
    again = client.post(address, data={**REASON, "note": "第二次点击"}, follow_redirects=True)
    assert "已经失效" in again.text
    found = db.session.get_one(Certificate, certificate.id)
    assert (found.revoked_at, found.revocation_note) == (revoked_at, REASON["note"])


def test_manager_of_another_base_finds_nothing(client, certificate):
    sign_in(client, PostFactory(role=Role.BASE_MANAGER).person)
    assert client.get(f"/manage/certificates/{certificate.id}").status_code == 404
    answer = client.post(f"/manage/certificates/{certificate.id}/revoke", data=REASON)
    assert answer.status_code == 404
    assert state_of(certificate) is CertificateState.VALID


@pytest.mark.parametrize("role", [Role.TRAINER, Role.UNIT_MANAGER, Role.BUREAU_OFFICER, None])
def test_others_may_not_open_the_pages(client, certificate, role):
    base = certificate.cycle.course.base
    person = PostFactory(organization=base, role=role).person if role else PersonFactory()
    sign_in(client, person)
    assert client.get("/manage/certificates").status_code == 403
    answer = client.post(f"/manage/certificates/{certificate.id}/revoke", data=REASON)
    assert answer.status_code == 403
    assert state_of(certificate) is CertificateState.VALID
