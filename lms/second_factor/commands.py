"""Resetting a second factor where nobody stands above: `flask reset-second-factor USERNAME`."""

import click
from flask_babel import gettext as _

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
        raise click.ClickException(_("没有这个用户名（不能用证件号码或手机号）。"))
    try:
        with transaction():
            reset_person(person, None)
    except Conflict as refused:
        raise click.ClickException(str(refused.message)) from None
    click.echo(_("%(name)s 的二次验证已重置，其所有登录都已退出。", name=person.name))
