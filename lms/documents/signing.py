"""PAdES signatures (B-B, P-256) that allow no later change to the document."""

from io import BytesIO

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import Certificate as X509Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import Signer
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lms.documents.keys import SigningKeys

FIELD_NAME = "Issuer"
# DER of an ECDSA signature over P-256: two integers of at most 33 bytes, with their headers.
_LONGEST_SIGNATURE = 72


def as_asn1(certificate: X509Certificate) -> asn1_x509.Certificate:
    """The certificate as pyHanko takes it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


class LoadedKeySigner(Signer):
    """Signs with a key that stays loaded; pyHanko's own signer parses it anew each time."""

    def __init__(self, keys: SigningKeys) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register(as_asn1(keys.root))
        super().__init__(
            signing_cert=as_asn1(keys.signer.certificate), cert_registry=registry, embed_roots=True
        )
        self._key = keys.signer.key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """The ECDSA signature of `data`; zeros of the longest length for a dry run."""
        if digest_algorithm != "sha256":
            raise ValueError(f"certificates are signed over sha256, not {digest_algorithm}")
        if dry_run:
            return bytes(_LONGEST_SIGNATURE)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def sign_pdf(pdf: bytes, keys: SigningKeys, issuer: str) -> bytes:
    """`pdf` with an invisible certifying signature over the whole file."""
    metadata = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=issuer,
    )
    signed = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    PdfSigner(metadata, signer=LoadedKeySigner(keys)).sign_pdf(writer, output=signed)
    return signed.getvalue()
