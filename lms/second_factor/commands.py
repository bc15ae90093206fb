"""Resetting a second factor where nobody stands above: `flask reset-second-factor LOGIN`."""

import click

from lms.accounts.queries import find_person_to_sign_in
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.second_factor.operations import reset_person


@click.command("reset-second-factor")
@click.argument("login")
def reset_second_factor_command(login: str) -> None:
    """Take away the lost second factor of LOGIN and end all of their sessions."""
    person = find_person_to_sign_in(login)
    if person is None:
        raise click.ClickException("There is no such account. 没有这个账号。")
    try:
        with transaction():
            reset_person(person, None)
    except Conflict as refused:
        raise click.ClickException(str(refused.message)) from None
    click.echo(f"Second factor reset, sessions ended. 二次验证已重置：{person.name}")
