"""Places in a page that features above may fill.

The course page is the catalogue's, but whether it offers "enrol", "pay" or "go on" is known only
to features that stand above the catalogue. The page names a slot, and they contribute to it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

Filler = Callable[..., str | None]
# Records of one kind, to the HTML of each by its id.
ListFiller = Callable[[Sequence[Any]], dict[int, str]]


def fill(app: Flask, slot: str, filler: Filler, order: int = 50) -> None:
    """Let `filler(**context)` add HTML (or None for nothing) to `slot`; low orders come first.

    The HTML must come from render_template, which escapes what it is given.
    """
    fillers = app.extensions.setdefault("slots", {}).setdefault(slot, [])
    fillers.append((order, filler))
    fillers.sort(key=lambda pair: pair[0])


def collect(slot: str, **context: Any) -> list[Markup]:
    """What the features put into `slot` for this context."""
    fillers = current_app.extensions.get("slots", {}).get(slot, [])
    parts = (filler(**context) for _order, filler in fillers)
    return [Markup(part) for part in parts if part]  # noqa: S704 - rendered by templates


def fill_each(app: Flask, slot: str, filler: ListFiller, order: int = 50) -> None:
    """Let `filler(records)` add HTML to `slot` of each of many records, by their ids.

    So a list of five hundred asks the database once, and not once a row.
    """
    fillers = app.extensions.setdefault("list_slots", {}).setdefault(slot, [])
    fillers.append((order, filler))
    fillers.sort(key=lambda pair: pair[0])


def collect_each(slot: str, records: Sequence[Any]) -> dict[int, list[Markup]]:
    """What the features put into `slot` of each record; an id without anything is there, too."""
    parts: dict[int, list[Markup]] = {record.id: [] for record in records}
    for _order, filler in current_app.extensions.get("list_slots", {}).get(slot, []):
        for record_id, part in filler(records).items():
            parts[record_id].append(Markup(part))  # noqa: S704 - rendered by templates
    return parts


def register(app: Flask) -> None:
    app.jinja_env.globals["slot"] = collect
    app.jinja_env.globals["slot_each"] = collect_each
