"""The Merkle tree of RFC 9162, section 2.1: roots, inclusion and consistency proofs.

Pure: hashes come from `Fetch`, which knows where they are kept. Kept are the leaves (level 0) and
the nodes over each whole run of 256 of them (level 8), of 256 such runs (level 16), and so on.
What lies between is computed, run by run.
"""

import hashlib
from collections.abc import Callable, Sequence

RUN_LEVELS = 8
RUN = 1 << RUN_LEVELS
EMPTY_ROOT = hashlib.sha256(b"").digest()

# fetch(level, first, count): so many kept hashes of a level, or as many as there are.
Fetch = Callable[[int, int, int], Sequence[bytes]]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def run_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over a whole run, whose length is a power of two."""
    return _pyramid(hashes)[-1][0]


def _pyramid(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes and those of every whole subtree over them, level by level."""
    levels: list[Sequence[bytes]] = [hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([node_hash(left, right) for left, right in pairs])
    return levels


def _split(count: int) -> int:
    """The largest power of two that is smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


class Tree:
    """A tree of `size` leaves. Reads each run that it needs once."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._runs: dict[tuple[int, int], list[Sequence[bytes]]] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, by default over all."""
        size = self.size if size is None else size
        self._check(0 <= size <= self.size)
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof that the leaf at `position` is among the first `size`.

        Raises ValueError if it is not, or the tree is smaller.
        """
        self._check(0 <= position < size <= self.size)
        path, start, end = [], 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if position < middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the first `second` leaves begin with the first `first`.

        Raises ValueError unless 0 < first <= second <= the tree's size.
        """
        self._check(0 < first <= second <= self.size)
        path, start, end = [], 0, second
        while first != end:
            middle = start + _split(end - start)
            if first <= middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        if start:
            path.append(self._hash(start, end))
        return path[::-1]

    def _check(self, is_within: bool) -> None:
        if not is_within:
            raise ValueError(f"not within a tree of {self.size} leaves")

    def _hash(self, start: int, end: int) -> bytes:
        """The hash over the leaves from `start`, which a subtree of that size begins at."""
        count = end - start
        if count & (count - 1) == 0:
            return self._whole(count.bit_length() - 1, start)
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _whole(self, level: int, start: int) -> bytes:
        kept, above = level - level % RUN_LEVELS, level % RUN_LEVELS
        place = start >> kept
        return self._run(kept, place // RUN)[above][(place % RUN) >> above]

    def _run(self, level: int, number: int) -> list[Sequence[bytes]]:
        found = self._runs.get((level, number))
        if found is None:
            whole = (self.size >> level) - number * RUN
            hashes = self._fetch(level, number * RUN, min(whole, RUN))
            found = self._runs[level, number] = _pyramid(hashes)
        return found


class Frontier:
    """A tree that grows leaf by leaf and remembers only what later roots need."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Take the next leaf; what it completed that is kept: level, place, hash."""
        completed, level, size, node = [], 0, self.size, leaf
        while size >> level & 1:
            node = node_hash(self._whole.pop(), node)
            level += 1
            if level % RUN_LEVELS == 0:
                completed.append((level, size >> level, node))
        self._whole.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over what was taken so far."""
        if not self._whole:
            return EMPTY_ROOT
        *others, node = self._whole
        for left in reversed(others):
            node = node_hash(left, node)
        return node


def is_included(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves the leaf to be at `position` (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    place, last, node = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether `path` proves that the second tree begins with the first (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not hashes:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
