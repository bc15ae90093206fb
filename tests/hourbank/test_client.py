"""The client that foreign platforms copy from the docs, against the real application."""

import importlib.util
import time

import httpx
import pytest

from lms.config import ROOT
from lms.hourbank import daily
from lms.hourbank.intake import lane
from lms.hourbank.log import tasks
from tests.hourbank.support import credit_body

spec = importlib.util.spec_from_file_location(
    "hour_bank_client", ROOT / "docs/examples/hour_bank_client.py"
)
assert spec is not None
assert spec.loader is not None
client_module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(client_module)


@pytest.fixture
def bank(app, platform, clock, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: clock().timestamp())
    keys = platform.settings.var_path / "keys"
    return client_module.HourBank(
        platform.settings.bank_url,
        "local",
        (keys / "platform-ed25519.pem").read_bytes(),
        (keys / "bank-ed25519.pub.pem").read_bytes(),
        transport=httpx.WSGITransport(app=app),
    )


def credit(number: int, **changes):
    facts = credit_body(reference=f"credit-{number}", **changes)
    return client_module.credit(f"my-own-key-{number:08d}", facts)


def test_items_are_entered_taken_back_and_refused(bank):
    answers = bank.send(
        [credit(1), credit(2, hours="x"), client_module.reversal("m" * 16, "credit-1", "抽查")]
    )
    assert [answer["status"] for answer in answers] == ["accepted", "refused", "accepted"]
    assert answers[0]["words"]["hours_tenths"] == 25
    assert answers[1]["problem"]["field"] == "hours"
    assert answers[2]["words"]["statement"]["public_tenths"] == 0
    assert bank.send([credit(1)])[0]["receipt"] == answers[0]["receipt"]


def test_day_is_read_to_its_end(bank, monkeypatch):
    monkeypatch.setattr(daily, "PAGE", 2)
    bank.send([credit(number) for number in range(5)])
    entries = bank.day("2025-06-02")
    assert sorted(each["reference"] for each in entries) == [f"credit-{n}" for n in range(5)]


def test_entry_brings_its_proof_against_a_head_that_one_keeps(bank, client):
    bank.send([credit(number) for number in range(5)])
    key = credit(3)["idempotency_key"]
    assert bank.entry(key)["inclusion"] is None
    tasks.give_places.run()
    head = tasks.sign_new_head.run()
    found = bank.entry(key)
    assert found["words"]["reference"] == "credit-3"
    assert found["inclusion"]["leaf_hash"] == found["words"]["leaf_hash"]
    assert client_module.is_in_log(found["inclusion"], head["root"])
    assert not client_module.is_in_log(found["inclusion"], "00" * 32)
    other = {**found["inclusion"], "leaf_hash": "00" * 32}
    assert not client_module.is_in_log(other, head["root"])


def test_receipt_by_another_key_is_not_believed(bank, platform):
    receipt = bank.send([credit(1)])[0]["receipt"]
    with pytest.raises(client_module.BankError, match="did not sign"):
        bank.words_of(receipt[:-8] + "AAAAAAAA")


def test_refusal_of_the_whole_is_an_error(bank):
    with pytest.raises(client_module.BankError, match="404"):
        bank.entry("nothing-under-this-key")


def test_its_spelling_of_a_signature_is_the_lanes(bank, monkeypatch):
    seen = []
    answer = lane.CreditLane.answer
    monkeypatch.setattr(
        lane.CreditLane, "answer", lambda self, r: seen.append(answer(self, r)) or seen[-1]
    )
    bank._ask("POST", "/credits", credit_body())
    assert seen[0]
