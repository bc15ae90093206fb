"""The tree against the recursive definitions of RFC 9162, and proofs against any change."""

import hashlib

import pytest

from lms.hourbank.log.merkle import (
    EMPTY_ROOT,
    RUN,
    RUN_LEVELS,
    Frontier,
    Tree,
    is_consistent,
    is_included,
    node_hash,
    run_hash,
)

LEAVES = [hashlib.sha256(b"\x00%d" % number).digest() for number in range(1101)]
SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 770, 1100]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def fetch(level: int, first: int, count: int) -> list[bytes]:
    hashes = LEAVES
    for _level in range(level // RUN_LEVELS):
        whole = len(hashes) // RUN
        hashes = [run_hash(hashes[n * RUN : (n + 1) * RUN]) for n in range(whole)]
    return hashes[first : first + count]


def test_known_roots():
    """The empty tree and RFC 6962's leaf of nothing, which all logs share."""
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")
    leaf = hashlib.sha256(b"\x00").digest()
    assert leaf.hex().startswith("6e340b9cffb37a989ca544e6bb780a2c")
    assert node_hash(leaf, leaf) == hashlib.sha256(b"\x01" + leaf + leaf).digest()


@pytest.mark.parametrize("size", [0, *SIZES])
def test_root_is_as_defined_also_of_a_tree_that_was_smaller(size):
    assert Tree(size, fetch).root() == defined_root(LEAVES[:size])
    assert Tree(1100, fetch).root(size) == defined_root(LEAVES[:size])


def test_growing_leaf_by_leaf_gives_the_same_roots_and_the_nodes_that_are_kept():
    frontier, kept = Frontier(), []
    for number, leaf in enumerate(LEAVES[:1100]):
        if number in SIZES:
            assert frontier.root() == defined_root(LEAVES[:number])
        kept += frontier.append(leaf)
    assert kept == [(8, place, node) for place, node in enumerate(fetch(8, 0, 4))]


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_is_proved_for_each_leaf_and_for_no_other(size):
    tree = Tree(1100, fetch)
    root = tree.root(size)
    for position in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        path = tree.inclusion(position, size)
        assert is_included(LEAVES[position], position, size, path, root)
        assert not is_included(LEAVES[position + 1], position, size, path, root)
        assert not is_included(LEAVES[position], position, size, [*path, root], root)
        assert not is_included(LEAVES[position], size, size, path, root)
        for place in range(len(path)):
            changed = [*path[:place], EMPTY_ROOT, *path[place + 1 :]]
            assert not is_included(LEAVES[position], position, size, changed, root)


@pytest.mark.parametrize("second", SIZES)
def test_consistency_is_proved_for_what_was_only_appended_to(second):
    tree = Tree(1100, fetch)
    for first in {each for each in (1, 2, 3, 6, 8, 255, 256, 300, 512, 1000) if each <= second}:
        roots = tree.root(first), tree.root(second)
        path = tree.consistency(first, second)
        assert is_consistent(first, second, *roots, path)
        assert not is_consistent(first, second, EMPTY_ROOT, roots[1], path)
        assert not is_consistent(first, second, roots[0], EMPTY_ROOT, path)
        assert not is_consistent(first, second, *roots, [*path, EMPTY_ROOT])
        assert first == second or not is_consistent(first, second, *roots, path[:-1])


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5), (5, 1101)])
def test_consistency_outside_of_the_tree_is_refused(first, second):
    with pytest.raises(ValueError, match="not within"):
        Tree(1100, fetch).consistency(first, second)


@pytest.mark.parametrize(("position", "size"), [(-1, 5), (5, 5), (5, 1101)])
def test_inclusion_outside_of_the_tree_is_refused(position, size):
    with pytest.raises(ValueError, match="not within"):
        Tree(1100, fetch).inclusion(position, size)
