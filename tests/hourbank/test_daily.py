"""The statement of a day, by which both sides compare their books."""

import pytest

from lms.hourbank import daily
from tests.hourbank.support import credit_body


def day(platform, date: str = "2025-06-02", after: str = ""):
    address = f"/daily-statements/{date}" + (f"?after={after}" if after else "")
    return platform.send(platform.signed(address, method="GET"))


def enter(platform, *numbers: int) -> None:
    for number in numbers:
        platform.post("/credits", credit_body(reference=f"credit-{number}"))


def test_day_lists_what_was_entered_with_count_and_sum(platform):
    enter(platform, 1, 2)
    platform.post("/reversals", {"reference": "credit-1", "reason": "抽查"})
    words = platform.claims(day(platform))
    assert (words["date"], words["platform"]) == ("2025-06-02", "local")
    assert (words["count"], words["sum_tenths"], words["next"]) == (3, 25, None)
    entries = {(each["reference"], each["kind"]): each for each in words["entries"]}
    assert entries["credit-1", "reversal"]["hours_tenths"] == -25
    assert entries["credit-2", "credit"]["entered_at"] == "2025-06-02T04:00:00+00:00"
    assert set(entries["credit-2", "credit"]) == {
        "entry",
        "reference",
        "kind",
        "year",
        "category",
        "hours_tenths",
        "entered_at",
    }


def test_days_end_at_midnight_in_shanghai(platform, clock):
    clock.advance(hours=11, minutes=59)
    enter(platform, 1)
    clock.advance(minutes=1)
    enter(platform, 2)
    first, second = (platform.claims(day(platform, date)) for date in ("2025-06-02", "2025-06-03"))
    assert [each["reference"] for each in first["entries"]] == ["credit-1"]
    assert [each["reference"] for each in second["entries"]] == ["credit-2"]


def test_long_days_come_in_pages_that_together_hold_each_entry_once(platform, monkeypatch):
    monkeypatch.setattr(daily, "PAGE", 2)
    enter(platform, *range(5))
    seen, after = [], ""
    for _page in range(3):
        words = platform.claims(day(platform, after=after))
        assert (words["count"], words["sum_tenths"]) == (5, 125)
        seen += [each["reference"] for each in words["entries"]]
        after = words["next"]
    assert after is None
    assert sorted(seen) == [f"credit-{number}" for number in range(5)]


def test_platform_sees_its_own_entries_alone(platform, other_platform):
    enter(platform, 1)
    other_platform.post("/credits", credit_body(reference="theirs"))
    assert platform.claims(day(platform))["count"] == 1
    assert platform.claims(day(other_platform))["entries"][0]["reference"] == "theirs"


@pytest.mark.parametrize("date", ["2025-02-30", "20250602", "today", "2025-06-02T00:00"])
def test_date_that_is_none_is_refused(platform, date):
    response = day(platform, date)
    assert (response.status_code, response.json()["field"]) == (422, "date")
