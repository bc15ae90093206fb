"""The signature in the file: accepted by others' tools, and broken by any change."""

import datetime as dt
import random
import stat
import subprocess
import threading
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from lms.documents import keys as keys_module
from lms.documents.checking import check_pdf
from lms.documents.keys import SigningKeys, load_signing_keys
from lms.documents.press import render_html
from lms.documents.signing import as_asn1, sign_pdf
from lms.documents.verdicts import Verdict

HTML = '<!DOCTYPE html><meta name="certificate-number" content="XS-1"><h1>Certificate</h1>'


@pytest.fixture
def keys(app) -> SigningKeys:
    return load_signing_keys()


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory) -> bytes:
    return render_html(HTML, tmp_path_factory.mktemp("none"))


@pytest.fixture
def signed(unsigned, keys) -> bytes:
    return sign_pdf(unsigned, keys, "学时继续教育平台")


@pytest.fixture
def foreign(app, tmp_path) -> SigningKeys:
    """Keys of somebody who calls himself the same."""
    return keys_module.load_keys(tmp_path / "keys", 2025, "学时继续教育平台")


def verdict(content: bytes, keys: SigningKeys) -> Verdict:
    return check_pdf(content, keys.root).verdict


def rotated(signed: bytes) -> bytes:
    """The page turned by an incremental update, as an editor would save it."""
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = writer.root["/Pages"]["/Count"].__class__(90)
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    changed = BytesIO()
    writer.write(changed)
    return changed.getvalue()


def pdfsig(content: bytes, tmp_path: Path) -> str:
    path = tmp_path / "signed.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", path], check=False, capture_output=True, text=True).stdout


def test_own_file_is_unchanged_and_tells_its_number(signed, keys):
    check = check_pdf(signed, keys.root)
    assert check.verdict is Verdict.UNCHANGED
    assert check.number == "XS-1"


def test_pyhanko_accepts_it_and_forbids_changes(signed, keys):
    reader = PdfFileReader(BytesIO(signed))
    (signature,) = reader.embedded_signatures
    context = ValidationContext(trust_roots=[as_asn1(keys.root)], allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_pdfsig_accepts_it_whole(signed, tmp_path):
    answer = pdfsig(signed, tmp_path)
    assert "Signature is Valid" in answer
    assert "Total document signed" in answer
    assert "Not total document signed" not in answer


def test_every_flipped_byte_of_the_signed_part_is_noticed(signed, keys):
    start = signed.index(b"/ByteRange")
    hexadecimal = signed.index(b"/Contents <")
    chance = random.Random(1)
    places = chance.sample([p for p in range(8, start) if p < hexadecimal], 200)
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1 << chance.randrange(8)
        assert verdict(bytes(changed), keys) is not Verdict.UNCHANGED, place


def test_one_changed_character_is_called_a_change(signed, keys):
    assert verdict(signed.replace(b"%PDF-1.7", b"%PDF-1.6"), keys) is Verdict.CHANGED


def test_changed_signature_value_is_refused(signed, keys):
    _first, before, after, _rest = (int(x) for x in _byte_range(signed))
    raw = bytearray(bytes.fromhex(signed[before + 1 : after - 1].decode()))
    used = len(raw.rstrip(b"\0"))
    raw[used - 5] ^= 1
    changed = signed[: before + 1] + raw.hex().encode() + signed[after - 1 :]
    assert len(changed) == len(signed)
    assert verdict(changed, keys) is not Verdict.UNCHANGED


def _byte_range(content: bytes) -> list[bytes]:
    start = content.index(b"/ByteRange")
    return content[content.index(b"[", start) + 1 : content.index(b"]", start)].split()


def test_incremental_update_is_refused_though_the_signature_holds(signed, keys, tmp_path):
    changed = rotated(signed)
    assert changed.startswith(signed)
    assert verdict(changed, keys) is Verdict.CHANGED
    # The trap: the tool calls the signature valid, and only the second line tells.
    assert "Signature is Valid" in pdfsig(changed, tmp_path)
    assert "Not total document signed" in pdfsig(changed, tmp_path)


@pytest.mark.parametrize("more", [b"\n", b"%%EOF\n", b"0" * 4096])
def test_anything_appended_is_a_change(signed, keys, more):
    assert verdict(signed + more, keys) is Verdict.CHANGED


def test_truncated_file_is_refused(signed, keys):
    assert verdict(signed[:-10], keys) is not Verdict.UNCHANGED
    assert verdict(signed[: len(signed) // 2], keys) is not Verdict.UNCHANGED


def test_somebody_elses_signature_is_foreign(unsigned, keys, foreign):
    assert verdict(sign_pdf(unsigned, foreign, "学时继续教育平台"), keys) is Verdict.FOREIGN


def test_our_certificate_pasted_into_a_foreign_signature_does_not_help(unsigned, keys, foreign):
    mixed = SigningKeys(keys.root, keys_module.KeyPair(foreign.signer.key, keys.signer.certificate))
    assert verdict(sign_pdf(unsigned, mixed, "学时继续教育平台"), keys) is Verdict.CHANGED


def test_file_without_signature_is_unsigned(unsigned, keys):
    assert verdict(unsigned, keys) is Verdict.UNSIGNED


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89PNG", b"<html>", b"x%PDF-"])
def test_what_is_no_pdf(content, keys):
    assert verdict(content, keys) is Verdict.NOT_PDF


@pytest.mark.parametrize(
    "body",
    [
        b"/ByteRange [0 9 20 5]/Contents <zz>",
        b"/ByteRange [0 48 60 99999999]/Contents    <30820000>",
        b"/ByteRange [5 48 60 1]/Contents    <30820000>",
        b"/ByteRange [0 999999999 999999999 999999999]",
        b"/ByteRange [0 40 50 0]" + b" " * 13 + b"<00000000>",
    ],
)
def test_nonsense_signatures_are_refused_quietly(body, keys):
    assert verdict(b"%PDF-1.7\n" + body, keys) is Verdict.FOREIGN


def test_keys_are_made_once_by_many_at_once(app, tmp_path):
    gate, made = threading.Barrier(6), []

    def load():
        gate.wait()
        made.append(keys_module.load_keys.__wrapped__(tmp_path / "keys", 2025, "平台"))

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({pair.root for pair in made}) == 1
    assert len({pair.signer.certificate for pair in made}) == 1


def test_keys_are_readable_by_their_owner_alone(app, tmp_path):
    keys_module.load_keys.__wrapped__(tmp_path / "keys", 2025, "平台")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").glob("*.pem"))
    assert [path.name for path in files] == ["root.pem", "signer-2025.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_next_year_has_a_signer_of_its_own_under_the_same_root(app, clock, unsigned):
    this_year = load_signing_keys()
    old = sign_pdf(unsigned, this_year, "平台")
    clock.set(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    next_year = load_signing_keys()
    assert next_year.root == this_year.root
    assert next_year.signer.certificate != this_year.signer.certificate
    assert verdict(old, next_year) is Verdict.UNCHANGED
