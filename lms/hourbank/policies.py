"""Which policy is in force: policies/<division code>-<year>.toml.

A new notice costs one new file and no code. What a city is silent on is its province's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from lms.hourbank.conversion.reader import read_policy
from lms.hourbank.conversion.types import Policy
from lms.hourbank.rules import Requirement

FOLDER = Path(__file__).parent / "policies"
PROVINCE = "370000"
# A street has nine digits, a county six; the division above has zeros in the place of the last.
_PREFIXES = (9, 6, 4, 2)

Policies = Mapping[tuple[str, int], Policy]


@cache
def policies() -> Policies:
    """All policies by division and year, each with what it takes from the division above.

    Raises TomlFileError naming file, line and key.
    """
    return completed(_own())


def policies_with(policy: Policy) -> Policies:
    """All policies as they would be with this one beside the others, or in place of its file."""
    others = [each for each in _own() if each.code != policy.code]
    return completed([*others, policy])


def forget() -> None:
    """Read the files again when they are next asked for."""
    policies.cache_clear()
    _own.cache_clear()


def policy_for(division_code: str, year: int) -> Policy:
    """The policy in force in a division: its own, else that of the division above.

    Of several years the year itself, else the newest earlier one; a year before all notices has
    the oldest of the nearest division.
    """
    return find_policy(policies(), division_code, year)


def requirement_for(year: int, division_code: str = PROVINCE) -> Requirement:
    """What a year asks for in a division; in the province, if none is named."""
    return policy_for(division_code, year).requirement


def find_policy(known: Policies, division_code: str, year: int) -> Policy:
    """The policy in force among those known. Raises LookupError if there is none at all."""
    upwards = [*divisions_upwards(division_code), PROVINCE]
    for code in upwards:
        years = [each for division, each in known if division == code and each <= year]
        if years:
            return known[code, max(years)]
    for code in upwards:
        years = [each for division, each in known if division == code]
        if years:
            return known[code, min(years)]
    raise LookupError(f"no policy for {division_code} in {year}")


def divisions_upwards(code: str) -> Iterator[str]:
    """The division's code and those above it: 371102 (county), 371100 (city), 370000 (province)."""
    lengths = [length for length in _PREFIXES if length <= len(code)]
    codes = (code[:length].ljust(max(6, length), "0") for length in lengths)
    yield from dict.fromkeys(codes)


@cache
def _own() -> list[Policy]:
    """The policies as their files say."""
    return [read_policy(path) for path in sorted(FOLDER.glob("*.toml"))]


def completed(own: list[Policy]) -> Policies:
    """Policies as their files say, each with what it is silent on from the division above.

    That is the policy of the division above for the year of the file; so one code of a policy
    always means the same rules.
    """
    known: dict[tuple[str, int], Policy] = {}
    # A division above has more zeros at its end: the province comes first, then cities, counties.
    for policy in sorted(own, key=lambda each: len(each.division_code.rstrip("0"))):
        above = list(divisions_upwards(policy.division_code))[1:]
        has_above = any(division in above for division, _year in known)
        upper = find_policy(known, above[0], policy.year) if above and has_above else None
        known[policy.division_code, policy.year] = _with_upper(policy, upper)
    return known


def _with_upper(policy: Policy, upper: Policy | None) -> Policy:
    if upper is None:
        return policy
    own = {kind.code for kind in (*policy.kinds, *policy.reported)}
    return replace(
        policy,
        kinds=(*policy.kinds, *(each for each in upper.kinds if each.code not in own)),
        reported=(*policy.reported, *(each for each in upper.reported if each.code not in own)),
        caps={**upper.caps, **policy.caps},
        deciding=policy.deciding if policy.deciding.steps else upper.deciding,
        title_review=policy.title_review or upper.title_review,
    )
