"""QR codes as an SVG path: one module is one unit, quiet zone included."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE_MODULES = 4


@dataclass(frozen=True)
class QrCode:
    """`side` in modules, quiet zone included; `path` is the `d` of an SVG path of the dark ones."""

    side: int
    path: str


def draw_qr(text: str) -> QrCode:
    """The code of `text` at level M: higher levels lose more by smaller modules than they win."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE_MODULES)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    runs = (run for y, row in enumerate(matrix) for run in _dark_runs(row, y))
    return QrCode(side=len(matrix), path="".join(runs))


def _dark_runs(row: list[bool], y: int) -> list[str]:
    # One rectangle for each run of dark modules: printers leave hairlines between touching squares.
    runs, start = [], None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return runs
