"""Facts of a claim: from a form's texts, to plain values, and back."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.hourbank.conversion.facts import plain, read_facts, typed
from lms.hourbank.policies import policies, policy_for
from tests.hourbank.conversion.support import HOURS, PUBLIC, facts_of

JINING, RIZHAO = policy_for("370800", 2022), policy_for("371100", 2024)


def test_texts_become_facts_of_their_types():
    facts, wrong = read_facts(
        RIZHAO.kind("training"),
        {
            "days": " 4 ",
            "hours": "30.5",
            "category": "public",
            "filed_on": "2024-05-30",
            "is_filed": "y",
        },
    )
    assert wrong == []
    assert facts == {
        "category": PUBLIC,
        "days": 4,
        "hours": HOURS("30.5"),
        "filed_on": dt.date(2024, 5, 30),
        "is_filed": True,
    }


def test_what_is_empty_and_not_asked_for_is_left_out_and_an_unticked_box_is_no():
    facts, wrong = read_facts(JINING.kind("expert"), {"days": "1", "hours": "3", "rest_hours": ""})
    assert (facts, wrong) == ({"days": 1, "hours": HOURS("3")}, [])
    facts, _ = read_facts(JINING.kind("self_study"), {"hours": "3", "form": "own"})
    assert facts["study_file"] is False


@pytest.mark.parametrize(
    ("kind", "texts", "fields"),
    [
        ("training", {}, ["days", "hours"]),
        ("training", {"days": "x", "hours": "3"}, ["days"]),
        ("training", {"days": "-1", "hours": "3"}, ["days"]),
        ("training", {"days": "0", "hours": "3"}, ["days"]),
        ("training", {"days": "１", "hours": "２．５"}, []),
        ("training", {"days": "9999999999", "hours": "3"}, ["days"]),
        ("training", {"days": "1", "hours": "3.25"}, ["hours"]),
        ("competition", {"level": "city"}, ["category"]),
        ("competition", {"level": "city", "category": "both"}, ["category"]),
        ("competition", {"level": "moon", "category": "public"}, ["level"]),
        ("self_study", {"hours": "3", "form": "sleep"}, ["form"]),
    ],
)
def test_what_is_wrong_is_told_by_field(kind, texts, fields):
    _facts, wrong = read_facts(JINING.kind(kind), texts)
    assert [each.field for each in wrong] == fields
    assert all(str(each.message) for each in wrong)


def test_a_wrong_date_and_a_long_text_are_told():
    _, wrong = read_facts(
        RIZHAO.kind("self_study"), {"hours": "3", "filed_on": "30.5.2024", "characters": "5000"}
    )
    assert [each.field for each in wrong] == ["filed_on"]
    zaozhuang = policy_for("370400", 2024).kind("transfer")
    texts = {"public_hours": "1", "professional_hours": "0", "former_authority": "局" * 201}
    _, wrong = read_facts(zaozhuang, texts)
    assert [each.field for each in wrong] == ["former_authority"]


@pytest.mark.parametrize("policy", policies().values(), ids=lambda policy: policy.code)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_facts_come_back_from_json_as_they_went(policy, data):
    kind = data.draw(st.sampled_from((*policy.kinds, *policy.reported)))
    facts = data.draw(facts_of(kind))
    assert typed(kind, json.loads(json.dumps(plain(facts)))) == facts


def test_what_another_years_kind_does_not_ask_for_is_left_out():
    stored = {"days": 3, "hours": "x", "old": 1, "category": "public"}
    assert typed(JINING.kind("training"), stored) == {"days": 3, "category": PUBLIC}
