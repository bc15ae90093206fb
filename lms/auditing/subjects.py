"""What records are called and where they are shown.

People and organizations are known here; a feature above tells of its own records in register():
`subjects.describe(app, "course", function)`, and of where an organization is shown likewise.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.labels import SUBJECTS, subject_label
from lms.core.db import db
from lms.organizations.models import Organization


@dataclass(frozen=True)
class Shown:
    """A record as an auditor sees it; without an address it cannot be opened by them."""

    text: str
    url: str | None = None


# Given who looks (None: a file, which has no links) and the ids on a page: those that can be told
# more of than their number.
Describer = Callable[[Person | None, Collection[int]], dict[int, Shown]]


def describe(app: Flask, kind: str, describer: Describer) -> None:
    """Let `describer` tell of records of a kind; the last one that is registered counts."""
    app.extensions.setdefault("audit_subjects", {})[kind] = describer


def shown_subjects(viewer: Person | None, subjects: Iterable[str]) -> dict[str, Shown]:
    """Each subject ("person:12") as it is shown; one look-up for all of a kind."""
    by_kind: dict[str, dict[int, str]] = {}
    shown = {}
    for subject in subjects:
        shown[subject] = Shown(subject_label(subject))
        kind, _colon, number = subject.partition(":")
        if number.isascii() and number.isdecimal():
            by_kind.setdefault(kind, {})[int(number)] = subject
    describers: dict[str, Describer] = current_app.extensions.get("audit_subjects", {})
    for kind in by_kind.keys() & describers.keys():
        found = describers[kind](viewer, by_kind[kind].keys())
        shown |= {by_kind[kind][number]: what for number, what in found.items()}
    return shown


def _people(_viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    label = str(SUBJECTS["person"])
    names = people_named(ids)
    return {number: Shown(f"{label} {person.name}") for number, person in names.items()}


def _organizations(_viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    return {number: Shown(name) for number, name in organization_names(ids).items()}


def people_named(ids: Collection[int]) -> dict[int, Person]:
    """People by their ids."""
    return {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def organization_names(ids: Collection[int]) -> dict[int, str]:
    """Names of organizations by their ids."""
    rows = db.session.execute(
        select(Organization.id, Organization.name).where(Organization.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def register(app: Flask) -> None:
    describe(app, "person", _people)
    describe(app, "organization", _organizations)
