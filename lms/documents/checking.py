"""Telling whether a PDF is one of ours and unchanged, by the signature inside it.

The file comes from a stranger, so it is not handed to a PDF parser before it is known to be ours:
the signed range and the signature are cut out by their offsets, and the signature is checked over
the bytes. A file that passes is byte for byte what was issued, with nothing appended.
"""

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from lms.documents.signing import as_asn1
from lms.documents.verdicts import PdfCheck, Verdict

_LONGEST_SIGNATURE_HEX = 128 * 1024
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")


@dataclass(frozen=True)
class _Signature:
    contents: cms.SignedData
    digest: bytes
    covers_whole_file: bool


# What a certificate made by a stranger may raise when it is read.
_STRANGE = (x509.InvalidVersion, UnsupportedAlgorithm)


def check_pdf(content: bytes, root: x509.Certificate) -> PdfCheck:
    """Check the bytes of a file against the root that vouches for our signers. Never raises."""
    if not content.startswith(b"%PDF-"):
        return PdfCheck(Verdict.NOT_PDF)
    ranges = _BYTE_RANGE.search(content)
    if ranges is None:
        return PdfCheck(Verdict.UNSIGNED)
    first, before, after, rest = map(int, ranges.groups())
    try:
        signature = _cut_out(content, first, before, after, rest)
        signer = _signer_of_ours(signature.contents, root)
    except (ValueError, TypeError, KeyError, IndexError, *_STRANGE):
        return PdfCheck(Verdict.FOREIGN)
    if signer is None:
        return PdfCheck(Verdict.FOREIGN)
    if not signature.covers_whole_file or not _is_intact(signature, signer):
        return PdfCheck(Verdict.CHANGED)
    return PdfCheck(Verdict.UNCHANGED, _number_in(content))


def _cut_out(content: bytes, first: int, before: int, after: int, rest: int) -> _Signature:
    hexadecimal = content[before:after]
    is_bracketed = hexadecimal.startswith(b"<") and hexadecimal.endswith(b">")
    if first != 0 or not is_bracketed or len(hexadecimal) > _LONGEST_SIGNATURE_HEX:
        raise ValueError("the byte range encloses no signature")
    info = cms.ContentInfo.load(bytes.fromhex(hexadecimal[1:-1].decode("ascii")))
    signed = content[:before] + content[after : after + rest]
    return _Signature(
        contents=info["content"],
        digest=hashlib.sha256(signed).digest(),
        covers_whole_file=after + rest == len(content),
    )


def _signer_of_ours(signed: cms.SignedData, root: x509.Certificate) -> x509.Certificate | None:
    """The certificate that signed, if our root issued it. Every other trust is ignored."""
    wanted = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
    for choice in signed["certificates"]:
        certificate = x509.load_der_x509_certificate(choice.chosen.dump())
        if certificate.serial_number == wanted and _is_issued_by(certificate, root):
            return certificate
    return None


def _is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    # The root is a certificate of its own, and signs no documents.
    if certificate.public_bytes(Encoding.DER) == root.public_bytes(Encoding.DER):
        return False
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError, *_STRANGE):
        return False
    return True


def _is_intact(signature: _Signature, signer: x509.Certificate) -> bool:
    try:
        intact, valid = validate_sig_integrity(
            signature.contents["signer_infos"][0], as_asn1(signer), "data", signature.digest
        )
    except (SignatureValidationError, ValueError, TypeError, KeyError, *_STRANGE):
        return False
    return bool(intact and valid)


def _number_in(content: bytes) -> str:
    information = PdfFileReader(BytesIO(content)).trailer_view["/Info"]
    return str(information["/certificatenumber"])
