import threading

import httpx
import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank import queries
from lms.hourbank.models import BankPerson, LedgerEntry
from tests.hourbank.support import credit_body, person_body

KEY = "0123456789abcdef"


def entries() -> list[LedgerEntry]:
    return list(db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


def test_credit_is_entered_and_its_receipt_says_so(platform):
    response = platform.post("/credits", credit_body(), KEY)
    assert response.status_code == 201
    claims = platform.claims(response)
    (entry,) = entries()
    assert claims["entry"] == entry.number
    assert claims["idempotency_key"] == KEY
    assert claims["leaf_hash"] == entry.leaf_hash
    assert claims["hours_tenths"] == 25
    assert claims["statement"]["public_tenths"] == 25
    assert claims["statement"]["short_public_tenths"] == 275


def test_repeat_gets_the_same_answer_and_enters_nothing(platform):
    first = platform.post("/credits", credit_body(), KEY)
    second = platform.post("/credits", credit_body(), KEY)
    assert second.status_code == 201
    assert second.json() == first.json()
    assert len(entries()) == 1


@pytest.mark.parametrize(
    "change", [{"hours": "3"}, {"year": 2024}, {"person": person_body(2)}, {"reference": "other"}]
)
def test_changed_body_under_the_same_key_is_a_conflict(platform, change):
    platform.post("/credits", credit_body(), KEY)
    response = platform.post("/credits", credit_body(**change), KEY)
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert len(entries()) == 1


def test_same_credit_under_another_key_is_a_conflict(platform):
    platform.post("/credits", credit_body(), KEY)
    assert platform.post("/credits", credit_body(), KEY + "x").status_code == 409
    assert len(entries()) == 1


def test_parallel_repeats_enter_once_and_all_get_the_same_receipt(app, platform):
    requests = [platform.signed("/credits", credit_body(), KEY) for _number in range(8)]
    answers: list[httpx.Response] = []

    def send(request: httpx.Request) -> None:
        answers.append(platform.send(request))

    threads = [threading.Thread(target=send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert len(entries()) == 1


def test_parallel_first_credits_of_one_person_all_count(app, platform):
    bodies = [credit_body(reference=f"credit-{n}") for n in range(6)]
    requests = [platform.signed("/credits", body) for body in bodies]
    threads = [threading.Thread(target=platform.send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (person,) = db.session.scalars(select(BankPerson))
    assert queries.sums_of(person, 2025)[HourCategory.PUBLIC] == Hours(150)


def test_reversal_takes_back_by_a_second_entry(platform):
    platform.post("/credits", credit_body())
    response = platform.post("/reversals", {"reference": "credit-1", "reason": "抽查不合格"})
    assert response.status_code == 201
    assert platform.claims(response)["statement"]["public_tenths"] == 0
    assert [entry.hours for entry in entries()] == [Hours(25), Hours(-25)]


def test_reversal_happens_once_and_only_to_what_was_entered(platform):
    body = {"reference": "credit-1", "reason": "抽查不合格"}
    assert platform.post("/reversals", body).status_code == 404
    platform.post("/credits", credit_body())
    first = platform.post("/reversals", body, KEY)
    assert platform.post("/reversals", body, KEY).json() == first.json()
    assert platform.post("/reversals", body).status_code == 409
    assert len(entries()) == 2


def test_parallel_reversals_take_back_once(app, platform):
    platform.post("/credits", credit_body())
    body = {"reference": "credit-1", "reason": "抽查不合格"}
    requests = [platform.signed("/reversals", body, KEY) for _number in range(6)]
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda r=request: answers.append(platform.send(r)))
        for request in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert [entry.hours for entry in entries()] == [Hours(25), Hours(-25)]


def test_statement_gives_sums_and_requirement_without_an_entry(platform):
    platform.post("/credits", credit_body())
    response = platform.post("/statements", {"person": person_body(), "year": 2025})
    statement = platform.claims(response)["statement"]
    assert (statement["public_tenths"], statement["required_public_tenths"]) == (25, 300)
    stranger = platform.post("/statements", {"person": person_body(9), "year": 2025})
    assert platform.claims(stranger)["statement"]["public_tenths"] == 0
    assert db.session.scalar(select(func.count(BankPerson.id))) == 1


def test_receipt_can_be_asked_for_again_by_its_key(platform):
    first = platform.post("/credits", credit_body(), KEY)
    again = platform.send(platform.signed(f"/entries/{KEY}", method="GET"))
    assert again.json()["receipt"] == first.json()["receipt"]
    assert platform.send(platform.signed("/entries/unknown", method="GET")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": "2.55"}, "hours"),
        ({"hours": "0"}, "hours"),
        ({"hours": "-1"}, "hours"),
        ({"hours": 2.5}, "hours"),
        ({"hours": None}, "hours"),
        ({"year": "x"}, "year"),
        ({"year": 1850}, "year"),
        ({"category": "both"}, "category"),
        ({"earned_at": "2025-06-02T12:00:00"}, "earned_at"),
        ({"surplus": 1}, "surplus"),
        ({"person": {**person_body(), "identity_number": "123"}}, "person.identity_number"),
        ({"person": {"name": "王"}}, "person.identity_kind"),
    ],
)
def test_wrong_body_is_refused_with_its_field(platform, change, field):
    response = platform.post("/credits", credit_body(**change))
    assert response.status_code == 422
    assert response.json()["field"] == field
    assert entries() == []


@pytest.mark.parametrize("body", [[], "text", None, 7, {}])
def test_odd_bodies_are_refused(platform, body):
    assert platform.post("/credits", body).status_code == 422


def test_request_without_a_key_is_refused(platform):
    response = platform.post("/credits", credit_body(), "short")
    assert response.json()["field"] == "Idempotency-Key"


def test_identity_number_is_stored_only_encrypted(platform):
    platform.post("/credits", credit_body())
    row = db.session.execute(select(BankPerson.__table__)).one()
    assert person_body()["identity_number"] not in str(row)
