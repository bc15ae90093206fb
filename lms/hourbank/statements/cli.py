"""Commands of the bank's operator about statements."""

import click

from lms.core.audit import AuditTag, record
from lms.core.db import transaction
from lms.hourbank.cli import bank_group
from lms.hourbank.signatures import find_platform


@click.command("let-read")
@click.argument("code")
@click.option("--no-more", is_flag=True, help="Take the right back.")
def let_read(code: str, no_more: bool) -> None:
    """Let the registered platform CODE, a title system, ask for the years of anybody."""
    with transaction():
        platform = find_platform(code)
        if platform is None:
            raise click.ClickException(f"no active platform is registered as {code}")
        platform.may_read_people = not no_more
        record(
            AuditTag.BANK_PLATFORM_PERMIT,
            None,
            f"platform:{platform.id}",
            code=code,
            may_read=platform.may_read_people,
        )
    click.echo(f"{code} may {'no longer ' if no_more else ''}read people's years.")


def register() -> None:
    """Add the commands to the group `flask bank`."""
    bank_group.add_command(let_read)
