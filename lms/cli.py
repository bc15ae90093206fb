"""Commands of the whole platform; a feature's own commands live in the feature."""

import click
from flask import Flask

from lms.demo import load_demo
from lms.demo_people import ACCOUNTS, PASSWORD


def register(app: Flask) -> None:
    """Add the commands to `flask --app app`."""
    app.cli.add_command(load_demo_command)
    app.cli.add_command(show_demo_sign_ins)


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
