"""Commands of the bank's operator."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from lms.config import Settings
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.core.keys import load_or_create_key, pin_public_key, public_pem
from lms.hourbank import operations, receipts
from lms.hourbank.log import tasks as log_tasks
from lms.hourbank.log.verification import Found, doubts
from lms.hourbank.models import Platform

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
bank_group = AppGroup("bank", help="The hour bank's ledger.")


def set_up_local() -> None:
    """Let the platform of this process and this bank know each other's keys; repeatable."""
    settings: Settings = current_app.extensions["settings"]
    keys = settings.var_path / "keys"
    platform_key = load_or_create_key(keys / "platform-ed25519.pem")
    with transaction():
        operations.register_platform(settings.platform_code, public_pem(platform_key))
    if not pin_public_key(keys / "bank-ed25519.pub.pem", receipts.public_key_pem(settings)):
        raise click.ClickException("another bank's key is pinned in bank-ed25519.pub.pem")


@click.command("setup-bank")
def setup_bank() -> None:
    """Register the platform that runs here with the bank that runs here."""
    set_up_local()
    click.echo("The local platform may deliver hours to the local bank.")


@click.command("register-platform")
@click.argument("code")
@click.argument("keyfile", type=_FILE)
def register_platform(code: str, keyfile: Path) -> None:
    """Let the platform CODE report hours, signed with the public key in KEYFILE (PEM)."""
    with _told(), transaction():
        operations.register_platform(code, keyfile.read_text())
    click.echo(receipts.public_key_pem(current_app.extensions["settings"]))


@bank_group.command("platforms")
def list_platforms() -> None:
    """List the platforms that may or might report hours, and until when an older key is good."""
    for each in db.session.scalars(select(Platform).order_by(Platform.code)):
        state = "active" if each.is_active else "inactive"
        overlap = f", earlier key good until {each.previous_until}" if each.previous_until else ""
        click.echo(f"{each.code}: {state}, registered {each.registered_at}{overlap}")


@bank_group.command("deactivate-platform")
@click.argument("code")
def deactivate_platform(code: str) -> None:
    """Take nothing from the platform CODE any more."""
    with _told(), transaction():
        operations.deactivate_platform(code)
    click.echo(f"{code} is inactive.")


@bank_group.command("change-key")
@click.argument("code")
@click.argument("keyfile", type=_FILE)
@click.option("--overlap-hours", default=24, show_default=True, type=click.IntRange(0, 24 * 30))
def change_key(code: str, keyfile: Path, overlap_hours: int) -> None:
    """Give the platform CODE the public key in KEYFILE; the one before stays good for a while."""
    with _told(), transaction():
        operations.change_key(code, keyfile.read_text(), dt.timedelta(hours=overlap_hours))
    click.echo(f"{code} has another key.")


@contextmanager
def _told() -> Iterator[None]:
    """A refusal as the command line tells it."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error


@bank_group.command("verify-log")
@click.option("--leaves", type=_FILE, help="A copy of the file of leaves kept elsewhere.")
def verify_log(leaves: Path | None) -> None:
    """Check every entry, the log over them, its heads and all balances; status 1 on any doubt."""
    found, count = Found(), 0
    for doubt in doubts(current_app.extensions["settings"], found, leaves):
        count += 1
        click.echo(doubt)
    click.echo(
        f"{found.entries} entries in the log, {found.waiting} waiting for a place, "
        f"{found.heads} heads; {count or 'no'} doubts."
    )
    if count:
        raise SystemExit(1)


@bank_group.command("sign-head")
def sign_head() -> None:
    """Give every entry its place and sign the log as it stands now."""
    if not log_tasks.give_places.run():
        raise click.ClickException("entries could not be given their places; see the log")
    head = log_tasks.sign_new_head.run()
    click.echo(json.dumps(head) if head else "There is nothing new to sign, or see the log.")


def register(app: Flask) -> None:
    app.cli.add_command(setup_bank)
    app.cli.add_command(register_platform)
    app.cli.add_command(bank_group)
