"""Commands over the audit trail."""

from pathlib import Path

import click
from flask import Flask, current_app

from lms.auditing import keys, seal_log, tasks
from lms.auditing.seal_log import LoggedSeals
from lms.auditing.sealing import newest_seal
from lms.auditing.verification import Found, doubts
from lms.config import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("seal-audit")
def seal_audit() -> None:
    """Seal the events of the audit trail that are new; status 1 if it cannot be done now."""
    made = tasks.seal_audit.run()
    if made is None:
        raise click.ClickException("a transaction that writes events is open; try again")
    click.echo(f"{made} new seals.")


@click.command("verify-audit")
@click.option("--log", "log_file", type=_FILE, help="A copy of the log of seals kept elsewhere.")
@click.option("--key", "key_files", type=_FILE, multiple=True, help="A public key used earlier.")
def verify_audit(log_file: Path | None, key_files: tuple[Path, ...]) -> None:
    """Recompute every seal over the audit trail; status 1 on any doubt."""
    settings = current_app.extensions["settings"]
    ring = keys.key_ring(settings, key_files)
    logged, newest = _log_and_newest(settings, log_file)
    found, count = Found(), 0
    for doubt in doubts(ring, logged, newest, found):
        count += 1
        click.echo(doubt)
    click.echo(
        f"{found.events} events in {found.seals} seals, {found.unsealed} not sealed yet; "
        f"{count or 'no'} doubts."
    )
    if count:
        raise SystemExit(1)


def _log_and_newest(settings: Settings, copy: Path | None) -> tuple[LoggedSeals | None, int]:
    """The log to compare with, and the number of the seal that was the newest then."""
    own = seal_log.log_path(settings)
    if not own.exists():
        seal = newest_seal()
        return seal_log.read_log(copy or own, is_copy=True), seal.id if seal else 0
    # Nobody seals while the log is held, so that it and the database speak of the same moment.
    with seal_log.open_log(own):
        seal = newest_seal()
        logged = seal_log.read_log(copy or own, is_copy=copy is not None)
    return logged, seal.id if seal else 0


@click.command("audit-key")
def audit_key() -> None:
    """Print the public key of the seals, to be kept where nobody of this machine can change it."""
    click.echo(keys.public_key_pem(current_app.extensions["settings"]), nl=False)


def register(app: Flask) -> None:
    app.cli.add_command(seal_audit)
    app.cli.add_command(verify_audit)
    app.cli.add_command(audit_key)
