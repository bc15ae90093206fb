"""Resetting a second factor where nobody stands above: `flask reset-second-factor USERNAME`."""

import click

from lms.accounts.queries import find_by_username
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.second_factor.operations import reset_person


@click.command("reset-second-factor")
@click.argument("username")
def reset_second_factor_command(username: str) -> None:
    """Take away the lost second factor of USERNAME and end all of their sessions."""
    person = find_by_username(username)
    if person is None:
        # It may be a number typed by mistake, which must not be repeated on the screen.
        raise click.ClickException("no such user name (identity numbers are not accepted)")
    try:
        with transaction():
            reset_person(person, None)
    except Conflict as refused:
        raise click.ClickException(str(refused.message)) from None
    click.echo(f"{person.name} ({person.username}): second factor reset, all sessions ended")
