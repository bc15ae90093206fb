"""`flask prepare-certificates`: keys and fonts made ahead, and the first certificate is quick."""

import click
from flask.cli import with_appcontext

from lms.documents import fonts
from lms.documents.keys import keys_dir, load_signing_keys


@click.command("prepare-certificates")
@with_appcontext
def prepare_certificates() -> None:
    """Make the signing keys of this year and the small fonts, unless they are there."""
    load_signing_keys()
    click.echo(f"Signing keys are in {keys_dir()}.")
    if fonts.build_fonts(fonts.fonts_dir()):
        click.echo(f"Fonts are in {fonts.fonts_dir()}.")
    else:
        click.echo("Fonts: Noto Serif CJK is not installed, so none could be cut down.", err=True)
