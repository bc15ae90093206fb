"""Names of divisions as pages show them, read once a page and not once a row."""

from collections.abc import Collection

from flask import g

from lms.organizations.models import Division
from lms.organizations.queries import divisions_with_superiors


def division_name(code: str) -> str:
    """The names from the city down ("日照市东港区"), or the province's own."""
    names = _names(code)
    return "".join(names[1:] or names)


def prepare_division_names(codes: Collection[str]) -> None:
    """Read what the rows of a list are going to show, in one query."""
    known = _known()
    missing = {code for code in codes if code not in known}
    if missing:
        known.update(divisions_with_superiors(missing))


def _names(code: str) -> list[str]:
    prepare_division_names([code])
    known = _known()
    names: list[str] = []
    found = known.get(code)
    while found is not None:
        names.insert(0, found.name)
        found = known.get(found.parent_code or "")
    return names


def _known() -> dict[str, Division]:
    # Held by the application context, which ends with the request.
    known: dict[str, Division] = g.setdefault("divisions_shown", {})
    return known
