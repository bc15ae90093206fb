import datetime as dt
import hashlib

import pytest

from lms.core.types import Hours
from lms.hourbank.policies import requirement_for
from lms.hourbank.rules import Requirement, leaf_hash, shortfall

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


def test_leaf_hash_is_rfc_9162_over_the_entry_and_differs_for_any_change():
    at = dt.datetime(2025, 6, 2, 4, 0, tzinfo=dt.UTC)
    entry = ("20250602-ABC", "person", "credit", 2025, "public", 25)
    content = (
        b'["20250602-ABC","person","credit",2025,"public",25,"2025-06-02T04:00:00.000000+00:00"]'
    )
    assert leaf_hash(*entry, at) == hashlib.sha256(b"\x00" + content).hexdigest()
    others = [
        ("20250602-ABD", *entry[1:]),
        (entry[0], "other", *entry[2:]),
        (*entry[:2], "reversal", *entry[3:]),
        (*entry[:3], 2024, *entry[4:]),
        (*entry[:4], "professional", entry[5]),
        (*entry[:5], 26),
    ]
    hashes = {leaf_hash(*other, at) for other in [entry, *others]}
    hashes.add(leaf_hash(*entry, at + dt.timedelta(microseconds=1)))
    assert len(hashes) == 8
