"""Commands of whoever keeps the books."""

import datetime as dt

import click
from flask import Flask

from lms.core import clock
from lms.payments.reconciliation import differences


@click.command("reconcile-payments")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]))
def reconcile_payments(day: dt.datetime | None) -> None:
    """Compare the gateway's statement of DAY (default: yesterday) with our books.

    Prints each difference; status 1 if there is one.
    """
    chosen = day.date() if day else clock.today() - dt.timedelta(days=1)
    found = differences(chosen)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo(f"{chosen}: the gateway's statement and our books agree.")


def register(app: Flask) -> None:
    app.cli.add_command(reconcile_payments)
