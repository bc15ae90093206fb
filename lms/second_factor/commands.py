"""Resetting a second factor where nobody stands above: `flask reset-second-factor LOGIN`."""

import click
from flask_babel import gettext as _

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
        raise click.ClickException(_("没有这个账号。"))
    try:
        with transaction():
            reset_person(person, None)
    except Conflict as refused:
        raise click.ClickException(str(refused.message)) from None
    click.echo(_("%(name)s 的二次验证已重置，其所有登录都已退出。", name=person.name))
