import pytest

from lms.core.types import Hours
from lms.hourbank.policies import requirement_for
from lms.hourbank.rules import Requirement, shortfall

YEAR = requirement_for(2025)


def test_a_year_asks_for_30_public_60_professional_90_in_all():
    assert Requirement(Hours(300), Hours(600), Hours(900)) == YEAR


@pytest.mark.parametrize("year", [2019, 2024, 2025, 2031])
def test_years_without_a_file_of_their_own_follow_the_nearest(year):
    assert requirement_for(year) == YEAR


@pytest.mark.parametrize(
    ("public", "professional", "short"),
    [
        ("40", "55", ("0", "5", "0")),
        ("28.5", "70", ("1.5", "0", "0")),
        ("30", "60", ("0", "0", "0")),
        ("29.9", "60", ("0.1", "0", "0.1")),
        ("0", "0", ("30", "60", "90")),
        ("90", "0", ("0", "60", "0")),
    ],
)
def test_each_category_is_judged_on_its_own(public, professional, short):
    missing = shortfall(Hours.parse(public), Hours.parse(professional), YEAR)
    assert (missing.public, missing.professional, missing.total) == tuple(
        Hours.parse(part) for part in short
    )
    assert missing.is_met is (short == ("0", "0", "0"))
