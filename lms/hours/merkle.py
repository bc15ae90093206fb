"""What an inclusion proof leads to (RFC 9162, section 2.1.3.2). Pure.

The bank has code of its own for this: a check that shared it would share its mistakes.
"""

import hashlib
from collections.abc import Sequence


def root_of(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root of a tree of `size` leaves that has `leaf` at `position` (from 0), by this path.

    None if no tree of that size has such a path there.
    """
    if not 0 <= position < size:
        return None
    place, last, node = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place % 2 == 0 and place != last:
            node = _over(node, sibling)
        else:
            node = _over(sibling, node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        place, last = place // 2, last // 2
    return node if last == 0 else None


def _over(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
