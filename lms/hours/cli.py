"""Commands of the platform's operator, for the two keys that make deliveries trustworthy."""

from pathlib import Path

import click
from flask import Flask, current_app

from lms.core.keys import pin_public_key
from lms.hours.bank import platform_public_pem
from lms.hours.receipts import bank_key_path


@click.command("platform-key")
def platform_key() -> None:
    """Print this platform's public key, to be registered with the hour bank."""
    click.echo(platform_public_pem(current_app.extensions["settings"]), nl=False)


@click.command("pin-bank-key")
@click.argument("keyfile", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def pin_bank_key(keyfile: Path) -> None:
    """Trust receipts signed by the public key in KEYFILE (PEM), got from the bank by hand."""
    path = bank_key_path(current_app.extensions["settings"])
    try:
        is_pinned = pin_public_key(path, keyfile.read_text())
    except ValueError as error:
        raise click.ClickException(f"{keyfile}: {error}") from error
    if not is_pinned:
        raise click.ClickException(f"another key is pinned in {path}; remove it first")
    click.echo(f"Pinned in {path}.")


def register(app: Flask) -> None:
    app.cli.add_command(platform_key)
    app.cli.add_command(pin_bank_key)
