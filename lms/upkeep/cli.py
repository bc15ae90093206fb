"""flask media-check: what lies about unused, and what is lost."""

import datetime as dt
from collections.abc import Iterable
from pathlib import PurePosixPath

import click
from flask import current_app
from flask.cli import with_appcontext

from lms.core.files import StoredFile
from lms.upkeep.media import Findings, find_unused, remove_unused

# A package, a book: what lies deeper belongs together and is told in one line.
_TOLD_DEPTH = 3


@click.command("media-check")
@click.option("--remove", is_flag=True, help="Remove what is unused; without it nothing changes.")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=1),
    help="Look only at files older than so many days; LMS_MEDIA_KEEP_DAYS if not given.",
)
@click.option(
    "--most",
    "most_percent",
    type=click.IntRange(0, 100),
    default=50,
    show_default=True,
    help="Remove nothing if more than so many per cent of all files would go.",
)
@with_appcontext
def media_check(remove: bool, days: int | None, most_percent: int) -> None:
    """List files that nothing refers to, and rows whose files are missing.

    Ends with status 1 if a file is missing, or could not be removed.
    """
    limit = days or current_app.extensions["settings"].media_keep_days
    findings = find_unused(dt.timedelta(days=limit))
    _tell(findings, limit)
    is_whole = not findings.missing
    if remove and findings.unused:
        if findings.unused_percent > most_percent:
            raise click.ClickException(
                f"Nothing was removed: {findings.unused_percent:.0f} % of all files would go. "
                "Is this the right database? If so, say --most 100."
            )
        gone = remove_unused(findings.unused)
        click.echo(f"{gone} removed.")
        is_whole = is_whole and gone == len(findings.unused)
    elif findings.unused:
        click.echo("Nothing was removed; --remove does it.")
    if not is_whole:
        raise SystemExit(1)


def _tell(findings: Findings, days: int) -> None:
    for line in _grouped(findings.unused):
        click.echo(line)
    for path, owner in findings.missing:
        click.echo(f"missing  {path}  ({owner})")
    click.echo(
        f"{len(findings.unused)} unused files, {_megabytes(findings.unused_bytes)}; "
        f"{findings.kept_count} in use; {findings.young_count} unused but younger than {days} d; "
        f"{len(findings.missing)} missing."
    )


def _grouped(unused: Iterable[StoredFile]) -> list[str]:
    groups: dict[str, list[StoredFile]] = {}
    for found in unused:
        place = "/".join(PurePosixPath(found.path).parts[:_TOLD_DEPTH])
        groups.setdefault(place, []).append(found)
    return [
        f"unused   {place}  ({len(group)} files, "
        f"{_megabytes(sum(found.size_bytes for found in group))})"
        for place, group in sorted(groups.items())
    ]


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB"
