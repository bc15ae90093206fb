"""Migrates the database and loads the demonstration once, in one process.

Three `flask` commands in a row would import the program three times.
Usage: _prepare.py FILE, where FILE receives the demonstration sign-ins.
"""

import contextlib
import sys
from pathlib import Path

import click
from flask.cli import FlaskGroup

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lms.config import SettingError  # noqa: E402 - the line above makes it importable


def run_command(cli: FlaskGroup, *words: str) -> None:
    """Run one flask command in this process."""
    cli.main(args=list(words), prog_name="flask", standalone_mode=False)


def prepare(sign_ins: Path) -> None:
    """Bring the database up to date, load the demonstration, write the sign-ins to a file."""
    from app import app  # noqa: PLC0415 - a wrong setting shows here, and main() reports it

    cli = FlaskGroup(create_app=lambda: app)
    run_command(cli, "db", "upgrade")
    run_command(cli, "load-demo")
    with sign_ins.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        run_command(cli, "show-demo-sign-ins")


def main() -> None:
    """Prepare, and say in one sentence what stops it."""
    try:
        prepare(Path(sys.argv[1]))
    except SettingError as error:
        sys.exit(f"The settings are not right: {error}")
    except click.ClickException as error:
        sys.exit(f"Preparing the database failed: {error.format_message()}")


if __name__ == "__main__":
    main()
