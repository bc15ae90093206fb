"""Signed heads, in the database and outside of it, against the log as it stands."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from lms.config import Settings
from lms.core.db import db
from lms.hourbank.log.heads import head_words, is_signed
from lms.hourbank.log.merkle import Frontier
from lms.hourbank.log.models import TreeHead

Words = dict[str, Any]


class HeadChecks:
    """The heads that were signed, each checked when the log has grown to its size."""

    def __init__(self, settings: Settings, logged: list[Words]) -> None:
        self._settings = settings
        kept = db.session.scalars(select(TreeHead).order_by(TreeHead.size))
        self._kept = {head.size: head_words(head) for head in kept}
        self._logged = {_size(words): words for words in logged}
        self._sizes = deque(sorted(self._kept.keys() | self._logged.keys()))
        self._newest_logged = max(self._logged, default=-1)
        self.count = len(self._sizes)
        self._last_right = 0

    def check(self, frontier: Frontier) -> Iterator[str]:
        """What is wrong with the heads over exactly as many entries as were taken so far."""
        while self._sizes and self._sizes[0] <= frontier.size:
            size = self._sizes.popleft()
            if size < frontier.size:
                yield f"head over {size} entries: there is no such log"
                continue
            yield from self._check(size, frontier.root().hex())

    def rest(self, size: int) -> Iterator[str]:
        """What is wrong with heads over more than the `size` entries that there are."""
        for each in self._sizes:
            yield f"head over {each} entries: the log holds {size}; entries were removed"

    def _check(self, size: int, root: str) -> Iterator[str]:
        kept, logged = self._kept.get(size), self._logged.get(size)
        name = f"head over {size} entries"
        if kept is None:
            yield f"{name}: removed from the database; the file of heads still holds it"
        elif logged is None and size < self._newest_logged:
            yield f"{name}: not in the file of heads"
        for words in (kept, logged):
            if words is not None and not is_signed(self._settings, words):
                yield f"{name}: the bank did not sign it so"
        if root in {words.get("root") for words in (kept, logged) if words}:
            self._last_right = size
        else:
            yield f"{name}: entries from place {self._last_right} on were changed after it"


def _size(words: Words) -> int:
    size = words.get("size")
    return size if isinstance(size, int) else -1
