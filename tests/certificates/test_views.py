"""The learner's pages, and verification by anyone."""

import re
from io import BytesIO
from urllib.parse import unquote

import pytest
from flask import render_template_string

from lms.certificates import files, operations, verify_views
from lms.certificates.models import Certificate, RevocationReason
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.documents.keys import load_signing_keys
from lms.documents.press import render_html
from lms.documents.rules import format_number
from lms.documents.signing import sign_pdf
from lms.web.limits import limiter
from tests.factories import CycleFactory, PersonFactory, PostFactory
from tests.support import kept_file, sign_in

HTML = '<!DOCTYPE html><meta name="certificate-number" content="{}"><p>.'
MARKUP = '<script>alert("x")</script>'


@pytest.fixture(autouse=True)
def quick_renderer(monkeypatch):
    """A small page in place of the real one; test_pdf.py looks at that."""

    def render(facts, folder):
        return render_html(HTML.format(facts.number), folder)

    monkeypatch.setattr(files, "render_pdf", render)


@pytest.fixture(autouse=True)
def at_noon(clock):
    """Every test here happens on 2025-06-02."""


def revoked(certificate: Certificate) -> Certificate:
    manager = PostFactory(organization=certificate.cycle.course.base, role=Role.BASE_MANAGER).person
    with transaction():
        operations.revoke_certificate(manager, certificate, RevocationReason.PROXY, "内部依据 7 号")
    return certificate


def upload(client, content: bytes):
    return client.post("/verify/file", data={"file": (BytesIO(content), "证书.pdf")})


# The learner's own.


def test_list_shows_own_certificates_and_nobody_elses(client, issue):
    mine, other = issue(title="我的课程"), issue(title="别人的课程")
    page = sign_in(client, mine.person).get("/me/certificates").text
    assert mine.number in page
    assert f"http://127.0.0.1:8000/v/{mine.code}" in page
    assert other.number not in page
    assert "别人的课程" not in page


def test_empty_list_says_what_to_do_next(client):
    page = sign_in(client, PersonFactory()).get("/me/certificates").text
    assert "还没有证书" in page
    assert "去选课" in page


def test_list_needs_an_account(client):
    answer = client.get("/me/certificates", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_download_is_a_pdf_with_a_chinese_name(client, issue):
    certificate = issue(title="数据治理/实务")
    answer = sign_in(client, certificate.person).get(f"/me/certificates/{certificate.id}.pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    answer.close()
    disposition = answer.headers["Content-Disposition"]
    (name,) = re.findall(r"filename\*=UTF-8''(\S+)", disposition)
    assert unquote(name) == f"数据治理_实务-结业证书-{certificate.number}.pdf"
    assert disposition.isascii()


def test_download_works_before_the_task_ran_and_makes_the_file(client, issue, tasks):
    certificate = issue()
    assert not kept_file(files.pdf_path(certificate)).exists()
    sign_in(client, certificate.person).get(f"/me/certificates/{certificate.id}.pdf").close()
    assert db.session.get_one(Certificate, certificate.id).is_pdf_ready


@pytest.mark.parametrize("path", ["/me/certificates/{}.pdf", "/me/certificates/{}/card"])
def test_another_persons_certificate_is_not_found(client, issue, path):
    certificate = issue()
    sign_in(client, PersonFactory())
    assert client.get(path.format(certificate.id)).status_code == 404
    assert client.get(path.format(certificate.id + 1000)).status_code == 404


def test_revoked_certificate_is_no_longer_handed_out(client, issue):
    certificate = revoked(issue())
    answer = sign_in(client, certificate.person).get(f"/me/certificates/{certificate.id}.pdf")
    assert answer.status_code == 409


def test_card_asks_again_until_the_file_is_there(client, issue):
    certificate = issue()
    address = f"/me/certificates/{certificate.id}/card"
    waiting = sign_in(client, certificate.person).get(address).text
    assert 'hx-trigger="every 2s"' in waiting
    assert f'hx-get="{address}"' in waiting
    files.ensure_pdf(certificate.id)
    ready = client.get(address).text
    assert "hx-trigger" not in ready
    assert f"/me/certificates/{certificate.id}.pdf" in ready


def test_cycle_page_slot_shows_the_certificate_once_earned(app, issue):
    slot = '{% for part in slot("cycle.next", cycle=cycle) %}{{ part }}{% endfor %}'
    certificate = issue(requires_exam=False)
    with app.test_request_context():
        assert certificate.number in render_template_string(slot, cycle=certificate.cycle)
        bare = render_template_string(slot, cycle=CycleFactory())
    assert "certificate-card" not in bare


# By the code.


def test_record_is_open_to_all_and_masked(client, issue):
    certificate = issue(name="王小明", title="数据治理", hours=Hours(25))
    answer = client.get(f"/v/{certificate.code}")
    assert answer.status_code == 200
    page = answer.text
    assert 'data-state="valid"' in page
    shown = ["王**", certificate.masked_identity, "数据治理", "2.5", "2025", certificate.number]
    for text in [*shown, "公需科目", "2025-06-02", "学时继续教育平台"]:
        assert text in page
    assert "王小明" not in page
    assert answer.headers["Cache-Control"] == "no-store"


def test_record_needs_no_script(client, issue):
    page = client.get(f"/v/{issue().code}").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<script" not in main
    assert "证书有效" in main


def test_head_answers_like_get(client, issue):
    certificate = issue()
    answer = client.head(f"/v/{certificate.code}")
    assert answer.status_code == 200
    assert answer.data == b""
    assert client.head("/v/" + "x" * 22).status_code == 404


def test_revoked_certificate_stays_visible_and_says_so(client, issue, clock):
    certificate = revoked(issue())
    answer = client.get(f"/v/{certificate.code}")
    assert answer.status_code == 200
    assert 'data-state="revoked"' in answer.text
    assert "已于 2025-06-02 撤销" in answer.text
    assert "代学代考" in answer.text
    assert "内部依据" not in answer.text
    assert "证书有效" not in answer.text


def test_superseded_certificate_leads_to_the_new_one(client, issue):
    old, new = issue(), issue()
    with transaction():
        operations.supersede_certificate(old, new)
    answer = client.get(f"/v/{old.code}")
    assert answer.status_code == 200
    assert 'data-state="superseded"' in answer.text
    assert f"/v/{new.code}" in answer.text


@pytest.mark.parametrize("code", ["x" * 22, "short", "x" * 500, "' OR 1=1 --aaaaaaaaaaaa"])
def test_unknown_code_has_a_sentence_of_its_own(client, code):
    answer = client.get(f"/v/{code}")
    assert answer.status_code == 404
    assert "本平台从未签发过" in answer.text
    assert "/verify" in answer.text


def test_markup_in_name_and_title_is_shown_as_text(client, issue):
    certificate = issue(name=MARKUP, title=MARKUP)
    public = client.get(f"/v/{certificate.code}").text
    own = sign_in(client, certificate.person).get("/me/certificates").text
    for page in (public, own):
        assert MARKUP not in page
        assert "&lt;script&gt;" in page


# By number and name.


def test_number_and_name_lead_to_the_record(client, issue):
    certificate = issue(name="阿依古丽·买买提")
    typed = {"number": certificate.number.lower(), "name": " 阿依古丽•买买提 "}
    answer = client.post("/verify", data=typed)
    assert answer.status_code == 303
    assert answer.location == f"/v/{certificate.code}"


def masked(page: str, typed: str) -> str:
    """A page without what differs anyway: what was typed, and the tokens against forged posts."""
    return re.sub(
        r'(name="csrf[-_]token" (content|value)=")[^"]+', r"\1…", page.replace(typed, "…")
    )


def test_wrong_name_and_unknown_number_answer_the_same(client, issue):
    known, unknown = issue(name="王小明").number, issue(name="李四")
    number = unknown.number
    with transaction():
        db.session.delete(unknown)
    wrong_name = client.post("/verify", data={"number": known, "name": "赵小明"})
    no_number = client.post("/verify", data={"number": number, "name": "赵小明"})
    assert wrong_name.status_code == no_number.status_code == 404
    assert masked(wrong_name.text, known) == masked(no_number.text, number)
    assert "王小明" not in wrong_name.text


def test_part_of_a_name_is_not_enough(client, issue):
    certificate = issue(name="王小明")
    for name in ("王", "王**", "王小", "", "%", "王小明明"):
        answer = client.post("/verify", data={"number": certificate.number, "name": name})
        assert answer.status_code in (404, 422)


def test_slip_of_the_finger_is_told_at_the_field(client):
    right = format_number(2025, "370000", 123456789)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    answer = client.post("/verify", data={"number": wrong, "name": "王"})
    assert answer.status_code == 422
    assert "编号有误" in answer.text


# By the file.


def test_original_file_is_unchanged_and_shows_the_record(client, issue):
    certificate = issue()
    answer = upload(client, kept_file(files.ensure_pdf(certificate.id)).read_bytes())
    assert answer.status_code == 200
    assert "文件由本平台签发，未经改动" in answer.text
    assert "目前有效" in answer.text
    assert certificate.number in answer.text
    assert certificate.masked_name in answer.text


def test_original_file_of_a_revoked_certificate_says_revoked(client, issue):
    certificate = issue()
    content = kept_file(files.ensure_pdf(certificate.id)).read_bytes()
    revoked(certificate)
    page = upload(client, content).text
    assert "撤销" in page
    assert "目前有效" not in page


def test_edited_file_is_refused_and_shows_no_record(client, issue):
    certificate = issue()
    content = bytearray(kept_file(files.ensure_pdf(certificate.id)).read_bytes())
    content[len(content) // 8] ^= 1
    for edited in (
        bytes(content),
        kept_file(files.ensure_pdf(certificate.id)).read_bytes() + b"\n",
    ):
        page = upload(client, edited).text
        assert "文件在签发后被改动过" in page
        assert certificate.number not in page


def test_signed_file_of_no_record_says_so(client, app, tmp_path):
    content = sign_pdf(render_html(HTML.format("XS-9"), tmp_path), load_signing_keys(), "x")
    assert "记录里找不到这张证书" in upload(client, content).text


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "这不是 PDF 文件"), (b"%PDF-1.7\n%%EOF", "文件没有电子签名")],
)
def test_other_files_are_named_for_what_they_are(client, content, words):
    assert words in upload(client, content).text


def test_file_too_large_is_refused(client, monkeypatch):
    assert verify_views.LARGEST_PDF_BYTES == 5 * 1024 * 1024
    monkeypatch.setattr(verify_views, "LARGEST_PDF_BYTES", 100_000)
    answer = upload(client, b"%PDF-" + b"0" * 100_000)
    assert answer.status_code == 413
    assert "请确认选择的是证书原件" in answer.text


def test_form_without_a_file_says_so_at_the_field(client):
    answer = client.post("/verify/file", data={})
    assert answer.status_code == 422
    assert "请选择证书的 PDF 文件" in answer.text


# Limits and forgery.


@pytest.fixture
def limited(app):
    """The application with its rate limits on, from an empty count."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def test_guessing_names_is_limited(client, issue, limited):
    number = issue().number
    answers = [
        client.post("/verify", data={"number": number, "name": f"王{i}"}).status_code
        for i in range(11)
    ]
    assert answers == [404] * 10 + [429]


def test_asking_for_codes_is_limited(client, limited):
    answers = {client.head("/v/" + "y" * 22).status_code for _ in range(121)}
    assert answers == {404, 429}
