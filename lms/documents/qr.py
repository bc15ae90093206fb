"""The QR code of a certificate and the address it leads to."""

from lms.core.qr import QUIET_ZONE_MODULES, QrCode, draw_qr

__all__ = ["QUIET_ZONE_MODULES", "SIDE_MM", "QrCode", "draw_qr", "verify_url"]

SIDE_MM = 25


def verify_url(public_url: str, code: str, page: str = "/v") -> str:
    """The address a certificate's QR code leads to."""
    return f"{public_url.rstrip('/')}{page}/{code}"
