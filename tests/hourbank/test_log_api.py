"""Heads and proofs as anybody may ask for them."""

from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.hourbank.log import tasks
from lms.hourbank.log.heads import is_signed
from lms.hourbank.log.merkle import is_consistent, is_included
from lms.hourbank.models import LedgerEntry
from tests.hourbank.support import credit_body

LOG = "/hourbank/api/v1/log"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def numbers(platform) -> list[str]:
    """Three entries in a head, two more in the next, and one without a place."""
    for count, references in ((3, "abc"), (5, "de")):
        for reference in references:
            platform.post("/credits", credit_body(reference=reference))
        tasks.give_places.run()
        assert tasks.sign_new_head.run()["size"] == count
    platform.post("/credits", credit_body(reference="f"))
    return list(db.session.scalars(select(LedgerEntry.number).order_by(LedgerEntry.id)))


def path_of(answer) -> list[bytes]:
    return [bytes.fromhex(node) for node in answer.json["path"]]


def test_heads_are_listed_newest_first_and_signed(client, numbers, settings):
    answer = client.get(f"{LOG}/heads").json
    assert [head["size"] for head in answer["heads"]] == [5, 3]
    assert all(is_signed(settings, head) for head in answer["heads"])
    assert "BEGIN PUBLIC KEY" in answer["public_key"]
    assert [head["size"] for head in client.get(f"{LOG}/heads?before=5").json["heads"]] == [3]


def test_inclusion_is_proved_against_the_newest_head_or_an_older_size(client, numbers):
    answer = client.get(f"{LOG}/inclusion?entry={numbers[1]}")
    root = bytes.fromhex(answer.json["head"]["root"])
    leaf = bytes.fromhex(answer.json["leaf_hash"])
    assert is_included(leaf, answer.json["position"], 5, path_of(answer), root)
    older = client.get(f"{LOG}/inclusion?entry={numbers[1]}&size=3")
    root = bytes.fromhex(older.json["head"]["root"])
    assert is_included(leaf, 1, 3, path_of(older), root)
    assert client.get(f"{LOG}/inclusion?entry={numbers[1]}&size=4").json["head"] is None


def test_what_is_not_in_the_log_yet_is_told_apart_from_what_never_was(client, numbers):
    assert client.get(f"{LOG}/inclusion?entry={numbers[5]}").status_code == 404
    tasks.give_places.run()
    early = client.get(f"{LOG}/inclusion?entry={numbers[5]}")
    assert (early.status_code, early.headers["Retry-After"]) == (425, "3600")
    assert client.get(f"{LOG}/inclusion?entry={numbers[5]}&size=7").json["field"] == "size"
    assert client.get(f"{LOG}/inclusion?entry=20250101-NOSUCH").status_code == 404
    assert client.get(f"{LOG}/inclusion").json["field"] == "entry"


def test_consistency_is_proved_between_two_sizes(client, numbers):
    heads = {head["size"]: head["root"] for head in client.get(f"{LOG}/heads").json["heads"]}
    answer = client.get(f"{LOG}/consistency?first=3&second=5")
    roots = (bytes.fromhex(heads[size]) for size in (3, 5))
    assert is_consistent(3, 5, *roots, path_of(answer))
    assert client.get(f"{LOG}/consistency?first=5&second=3").json["field"] == "first"
    assert client.get(f"{LOG}/consistency?first=5&second=99").json["field"] == "second"
    assert client.get(f"{LOG}/consistency?first=0&second=3").json["field"] == "first"


def test_feed_holds_each_head_with_its_signature(client, numbers, settings):
    answer = client.get(f"{LOG}/heads.atom")
    assert answer.mimetype == "application/atom+xml"
    entries = ElementTree.fromstring(answer.data).findall(f"{ATOM}entry")
    heads = client.get(f"{LOG}/heads").json["heads"]
    assert [entry.findtext(f"{ATOM}content") for entry in entries] == [
        head["signature"] for head in heads
    ]


def test_feed_of_an_empty_log_is_a_feed(client, app):
    feed = ElementTree.fromstring(client.get(f"{LOG}/heads.atom").data)
    assert feed.findall(f"{ATOM}entry") == []


def test_receipt_asked_for_again_brings_the_proof_once_there_is_one(client, platform, clock):
    key = "0123456789abcdef"
    platform.post("/credits", credit_body(), key)
    assert (
        platform.send(platform.signed(f"/entries/{key}", method="GET")).json()["inclusion"] is None
    )
    tasks.give_places.run()
    tasks.sign_new_head.run()
    answer = platform.send(platform.signed(f"/entries/{key}", method="GET")).json()
    number = platform.claims_of(answer["receipt"])["entry"]
    assert answer["inclusion"] == client.get(f"{LOG}/inclusion?entry={number}").json
