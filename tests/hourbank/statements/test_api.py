"""Years of a person for the title system: who may ask, what is answered, what is recorded."""

import json

import pytest
from flask import Flask
from flask_smorest import Api
from sqlalchemy import select, update

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.hourbank.models import Platform
from lms.hourbank.statements.api import blueprint
from tests.factories.accounts import identity_number
from tests.hourbank.statements.support import book, meet, worker
from tests.hourbank.support import SigningPlatform

BODY = {
    "person": {"identity_kind": "resident", "identity_number": identity_number(7)},
    "years": [2024, 2025, 2024],
}


@pytest.fixture
def platform(app, clock) -> SigningPlatform:
    """The title system: a registered platform that may read people."""
    made = SigningPlatform(app)
    result = app.test_cli_runner().invoke(args=["bank", "let-read", made.settings.platform_code])
    assert result.exit_code == 0, result.output
    return made


@pytest.fixture
def person(platform):
    made = worker(identity_number=identity_number(7))
    meet(made, 2024)
    book(made, "28.5")
    book(made, "70", HourCategory.PROFESSIONAL)
    return made


def test_years_are_answered_with_sums_and_what_is_short(platform, person):
    answer = platform.post("/person-years", BODY)
    assert answer.status_code == 200
    claims = platform.claims(answer)
    assert claims["is_known"]
    assert [(each["year"], each["is_met"]) for each in claims["years"]] == [
        (2024, True),
        (2025, False),
    ]
    assert claims["years"][1]["policy"] == "370600-2023"
    assert claims["years"][1]["public_tenths"] == 285
    assert claims["years"][1]["short_public_tenths"] == 15
    assert claims["years"][1]["short_professional_tenths"] == 0


def test_somebody_the_bank_does_not_know_has_zeros(platform):
    claims = platform.claims(platform.post("/person-years", BODY))
    assert not claims["is_known"]
    assert claims["years"][0]["public_tenths"] == 0
    assert claims["years"][0]["short_total_tenths"] == 900


def test_platform_that_may_only_report_is_refused(platform, person):
    with transaction():
        db.session.execute(update(Platform).values(may_read_people=False))
    assert platform.post("/person-years", BODY).status_code == 403


def test_right_can_be_taken_back_and_an_unknown_platform_gets_none(app, platform):
    run = app.test_cli_runner().invoke
    code = platform.settings.platform_code
    assert run(args=["bank", "let-read", code, "--no-more"]).exit_code == 0
    db.session.expire_all()
    assert platform.post("/person-years", BODY).status_code == 403
    assert run(args=["bank", "let-read", "nobody"]).exit_code != 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"years": []}, "years"),
        ({"years": list(range(2000, 2012))}, "years"),
        ({"years": [1999]}, "years.0"),
        ({"person": {"identity_kind": "resident"}}, "person.identity_number"),
        (
            {"person": {"identity_kind": "resident", "identity_number": "370102199001011230"}},
            "person.identity_number",
        ),
        ({"name": "王小明"}, "name"),
    ],
)
def test_wrong_question_is_refused_and_names_the_field(platform, change, field):
    answer = platform.post("/person-years", {**BODY, **change})
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_unsigned_question_is_refused(client, app):
    answer = client.post("/hourbank/api/v1/person-years", json=BODY)
    assert answer.status_code == 401


def test_question_is_recorded_without_the_number(platform, person):
    platform.post("/person-years", BODY)
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.BANK_STATEMENTS_READ.value)
    event = db.session.scalars(query).one()
    assert event.detail == {"person": person.id, "years": [2024, 2025]}
    assert identity_number(7) not in json.dumps(event.detail) + event.subject


@pytest.mark.no_database
def test_description_of_the_api_holds_an_example():
    # An application of its own: the one of all APIs is described by whichever was made last.
    alone = Flask("alone")
    alone.config.update(API_TITLE="alone", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    described = Api(alone)
    described.register_blueprint(blueprint)
    post = described.spec.to_dict()["paths"]["/hourbank/api/v1/person-years"]["post"]
    content = post["requestBody"]["content"]["application/json"]
    assert content["example"]["years"] == [2021, 2022, 2023, 2024, 2025]
    assert "is_met" in post["description"]
    assert {"Signature", "Idempotency-Key"} <= {each["name"] for each in post["parameters"]}
