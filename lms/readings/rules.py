"""How text is cut into pages of one length, and how long a page is read. Pure functions.

A page of text holds about 1,200 Chinese characters. Adults read prose at 300 to 500 characters a
minute, so that it takes three minutes; a page of a PDF, which is often a slide, takes one. The
right pace is the book's, so its trainer sets it, within half and double of the usual.
"""

import re
from collections.abc import Sequence

CHARACTERS_A_PAGE = 1200
# What looking at a picture takes, in characters read meanwhile.
PICTURE_CHARACTERS = 150
_WORD_CHARACTERS = 2

TEXT_PAGE_SECONDS = 180
PDF_PAGE_SECONDS = 60
_LEAST_SHARE, _MOST_SHARE = 2, 2

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f]+")
# Up to and with the end of a sentence and the quotes that close it. A point ends one before space.
_ENDS, _CLOSES = r"\u3002\uff01\uff1f\uff1b!?;", r"\u201d\u2019\u300d\u300f\uff09)"
_SENTENCE = re.compile(rf"[^{_ENDS}.]*(?:\.(?!\s)[^{_ENDS}.]*)*(?:[{_ENDS}][{_CLOSES}]*|\.\s|\Z)")


def usual_seconds(is_pdf: bool) -> int:
    """How long a page is read unless its trainer says otherwise."""
    return PDF_PAGE_SECONDS if is_pdf else TEXT_PAGE_SECONDS


def seconds_allowed(is_pdf: bool) -> tuple[int, int]:
    """The least and the most seconds that a trainer may give a page."""
    usual = usual_seconds(is_pdf)
    return usual // _LEAST_SHARE, usual * _MOST_SHARE


def weight_of(text: str) -> int:
    """How long a text is to read, in Chinese characters; a word of other letters counts as two."""
    words = sum(1 for _word in _WORD.finditer(text))
    return len(_CHINESE.findall(text)) + _WORD_CHARACTERS * words


def sentences(text: str) -> list[str]:
    """The text in pieces, each up to the end of a sentence; joined they are the text."""
    return [piece for piece in _SENTENCE.findall(text) if piece]


def spread(weights: Sequence[int], page: int = CHARACTERS_A_PAGE) -> list[int]:
    """The page (from 0) of each of the pieces that weigh so much, in order, none left empty.

    All pages are of about one length: a rest is shared out, for a page costs the same time
    whatever it holds. A piece of more than a page has a page, and no more than one.
    """
    total = sum(weights)
    count = max(1, round(total / page))
    found: list[int] = []
    numbers: dict[int, int] = {}
    before, number = 0, 0
    for weight in weights:
        # Where its middle lies tells the page, so that each page ends at the nearest piece. What
        # weighs nothing stays with what it follows: alone it would be an empty page.
        if weight:
            number = numbers.setdefault((2 * before + weight) * count // (2 * total), len(numbers))
        found.append(number)
        before += weight
    return found
