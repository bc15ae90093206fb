"""Evidence: what is taken, what is refused, who may open it, what becomes of it."""

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from lms.claims import evidence, operations
from lms.claims.evidence_files import MOST_FILES, keep_evidence, shown_name
from lms.claims.models import Claim, ClaimDeed
from lms.claims.recognizing import rule_of
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Role
from tests.claims.support import PDF, decide, draft, holder, submit, submitted
from tests.factories import PersonFactory
from tests.factories.organizations import unit
from tests.support import kept_file, sign_in


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "suffix"),
    [(PDF, ".pdf"), (picture("JPEG"), ".jpg"), (picture("PNG"), ".png")],
    ids=["pdf", "jpeg", "png"],
)
def test_a_file_is_told_by_its_content_and_kept_as_it_came(app, content, suffix):
    kept = keep_evidence(io.BytesIO(content), "名称.xyz")
    assert kept.path.startswith("evidence/")
    assert kept.path.endswith(suffix)
    assert kept_file(kept.path).read_bytes() == content


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "text named pdf": (b"hello, this is a certificate", "证书.pdf"),
    "nothing": (b"", "证书.pdf"),
    "svg": (SVG, "奖状.svg"),
    "svg named png": (SVG, "奖状.png"),
    "html": (b"<!doctype html><script>alert(1)</script>", "a.html"),
    "gif": (picture("GIF"), "a.gif"),
    "half a picture": (picture("PNG")[:60], "a.png"),
    "half a pdf": (PDF[:20], "a.pdf"),
    "program": (b"MZ\x90\x00" + b"\x00" * 100, "a.pdf"),
}


@pytest.mark.parametrize(("content", "name"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_and_not_kept(app, content, name):
    with pytest.raises(Invalid) as refused:
        keep_evidence(io.BytesIO(content), name)
    assert refused.value.field == "file"
    assert not list(kept_file("evidence").glob("*"))


def test_a_huge_file_is_refused_by_its_size(app):
    huge = PDF + b"\x00" * (10 * 1024 * 1024)
    with pytest.raises(Invalid, match="10 MB"):
        keep_evidence(io.BytesIO(huge), "证书.pdf")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\扫描\\证书.pdf", "证书.pdf"),
        ("a\x00b\u202e.pdf", "ab.pdf"),
        ("", "evidence"),
    ],
)
def test_a_name_is_no_path_and_holds_no_controls(name, shown):
    assert shown_name(name) == shown


def test_a_claim_cannot_be_submitted_without_its_evidence(city):
    claim = draft(city.claimant)
    with transaction():
        evidence.remove_evidence(city.claimant, claim.evidence[0])
    with pytest.raises(operations.FormErrors) as wrong, transaction():
        operations.submit_claim(city.claimant, claim)
    assert "evidence" in wrong.value.errors


def test_what_was_never_submitted_goes_with_its_file(city):
    claim = draft(city.claimant)
    place = kept_file(claim.evidence[0].path)
    assert place.is_file()
    with transaction():
        evidence.remove_evidence(city.claimant, claim.evidence[0])
    assert claim.evidence == []
    assert not place.exists()


def test_what_a_reviewer_has_seen_is_kept_when_it_is_taken_away(city):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "证书不清楚")
    paper = claim.evidence[0]
    with transaction():
        evidence.remove_evidence(city.claimant, paper)
    assert claim.papers == []
    assert kept_file(paper.path).is_file()
    assert evidence.get_evidence(city.manager, paper.id) is paper


def test_what_is_being_mended_is_not_shown_before_it_is_sent_again(city):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "证书不清楚")
    kept = keep_evidence(io.BytesIO(picture("PNG")), "a.png")
    with transaction():
        code = rule_of(claim).evidence[0].code
        added = evidence.add_evidence(city.claimant, claim, rule_of(claim), code, kept)
    with pytest.raises(NotFound):
        evidence.get_evidence(city.manager, added.id)
    submit(claim)
    assert evidence.get_evidence(city.manager, added.id) is added


def test_nothing_is_added_to_what_is_being_decided(city):
    claim = submitted(city.claimant)
    kept = keep_evidence(io.BytesIO(picture("PNG")), "a.png")
    with pytest.raises(Conflict), transaction():
        evidence.add_evidence(city.claimant, claim, rule_of(claim), "certificate", kept)


def test_the_same_file_is_not_added_twice(city):
    claim = draft(city.claimant)
    again = keep_evidence(io.BytesIO(kept_file(claim.evidence[0].path).read_bytes()), "b.pdf")
    with pytest.raises(Invalid), transaction():
        evidence.add_evidence(city.claimant, claim, rule_of(claim), "certificate", again)


def test_there_is_an_end_to_the_number_of_files(city):
    claim = draft(city.claimant)

    def add(number):
        kept = keep_evidence(io.BytesIO(PDF + b"%%%d\n%%%%EOF\n" % number), "a.pdf")
        with transaction():
            evidence.add_evidence(city.claimant, claim, rule_of(claim), "certificate", kept)

    for number in range(MOST_FILES - 1):
        add(number)
    with pytest.raises(Invalid):
        add(MOST_FILES)


def test_a_discarded_draft_takes_its_files_along_and_a_submitted_claim_stays(city):
    claim = draft(city.claimant)
    place = kept_file(claim.evidence[0].path)
    with transaction():
        operations.discard_claim(city.claimant, claim)
    assert not place.exists()
    assert db.session.get(Claim, claim.id) is None
    sent = submitted(city.claimant)
    with transaction():
        operations.withdraw_claim(city.claimant, sent)
    with pytest.raises(Conflict), transaction():
        operations.discard_claim(city.claimant, sent)


def test_a_draft_is_its_claimants_alone_and_a_submitted_file_also_the_reviewers(city):
    claim = draft(city.claimant)
    paper = claim.evidence[0]
    assert evidence.get_evidence(city.claimant, paper.id) is paper
    colleague = PersonFactory(unit=city.unit)
    outsider = holder(Role.UNIT_MANAGER, unit("枣庄某厂", "370402"))
    auditor = holder(Role.BUREAU_AUDITOR, city.bureau)
    strangers = [colleague, outsider, auditor]
    for person in [*strangers, city.manager, city.official]:
        with pytest.raises(NotFound):
            evidence.get_evidence(person, paper.id)
    submit(claim)
    for person in (city.manager, city.officer, city.official, city.provincial):
        assert evidence.get_evidence(person, paper.id) is paper
    for person in strangers:
        with pytest.raises(NotFound):
            evidence.get_evidence(person, paper.id)


def upload(client, claim, *files, rule="certificate", **more):
    stored = [FileStorage(io.BytesIO(content), name) for content, name in files]
    return client.post(
        f"/hourbank/claims/{claim.id}/evidence", data={"rule": rule, "file": stored}, **more
    )


def test_several_files_are_uploaded_at_once_and_each_fault_is_told_by_name(city, client):
    claim = draft(city.claimant)
    sign_in(client, city.claimant)
    files = [(PDF + b"%2\n%%EOF", "日程.pdf"), (b"", "空.pdf"), (picture("PNG"), "照片.png")]
    answer = upload(client, claim, *files, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "空.pdf：文件是空的" in answer.text
    assert [paper.name for paper in claim.papers] == ["证书.pdf", "日程.pdf", "照片.png"]


def test_without_script_the_page_comes_back(city, client):
    claim = draft(city.claimant)
    sign_in(client, city.claimant)
    answer = upload(client, claim, (picture("JPEG"), "照片.jpg"))
    assert answer.status_code == 303
    assert answer.location.endswith(f"/{claim.id}/edit#evidence")
    assert len(claim.papers) == 2


def test_too_large_a_request_is_told_in_words(city, client):
    claim = draft(city.claimant)
    sign_in(client, city.claimant)
    answer = client.post(
        f"/hourbank/claims/{claim.id}/evidence",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(60 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "文件太大" in answer.text


def test_a_file_is_shown_with_its_own_type_and_never_sniffed(city, client):
    claim = draft(city.claimant)
    sign_in(client, city.claimant)
    with client.get(f"/hourbank/claims/evidence/{claim.evidence[0].id}") as answer:
        assert answer.mimetype == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.data == kept_file(claim.evidence[0].path).read_bytes()
