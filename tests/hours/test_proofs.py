"""Proofs against trees that are built here, by the definition of RFC 9162, section 2.1.1."""

import hashlib

import pytest

from lms.core.db import transaction
from lms.hours.deliveries import held
from lms.hours.merkle import root_of
from lms.hours.proofs import checked_proof
from lms.hours.receipts import BankProblem
from lms.hours.tasks import fetch_proof
from tests.hours.support import earn, lose
from tests.support import sign_in


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(count)]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count: int) -> int:
    """The largest power of two below `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    middle = split(len(hashes))
    return node(root(hashes[:middle]), root(hashes[middle:]))


def path(position: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    middle = split(len(hashes))
    if position < middle:
        return [*path(position, hashes[:middle]), root(hashes[middle:])]
    return [*path(position - middle, hashes[middle:]), root(hashes[:middle])]


# RFC 6962's reference vectors (certificate-transparency, eight inputs): the root over all.
_INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
_LAST = "606162636465666768696a6b6c6d6e6f"
_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_tree_of_these_tests_is_the_one_of_the_reference_vectors():
    inputs = [bytes.fromhex(text) for text in (*_INPUTS, _LAST)]
    assert root([hashlib.sha256(b"\x00" + each).digest() for each in inputs]).hex() == _ROOT


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33])
def test_every_leaf_of_every_size_leads_to_the_root_and_no_other_place_does(size):
    hashes = leaves(size)
    for position in range(size):
        proof = path(position, hashes)
        assert root_of(hashes[position], position, size, proof) == root(hashes)
        others = [n for n in range(size) if n != position]
        assert all(root_of(hashes[position], n, size, proof) != root(hashes) for n in others)


def test_proof_that_is_too_long_too_short_or_altered_leads_nowhere():
    hashes = leaves(11)
    proof, right = path(4, hashes), root(hashes)
    assert root_of(hashes[4], 4, 11, proof[:-1]) is None
    assert root_of(hashes[4], 4, 11, [*proof, proof[0]]) is None
    assert root_of(hashes[4], 4, 11, proof[::-1]) != right
    assert root_of(hashes[5], 4, 11, proof) != right
    assert root_of(hashes[4], 4, 8, proof) is None
    assert root_of(hashes[4], 11, 11, proof) is None
    assert root_of(hashes[4], -1, 11, proof) is None


@pytest.fixture
def proved(line, stand_in, tasks):
    """A delivery that was acknowledged, in a log of nine entries."""
    credit = earn()
    tasks.run_all()
    (delivery,) = credit.deliveries
    hashes = leaves(9)
    hashes[6] = bytes.fromhex(delivery.receipt["leaf_hash"])
    head = {"size": 9, "root": root(hashes).hex(), "signed_at": "2025-06-02T04:00:00+00:00"}
    stand_in.inclusion = {
        "entry": delivery.entry_number,
        "leaf_hash": delivery.receipt["leaf_hash"],
        "position": 6,
        "size": 9,
        "path": [each.hex() for each in path(6, hashes)],
        "head": {**head, "signature": stand_in.sign(head)},
    }
    return delivery


def test_proof_is_fetched_when_somebody_looks_and_then_shown(proved, tasks, client):
    address = f"/me/hours/{proved.credit_id}"
    text = sign_in(client, proved.credit.person).get(address).get_data(as_text=True)
    assert "银行下一次给日志签名后" in text
    tasks.run_all()
    text = client.get(address).get_data(as_text=True)
    assert "是日志的第 7 条" in text
    assert "共 9 条的日志" in text
    assert "2025-06-02 12:00" in text
    assert tasks.names() == []


@pytest.mark.parametrize(
    "change",
    [
        {"position": 5},
        {"size": 10},
        {"path": []},
        {"path": ["xyz"]},
        {"position": "six"},
        {"head": None},
        {"head": {"size": 9, "root": "00", "signed_at": "x", "signature": "a.b.c"}},
    ],
)
def test_proof_that_does_not_hold_is_not_kept(proved, stand_in, caplog, change):
    stand_in.inclusion = {**stand_in.inclusion, **change}
    with pytest.raises(BankProblem):
        checked_proof(proved, stand_in.inclusion)
    fetch_proof.run(proved.id)
    assert proved.proof is None
    assert f"log proof of delivery {proved.id}" in caplog.text


def test_root_that_the_bank_did_not_sign_is_not_believed(proved, stand_in):
    head = stand_in.inclusion["head"]
    for change in ({"root": "00" * 32}, {"size": 8}, {"signed_at": "2025-06-01T00:00:00+00:00"}):
        said = {name: value for name, value in {**head, **change}.items() if name != "signature"}
        inclusion = {**stand_in.inclusion, "head": {**head, "signature": stand_in.sign(said)}}
        with pytest.raises(BankProblem):
            checked_proof(proved, inclusion)


def test_without_a_head_or_an_answer_the_proof_is_asked_for_another_time(proved, stand_in, line):
    inclusion, stand_in.inclusion = stand_in.inclusion, None
    fetch_proof.run(proved.id)
    line.misdeeds = [lose]
    fetch_proof.run(proved.id)
    assert proved.proof is None
    stand_in.inclusion = inclusion
    fetch_proof.run(proved.id)
    with transaction():
        assert held([proved.id])[0].proof["size"] == 9
