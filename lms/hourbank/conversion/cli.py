"""Trying a changed policy from the command line."""

from pathlib import Path

import click

from lms.core.toml_files import TomlFileError
from lms.hourbank.cli import bank_group
from lms.hourbank.conversion.dry_run import DryRun
from lms.hourbank.conversion.trying import reasons_of, signed, try_file, workbook_of
from lms.hourbank.policies import PROVINCE

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("dry-run-policy")
@click.argument("file", type=_FILE)
@click.option("--workbook", type=click.Path(path_type=Path), help="Write all changes as xlsx.")
def dry_run_policy(file: Path, workbook: Path | None) -> None:
    """Judge decided claims anew as FILE has it: who would gain or lose. Nothing is changed."""
    try:
        found = try_file(str(file), file.read_bytes(), [PROVINCE])
    except TomlFileError as error:
        raise click.ClickException(str(error)) from error
    if workbook is not None:
        workbook.write_bytes(workbook_of(found))
    _tell(found)


def _tell(found: DryRun) -> None:
    for change in found.changes:
        claim = change.claim
        figures = f"{change.before} -> {change.after} ({signed(change)})"
        why = "; ".join(reasons_of(change))
        click.echo(f"{claim.reference} {claim.person} {claim.year} {claim.kind}: {figures} {why}")
    click.echo(
        f"{found.policy.code}: {found.checked} claims judged anew, {len(found.changes)} change; "
        f"{found.gainers} people gain {found.gained} hours, "
        f"{found.losers} lose {found.lost} hours."
    )


def register() -> None:
    """Join the commands of the bank."""
    bank_group.add_command(dry_run_policy)
