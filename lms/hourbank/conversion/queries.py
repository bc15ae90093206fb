"""Which policies there are, with the names of their divisions."""

from dataclasses import dataclass

from lms.accounts.models import Person
from lms.core import clock
from lms.hourbank.conversion.types import Policy
from lms.hourbank.policies import policies, policy_for
from lms.organizations.queries import divisions_with_superiors


@dataclass(frozen=True)
class Place:
    """A division and its policies, newest first."""

    name: str
    policies: tuple[Policy, ...]


def places() -> list[Place]:
    """All divisions that have policies, the province first."""
    codes = dict.fromkeys(code for code, _year in sorted(policies()))
    names = division_names(list(codes))
    return [
        Place(
            names[code],
            tuple(policies()[each] for each in sorted(policies(), reverse=True) if each[0] == code),
        )
        for code in codes
    ]


def division_names(codes: list[str]) -> dict[str, str]:
    """The names of divisions; the code where the division is not known here."""
    known = divisions_with_superiors(codes)
    return {code: known[code].name if code in known else code for code in codes}


def find_policy_by_code(code: str) -> Policy | None:
    """The policy "370800-2022"."""
    return next((policy for policy in policies().values() if policy.code == code), None)


def policy_of_person(person: Person) -> Policy | None:
    """The policy of this year for the person's unit; None without a unit."""
    if person.unit is None:
        return None
    return policy_for(person.unit.division_code, clock.today().year)
