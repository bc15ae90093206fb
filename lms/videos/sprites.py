"""Seek thumbnails on sheets, so that a player fetches a few pictures instead of hundreds."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from lms.videos.playlists import Sheet

_QUALITY = 75


def lay_out(pictures: Sequence[Path], sheet: Sheet, folder: Path) -> None:
    """Write sprite-1.jpg, sprite-2.jpg, … into `folder`, each as high as it needs to be."""
    per_sheet = sheet.columns * sheet.rows
    for page, first in enumerate(range(0, len(pictures), per_sheet), start=1):
        _one_sheet(pictures[first : first + per_sheet], sheet, folder / f"sprite-{page}.jpg")


def _one_sheet(pictures: Sequence[Path], sheet: Sheet, target: Path) -> None:
    columns = min(sheet.columns, len(pictures))
    rows = -(-len(pictures) // sheet.columns)
    canvas = Image.new("RGB", (columns * sheet.width, rows * sheet.height))
    for place, picture in enumerate(pictures):
        row, column = divmod(place, sheet.columns)
        with Image.open(picture, formats=("JPEG",)) as small:
            canvas.paste(small, (column * sheet.width, row * sheet.height))
    canvas.save(target, "JPEG", quality=_QUALITY)
