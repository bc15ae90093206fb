"""What the attempts to cheat share: the route table, and everything a response shows."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from lms.core.db import Model, db

Result = TypeVar("Result")

MUTATING = {"POST", "PUT", "PATCH", "DELETE"}


def routes(app: Flask) -> Iterator[Rule]:
    """Every route but that of static files."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def address_of(rule: Rule, **values: Any) -> str:
    """An address of the route; arguments that are not given are 1."""
    wanted = {name: values.get(name, "1") for name in rule.arguments}
    built = rule.build(wanted, append_unknown=False)
    assert built is not None, rule
    return str(built[1])


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all of these at the same time, each in a thread; what they returned, in order."""
    # A snapshot held by the test would hide what the threads commit.
    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as pool:
        done = [pool.submit(act) for act in acts]
        return [future.result() for future in done]


def count(model: type[Model]) -> int:
    """How many rows there are now."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0
