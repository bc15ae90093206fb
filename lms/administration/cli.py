"""Commands with which an operator starts an empty installation: divisions, a bureau, its officer.

No command takes an identity number or a password as an argument: arguments stand in the history of
the shell and in the list of processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask

from lms.accounts.enums import IdentityKind
from lms.accounts.operations import create_person
from lms.accounts.passwords import check_password, own_words
from lms.accounts.posts import grant_post
from lms.accounts.queries import find_by_username
from lms.accounts.rules import is_username, normalize_identity_number, normalize_username
from lms.administration.organization_operations import check_only_bureau
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.core.permissions import Role
from lms.organizations.divisions import SHANDONG, DivisionFileError, load_divisions
from lms.organizations.enums import UnitNature
from lms.organizations.models import Organization, OrganizationKind, StandInKind
from lms.organizations.operations import create_organization
from lms.organizations.queries import find_organization


def _values(enum: type[Any]) -> click.Choice[str]:
    return click.Choice([member.value for member in enum])


@contextmanager
def _told() -> Iterator[None]:
    """Tell what an operation refuses, with its field, instead of a traceback."""
    try:
        with transaction():
            yield
    except DomainError as refusal:
        field = f"{refusal.field}: " if refusal.field else ""
        raise click.ClickException(f"{field}{refusal.message}") from refusal


@click.command("load-divisions")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHANDONG
)
def load_divisions_command(file: Path) -> None:
    """Add the divisions of FILE (CSV: code,name,parent_code); without one, those of Shandong."""
    try:
        with transaction():
            count = load_divisions(file)
    except DivisionFileError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Divisions added: {count}")


@click.command("create-organization")
@click.argument("kind", type=_values(OrganizationKind))
@click.argument("name")
@click.argument("division")
@click.option("--credit-code", help="Unified social credit code (18 characters).")
@click.option("--parent", help="Id, full name or credit code of the department above it.")
@click.option("--nature", type=_values(UnitNature), help="Of a unit; default institution.")
@click.option("--stand-in-kind", type=_values(StandInKind), help="Of a stand-in.")
def create_organization_command(
    kind: str,
    name: str,
    division: str,
    credit_code: str | None,
    parent: str | None,
    nature: str | None,
    stand_in_kind: str | None,
) -> None:
    """Make an organization of KIND called NAME in DIVISION (code, such as 371100)."""
    wanted = OrganizationKind(kind)
    with _told():
        check_only_bureau(wanted, division)
        made = create_organization(
            wanted,
            name,
            division,
            named_organization(parent) if parent else None,
            credit_code=credit_code,
            nature=_nature(wanted, nature),
            stand_in_kind=_stand_in_kind(wanted, stand_in_kind),
        )
        subject = f"organization:{made.id}"
        tag = AuditTag.ORGANIZATIONS_ORGANIZATION_CREATE
        record(tag, None, subject, organization_id=made.id)
        click.echo(f"Organization {made.id}: {made.name}")


def _nature(kind: OrganizationKind, value: str | None) -> UnitNature | None:
    if kind is not OrganizationKind.UNIT:
        return None
    return UnitNature(value or UnitNature.INSTITUTION.value)


def _stand_in_kind(kind: OrganizationKind, value: str | None) -> StandInKind | None:
    if kind is not OrganizationKind.STAND_IN:
        return None
    return StandInKind(value or StandInKind.TALENT_AGENCY.value)


@click.command("create-person")
@click.option("--name", prompt="Name 姓名")
@click.option("--username", prompt="User name 用户名")
@click.option(
    "--identity-kind",
    type=_values(IdentityKind),
    default=IdentityKind.RESIDENT.value,
    show_default=True,
)
@click.option("--unit", help="Id, full name or credit code of the unit that employs them.")
def create_person_command(name: str, username: str, identity_kind: str, unit: str | None) -> None:
    """Make an account; asks for identity number and password without showing them."""
    number = click.prompt("Identity number 证件号码", hide_input=True)
    password = click.prompt("Password 密码", hide_input=True, confirmation_prompt=True)
    username = normalize_username(username)
    if not is_username(username):
        wrong = "3 to 64 of a-z, 0-9, '.', '_' and '-', a letter first; no number of a document"
        raise click.ClickException(f"username: {wrong}")
    if find_by_username(username) is not None:
        raise click.ClickException(f"username: {username} is taken")
    with _told():
        words = [username, *own_words(name, normalize_identity_number(number))]
        check_password(None, password, words, for_staff=True)
        person = create_person(
            name=name,
            identity_number=number,
            identity_kind=IdentityKind(identity_kind),
            unit=named_organization(unit) if unit else None,
            password=password,
            username=username,
        )
        click.echo(f"Person {person.id}: {person.name} ({person.username})")


@click.command("grant-post")
@click.argument("login")
@click.argument("organization")
@click.argument("role", type=_values(Role))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, such as 2027-12-31.")
def grant_post_command(login: str, organization: str, role: str, until: Any) -> None:
    """Give the person with the user name LOGIN the ROLE in ORGANIZATION (id or name)."""
    with _told():
        person = find_by_username(login)
        if person is None:
            # It may be a number typed by mistake, which must not be repeated on the screen.
            raise click.ClickException("no such user name (identity numbers are not accepted)")
        ends_on = until.date() if until else None
        post = grant_post(person, named_organization(organization), Role(role), None, ends_on)
        where = post.organization.name
        last = post.ends_on.isoformat() if post.ends_on else "-"
        click.echo(f"{person.username}: {post.role.value} in {where}, until {last}")


def named_organization(text: str) -> Organization:
    """The organization with this id, full name or credit code; ends the command without one."""
    is_id = text.isascii() and text.isdecimal()
    found = db.session.get(Organization, int(text)) if is_id else None
    found = found or find_organization(text)
    if found is None:
        raise click.ClickException(f"no organization {text!r}")
    return found


def register(app: Flask) -> None:
    """Add the commands to `flask --app app`."""
    app.cli.add_command(load_divisions_command)
    app.cli.add_command(create_organization_command)
    app.cli.add_command(create_person_command)
    app.cli.add_command(grant_post_command)
