"""Yearly requirements from the policy files: policies/<division code>-<year>.toml."""

import tomllib
from functools import cache
from pathlib import Path

from lms.core.types import Hours
from lms.hourbank.rules import Requirement

FOLDER = Path(__file__).parent / "policies"
PROVINCE = "370000"


def requirement_for(year: int) -> Requirement:
    """What the province asks of `year`: its own file, else the newest earlier, else the oldest."""
    known = _years()
    chosen = max((y for y in known if y <= year), default=min(known))
    return _read(chosen)


@cache
def _years() -> tuple[int, ...]:
    return tuple(sorted(int(path.stem.split("-")[1]) for path in FOLDER.glob(f"{PROVINCE}-*.toml")))


@cache
def _read(year: int) -> Requirement:
    figures = tomllib.loads((FOLDER / f"{PROVINCE}-{year}.toml").read_text())["year"]
    return Requirement(
        *(Hours.parse(figures[name]) for name in ("public", "professional", "total"))
    )
