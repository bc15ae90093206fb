"""Commands of the whole platform; a feature's own commands live in the feature."""

from dataclasses import MISSING, Field, fields

import click
from flask import Flask

from lms.config import ROOT, Settings
from lms.demo import load_demo
from lms.demo_people import ACCOUNTS, PASSWORD


def register(app: Flask) -> None:
    """Add the commands to `flask --app app`."""
    app.cli.add_command(load_demo_command)
    app.cli.add_command(show_demo_sign_ins)
    app.cli.add_command(settings_table_command)


@click.command("load-demo")
def load_demo_command() -> None:
    """Load people, courses, lectures and questions to try out; later runs add nothing."""
    click.echo("Loading the demonstration 正在载入演示数据 …")
    load_demo(click.echo)


@click.command("show-demo-sign-ins")
def show_demo_sign_ins() -> None:
    """Print the demonstration's user names and their password."""
    for account in ACCOUNTS:
        click.echo(f"  {account.username:<12} {account.name}  {account.what}")
    click.echo(f"  Password 密码: {PASSWORD}")


@click.command("settings-table")
def settings_table_command() -> None:
    """Print the table of settings as the README shows it."""
    click.echo(settings_table())


def settings_table() -> str:
    """A Markdown table of every setting: name, default, unit, meaning."""
    rows = ["| setting | default | unit | meaning |", "|---|---|---|---|"]
    for f in sorted(fields(Settings), key=lambda field: field.name):
        rows.append(
            f"| `LMS_{f.name.upper()}` | {_default(f)} | {f.metadata['unit'] or ''} "
            f"| {f.metadata['doc']} |"
        )
    return "\n".join(rows)


def _default(f: "Field[object]") -> str:
    if f.default is MISSING:
        return "required"
    if isinstance(f.default, bool):
        return "yes" if f.default else "no"
    # The project's own folder is different on every machine.
    return f"`{f.default}`".replace(str(ROOT), ".")
