"""Reading a downloaded certificate as a phone would."""

from io import BytesIO
from pathlib import Path

import pymupdf
from PIL import Image
from pyzbar import pyzbar

DOTS_PER_INCH = 300


def read_qr(pdf: Path) -> str:
    """What the QR code on the certificate's page says, read by zbar at 300 dpi."""
    with pymupdf.open(pdf) as document:
        picture = document[0].get_pixmap(dpi=DOTS_PER_INCH).tobytes("png")
    found = pyzbar.decode(Image.open(BytesIO(picture)), symbols=[pyzbar.ZBarSymbol.QRCODE])
    assert len(found) == 1, found
    text: str = found[0].data.decode()
    return text


def read_text(pdf: Path) -> str:
    """The words on the certificate, without spaces."""
    with pymupdf.open(pdf) as document:
        return "".join("".join(page.get_text() for page in document).split())
