"""Chapters of text cut into pages of one length, each whole in itself."""

from collections.abc import Sequence

from lms.readings.flow import Flow, Opening, Piece
from lms.readings.rules import spread


def cut_text(flow: Flow, start: int, end: int) -> list[str]:
    """The pages, as HTML, of the pieces from `start` up to but without `end`; [] for no text."""
    pieces = flow.pieces[start:end]
    if not any(piece.weight for piece in pieces):
        return []
    numbers = _with_headings(pieces, spread([piece.weight for piece in pieces]))
    pages: list[list[Piece]] = []
    last = -1
    for piece, number in zip(pieces, numbers, strict=True):
        if number != last:
            pages.append([])
        pages[-1].append(piece)
        last = number
    writer = _Writer()
    return [writer.page(page) for page in pages]


def _with_headings(pieces: Sequence[Piece], numbers: list[int]) -> list[int]:
    """A heading stands on the page of what follows it."""
    moved = list(numbers)
    for place in range(len(pieces) - 2, -1, -1):
        leads = pieces[place].is_heading or not pieces[place].weight
        if leads and _leads_on(pieces, place):
            moved[place] = moved[place + 1]
    return moved


def _leads_on(pieces: Sequence[Piece], place: int) -> bool:
    """Whether it is a heading, or nothing but space behind one."""
    while place >= 0 and not pieces[place].weight:
        place -= 1
    return place >= 0 and pieces[place].is_heading


class _Writer:
    """Writes page after page, and knows what was open when the page before ended."""

    def __init__(self) -> None:
        self._begun: set[int] = set()
        self._items: dict[int, int] = {}

    def page(self, pieces: Sequence[Piece]) -> str:
        written: list[str] = []
        opened: list[tuple[int, Opening]] = []
        again = set(self._begun)
        for piece in pieces:
            # Space at the edge of a page opens nothing.
            if not piece.html.strip() and not opened:
                continue
            self._step(written, opened, piece.around, again)
            written.append(piece.html)
        written += [f"</{opening.tag}>" for _number, opening in reversed(opened)]
        return "".join(written).strip()

    def _step(
        self,
        written: list[str],
        opened: list[tuple[int, Opening]],
        around: Sequence[tuple[int, Opening]],
        again: set[int],
    ) -> None:
        """Close what is around the last piece alone, open what is around the next one."""
        same = 0
        while same < min(len(opened), len(around)) and opened[same][0] == around[same][0]:
            same += 1
        for _number, opening in reversed(opened[same:]):
            written.append(f"</{opening.tag}>")
        del opened[same:]
        for number, opening in around[same:]:
            is_again = number in again
            written.append(opening.html(again=is_again, items=self._shown(number, around, again)))
            if opening.tag == "li" and number not in self._begun and opened:
                parent = opened[-1][0]
                self._items[parent] = self._items.get(parent, 0) + 1
            self._begun.add(number)
            opened.append((number, opening))

    def _shown(self, number: int, around: Sequence[tuple[int, Opening]], again: set[int]) -> int:
        """How many items of a list stand before the one it goes on with."""
        items = self._items.get(number, 0)
        place = [opened for opened, _opening in around].index(number) + 1
        goes_on_inside = place < len(around) and around[place][0] in again
        return items - 1 if goes_on_inside and items else items
