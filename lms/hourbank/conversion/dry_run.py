"""What a changed policy would have made of claims that were decided: who gains, who loses, why.

Nothing is changed. Each person's year is judged anew in the order of its decisions, so that caps
fill as they would have.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from flask_babel import gettext as _

from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.hourbank.conversion.facts import typed
from lms.hourbank.conversion.history import DecidedClaim
from lms.hourbank.conversion.rules import recognize, recognized
from lms.hourbank.conversion.types import (
    FactsError,
    NotClaimable,
    Policy,
    Recognition,
    Recognized,
)
from lms.hourbank.policies import Policies, find_policy

Entry = tuple[str, HourCategory, Hours]


@dataclass(frozen=True)
class Change:
    """A claim of which something else would have become.

    `now_refused` are the reasons that the changed policy has and the one in force has not;
    `no_longer` those that it drops.
    """

    claim: DecidedClaim
    kind_label: str
    before: Hours
    after: Hours
    now_refused: tuple[str, ...]
    no_longer: tuple[str, ...]

    @property
    def difference(self) -> Hours:
        return self.after - self.before


@dataclass
class DryRun:
    """What came of it: how many claims were looked at, and those that change."""

    policy: Policy
    checked: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def gained(self) -> Hours:
        return self._sum(change.difference.tenths for change in self.changes)

    @property
    def lost(self) -> Hours:
        return self._sum(-change.difference.tenths for change in self.changes)

    @property
    def gainers(self) -> int:
        """People who would have more hours in some year than they have."""
        return len({key for (key, _year), tenths in self._by_person().items() if tenths > 0})

    @property
    def losers(self) -> int:
        """People who would have fewer in some year."""
        return len({key for (key, _year), tenths in self._by_person().items() if tenths < 0})

    def _sum(self, tenths: Iterable[int]) -> Hours:
        return Hours(sum(each for each in tenths if each > 0))

    def _by_person(self) -> dict[tuple[str, int], int]:
        sums: dict[tuple[str, int], int] = {}
        for change in self.changes:
            key = (change.claim.person_key, change.claim.year)
            sums[key] = sums.get(key, 0) + change.difference.tenths
        return sums


def dry_run(
    policy: Policy, in_force: Policies, changed: Policies, claims: Iterable[DecidedClaim]
) -> DryRun:
    """Judge decided claims anew as if `changed` were in force; `policy` is the one that changed.

    Claims under rules that stay as they are keep what was granted, and count for the caps.
    """
    result = DryRun(policy)

    @cache
    def rules_for(division_code: str, year: int) -> tuple[Policy, Policy, bool]:
        old = find_policy(in_force, division_code, year)
        new = find_policy(changed, division_code, year)
        return old, new, old == new

    for _key, group in groupby(claims, key=lambda claim: (claim.person_key, claim.year)):
        entries: list[Entry] = []
        old_entries: list[Entry] = []
        for claim in group:
            old, new, is_same = rules_for(claim.division_code, claim.year)
            decided = [(claim.kind, category, hours) for category, hours in claim.granted.items()]
            if is_same:
                entries += decided
            else:
                result.checked += 1
                found, why = _judge(new, claim, recognized(new, entries))
                _before, why_before = _judge(old, claim, recognized(old, old_entries))
                entries += found
                _compare(result, claim, _label(claim.kind, old, new), found, why, why_before)
            old_entries += decided
    return result


def _compare(
    result: DryRun,
    claim: DecidedClaim,
    kind_label: str,
    found: list[Entry],
    why: tuple[str, ...],
    why_before: tuple[str, ...],
) -> None:
    after = {category: hours for _kind, category, hours in found}
    if after == {category: hours for category, hours in claim.granted.items() if hours}:
        return
    result.changes.append(
        Change(
            claim=claim,
            kind_label=kind_label,
            before=sum(claim.granted.values(), ZERO_HOURS),
            after=sum(after.values(), ZERO_HOURS),
            now_refused=tuple(each for each in why if each not in why_before),
            no_longer=tuple(each for each in why_before if each not in why),
        )
    )


def _label(kind: str, *policies: Policy) -> str:
    """What a kind is called; its code where no policy has it any more."""
    for policy in policies:
        try:
            return policy.kind(kind).label
        except NotClaimable:
            continue
    return kind


def _judge(
    policy: Policy, claim: DecidedClaim, already: Recognized
) -> tuple[list[Entry], tuple[str, ...]]:
    """What a policy grants of the claim, and the reasons of what it refuses."""
    try:
        facts = typed(policy.kind(claim.kind), claim.facts)
        found: Recognition = recognize(policy, claim.kind, facts, already)
    except NotClaimable:
        return [], (_("规则中没有这一种类"),)
    except FactsError as error:
        return [], (_("申报内容不符合规则的要求：%(what)s", what=error.message),)
    granted = [(claim.kind, grant.category, grant.hours) for grant in found.granted]
    return granted, tuple(dict.fromkeys(str(refusal.reason) for refusal in found.refused))
