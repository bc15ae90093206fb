"""`flask reconcile-hours`: compare days with the bank from a terminal."""

import datetime as dt

import click
from flask import Flask

from lms.core.db import db
from lms.hours.reconciliation import queries
from lms.hours.reconciliation.models import Reconciliation, ReconciliationDifference
from lms.hours.reconciliation.running import reconcile


@click.command("reconcile-hours")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="One day; else all that are due.")
def reconcile_hours(day: dt.datetime | None) -> None:
    """Compare our receipts with the bank's statement; status 1 if anything differs."""
    days = [day.date()] if day else queries.days_due()
    for each in days:
        if not reconcile(each):
            raise click.ClickException(f"{each}: {_why(each)}")
        _tell(each)
    count = queries.count_open()
    click.echo(f"{len(days)} days compared, {count} differences open.")
    if count:
        raise SystemExit(1)


def _why(day: dt.date) -> str:
    row = queries.find(day)
    assert row is not None
    problem = row.problem.value if row.problem else "another process is at it"
    return f"no statement of the bank ({problem}: {row.last_error})"


def _tell(day: dt.date) -> None:
    row = queries.find(day)
    assert row is not None
    here = f"{row.own_count} entries, {row.own_hours} hours"
    there = f"{row.bank_count} entries, {row.bank_hours} hours"
    click.echo(f"{day}: here {here}; there {there}")
    for each in _open_differences(row):
        click.echo(f"  {each.kind.value}: {each.reference} {each.entry_kind.value}")


def _open_differences(row: Reconciliation) -> list[ReconciliationDifference]:
    return list(db.session.scalars(queries.differences_of(row, is_settled=False)))


def register(app: Flask) -> None:
    app.cli.add_command(reconcile_hours)
