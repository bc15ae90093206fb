"""`flask import-people`: the same import from a terminal."""

import sys
from pathlib import Path

import click

from lms.accounts.models import Person
from lms.accounts.queries import find_by_username
from lms.administration.cli import named_organization
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.roster.applying import apply_now
from lms.roster.checking import check_now
from lms.roster.enums import RosterState, Verdict
from lms.roster.models import RosterImport
from lms.roster.operations import cancel_roster, request_apply, upload_roster
from lms.roster.queries import problems_of
from lms.roster.storage import MARKED, pieces_of
from lms.roster.tasks import tidy


@click.command("import-people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", help="Id, full name or credit code of the unit of rows that name none.")
@click.option("--actor", required=True, help="User name of whoever imports; their posts decide.")
@click.option("--apply", "is_applied", is_flag=True, help="Write what is sound; else only check.")
@click.option("--marked", type=click.Path(dir_okay=False, path_type=Path), help="Workbook back.")
def import_people(
    file: Path, unit: str | None, actor: str, is_applied: bool, marked: Path | None
) -> None:
    """Check people in FILE (xlsx, xls, csv) and import them; status 1 if anything is refused."""
    person = find_by_username(actor)
    if person is None:
        # It may be a number typed by mistake, which must not be repeated on the screen.
        raise click.ClickException("no such user name (identity numbers are not accepted)")
    try:
        import_id = _check(person, file, unit)
    except DomainError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    roster = db.session.get_one(RosterImport, import_id)
    _report(roster)
    if marked is not None and roster.has_marked:
        _write_marked(roster, marked)
    is_refused = roster.refused_count > 0
    _conclude(roster, person, is_applied)
    sys.exit(1 if is_refused else 0)


def _check(actor: Person, file: Path, unit: str | None) -> int:
    own = named_organization(unit) if unit else None
    with transaction():
        roster = upload_roster(actor, file.read_bytes(), file.name, unit=own)
    import_id = roster.id
    with click.progressbar(length=100, label="Checking", file=sys.stderr) as bar:
        check_now(import_id, lambda percent: bar.update(percent - bar.pos))
    roster = db.session.get_one(RosterImport, import_id, populate_existing=True)
    if roster.state is not RosterState.CHECKED:
        fault = roster.fault_text or str(roster.state.label)
        tidy(import_id)
        raise click.ClickException(fault)
    return import_id


def _report(roster: RosterImport) -> None:
    counts = {
        Verdict.NEW: roster.new_count,
        Verdict.CHANGED: roster.changed_count,
        Verdict.UNCHANGED: roster.unchanged_count,
        Verdict.MOVED: roster.moved_count,
        Verdict.REFUSED: roster.refused_count,
    }
    click.echo("  ".join(f"{verdict.label} {count}" for verdict, count in counts.items()))
    if roster.asked_count:
        click.echo(f"Moves that somebody else has to agree to: {roster.asked_count}")
    page = problems_of(roster, None)
    while page.rows:
        for problem in page.rows:
            place = f"Row {problem.row_number}, column {problem.letter} ({problem.heading})"
            click.echo(f"{place}: {problem.text}")
        if page.next_place is None:
            break
        page = problems_of(roster, page.next_place)


def _write_marked(roster: RosterImport, target: Path) -> None:
    with target.open("wb") as file:
        target.chmod(0o600)
        for piece in pieces_of(roster.key, MARKED):
            file.write(piece)
    click.echo(f"{target}")


def _conclude(roster: RosterImport, actor: Person, is_applied: bool) -> None:
    import_id, ready = roster.id, roster.ready_count
    if not (is_applied and ready):
        with transaction():
            cancel_roster(actor, roster)
        tidy(import_id)
        return
    with transaction():
        request_apply(actor, roster, roster.checks)
    with click.progressbar(length=100, label="Importing", file=sys.stderr) as bar:
        apply_now(import_id, lambda percent: bar.update(percent - bar.pos))
    state = db.session.get_one(RosterImport, import_id, populate_existing=True).state
    tidy(import_id)
    if state is not RosterState.APPLIED:
        raise click.ClickException("the roster is out of date, nobody was imported; run it again")
    click.echo(f"People imported: {ready}")
