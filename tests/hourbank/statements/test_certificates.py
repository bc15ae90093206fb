"""Annual certificates: one for a year that is met, and never valid after it is not."""

from io import BytesIO

import pymupdf
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, NotFound
from lms.documents.checking import check_pdf
from lms.documents.keys import BANK, PLATFORM, load_root
from lms.documents.rules import is_number
from lms.documents.verdicts import Verdict
from lms.hourbank.queries import entries_of
from lms.hourbank.statements import certificates, tasks
from lms.hourbank.statements.certificate_files import ensure_pdf, public_link
from lms.hourbank.statements.certificates import issue_annual_certificate, present_state
from lms.hourbank.statements.models import AnnualCertificate, AnnualState
from lms.hourbank.statements.rules import NUMBER_PREFIX
from tests.factories import PersonFactory
from tests.hourbank.statements.support import book, meet, take_back, worker
from tests.support import kept_file, sign_in

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL


@pytest.fixture(autouse=True)
def at_noon(clock):
    """Every test here happens on 2025-06-02."""


def issue(person, year: int = 2025) -> AnnualCertificate:
    with transaction():
        return issue_annual_certificate(person, year)


@pytest.fixture
def person(app):
    """Somebody whose year 2025 is met, with nothing to spare of public hours."""
    made = worker(name="王小明")
    meet(made, 2025)
    return made


def test_year_that_is_not_met_has_none(app):
    made = worker()
    book(made, "40")
    book(made, "55", PROFESSIONAL)
    with pytest.raises(Conflict):
        issue(made)


def test_year_has_one_however_often_it_is_asked_for(person):
    first = issue(person)
    book(person, "5")
    assert issue(person).id == first.id
    assert (str(first.public), str(first.professional)) == ("30", "60")
    assert is_number(first.number, NUMBER_PREFIX)
    assert len(first.code) == 22


def test_database_holds_to_one_valid_certificate_of_a_year(person):
    first = issue(person)
    copied = {
        column.name: getattr(first, column.name)
        for column in AnnualCertificate.__table__.columns
        if column.name not in ("id", "number", "code")
    }
    with pytest.raises(Exception, match=r"(?i)unique"), transaction():
        db.session.add(AnnualCertificate(number="JY-other", code="x" * 22, **copied))


def test_reversal_that_makes_the_year_unmet_ends_it_at_once(person, client):
    extra = book(person, "2")
    certificate = issue(person)
    take_back(extra)
    assert present_state(certificate) is AnnualState.SUPERSEDED
    entries = entries_of(certificate.person, 2025)
    take_back(next(entry for entry in entries if str(entry.hours) == "30"))
    assert present_state(certificate) is AnnualState.REVOKED
    page = client.get(f"/hourbank/v/{certificate.code}")
    assert page.status_code == 200
    assert 'data-state="revoked"' in page.text
    own = sign_in(client, person)
    assert own.get(f"/hourbank/me/annual-certificates/{certificate.id}.pdf").status_code == 409


def test_superseded_one_makes_room_for_another(person):
    extra = book(person, "2")
    first = issue(person)
    take_back(extra)
    second = issue(person)
    assert second.id != first.id
    assert first.state is AnnualState.SUPERSEDED
    assert str(second.public) == "30"


def test_sweep_writes_down_what_has_ended_and_only_that(person):
    kept = worker(person.unit)
    meet(kept, 2025)
    extra = book(person, "60", PROFESSIONAL)
    ended, valid = issue(person), issue(kept)
    take_back(extra)
    tasks.end_certificates.run()
    db.session.expire_all()
    assert (ended.state, valid.state) == (AnnualState.SUPERSEDED, AnnualState.VALID)
    assert ended.ended_at is not None
    query = select(AuditEvent.subject).where(AuditEvent.tag == AuditTag.BANK_CERTIFICATE_END.value)
    assert db.session.scalars(query).all() == [f"annual-certificate:{ended.id}"]


def test_ended_one_stays_ended_when_hours_come_back(person):
    extra = book(person, "2")
    certificate = issue(person)
    take_back(extra)
    tasks.end_certificates.run()
    db.session.expire_all()
    book(person, "20")
    assert present_state(certificate) is AnnualState.SUPERSEDED


def test_file_is_signed_by_the_bank_and_its_code_leads_to_the_public_page(person, client):
    certificate = issue(person)
    content = kept_file(ensure_pdf(certificate)).read_bytes()
    check = check_pdf(content, load_root(BANK))
    assert (check.verdict, check.number) == (Verdict.UNCHANGED, certificate.number)
    assert check_pdf(content, load_root(PLATFORM)).verdict is Verdict.FOREIGN
    document = pymupdf.open(stream=content)
    assert document.page_count == 1
    text = "".join(document[0].get_text().split())
    assert "继续教育证书" in text
    assert "合计90学时" in text
    picture = Image.open(BytesIO(document[0].get_pixmap(dpi=150).tobytes("png")))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == public_link(certificate)
    page = client.get(f"/hourbank/v/{certificate.code}").text
    assert 'data-state="valid"' in page
    assert "王**" in page
    assert "王小明" not in page


def test_file_is_told_from_a_changed_one(person, client):
    certificate = issue(person)
    content = kept_file(ensure_pdf(certificate)).read_bytes()

    def verdict(sent: bytes) -> str:
        data = {"file": (BytesIO(sent), "证书.pdf")}
        return client.post("/hourbank/verify", data=data).text

    assert "这张证书目前有效" in verdict(content)
    assert certificate.number in verdict(content)
    changed = verdict(content.replace(b"/Type", b"/Typo", 1))
    assert certificate.number not in changed
    assert client.post("/hourbank/verify", data={}).status_code == 422


def test_unknown_code_is_told_so(client, app):
    assert client.get("/hourbank/v/" + "x" * 22).status_code == 404
    assert client.get("/hourbank/v/short").status_code == 404


def test_page_issues_and_offers_the_file(person, client):
    visitor = sign_in(client, person)
    assert "领取年度证书" in visitor.get("/hourbank/me").text
    page = visitor.post(
        "/hourbank/me/annual-certificates", data={"year": "2025"}, follow_redirects=True
    ).text
    assert "下载年度证书" in page
    assert "领取年度证书" not in page


def test_page_refuses_for_a_year_that_is_not_met(client, app):
    visitor = sign_in(client, worker())
    page = visitor.post(
        "/hourbank/me/annual-certificates", data={"year": "2025"}, follow_redirects=True
    ).text
    assert "本年度学时尚未达标" in page
    assert db.session.scalar(select(AnnualCertificate)) is None


def test_certificate_is_its_holders_alone(person):
    certificate = issue(person)
    colleague = worker(person.unit)
    book(colleague, "1")
    for other in (PersonFactory(), colleague):
        with pytest.raises(NotFound):
            certificates.own_certificate(other, certificate.id)
