"""Reading a policy from its file; a wrong one is told by file, line and key.

The file is named <division code>-<year>.toml. `docs/adding-a-feature.md` says what stands in it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lms.core.enums import HourCategory
from lms.core.toml_files import Table, TomlFile, read_toml
from lms.core.types import ZERO_HOURS
from lms.hourbank.conversion.kind_reader import is_code, read_kind
from lms.hourbank.conversion.types import (
    Cap,
    DecisionRule,
    DeclaredBy,
    Figure,
    KindRule,
    Notice,
    Policy,
    TitleRule,
)
from lms.hourbank.rules import Requirement
from lms.organizations.enums import UnitNature

STEPS = ("unit", "department", "bureau")
_NAME = re.compile(r"(\d{6}|\d{9})-(\d{4})")
_SECTIONS = ("notice", "year", "deciding", "title_review", "caps", "kinds")
_REQUIRED = ("public", "professional", "total")


def read_policy(path: Path) -> Policy:
    """The policy of a file. Raises TomlFileError with everything that is wrong in it."""
    return policy_of(read_toml(path))


def policy_of(file: TomlFile) -> Policy:
    """The policy of a file that was read. Raises TomlFileError with everything that is wrong."""
    division_code, year = _place(file)
    root = file.root
    with file.part():
        root.only(*_SECTIONS)
    with file.part():
        notice = _notice(root)
    with file.part():
        required = _requirement(root.table("year", *_REQUIRED))
    with file.part():
        deciding = _deciding(root)
    with file.part():
        reviews = _title_review(root)
    caps = _caps(file, root.table("caps"))
    kinds = _kinds(file, root.table("kinds"), caps, f"{division_code}-{year}")
    file.done()
    return Policy(
        division_code=division_code,
        year=year,
        notice=notice,
        requirement=Requirement(**{name: figure.hours for name, figure in required.items()}),
        requirement_sources={name: figure.source for name, figure in required.items()},
        kinds=tuple(kind for kind in kinds if kind.declared_by is DeclaredBy.PERSON),
        reported=tuple(kind for kind in kinds if kind.declared_by is not DeclaredBy.PERSON),
        caps=caps,
        deciding=deciding,
        title_review=reviews,
    )


def _place(file: TomlFile) -> tuple[str, int]:
    name = _NAME.fullmatch(Path(file.name).stem)
    if name is None:
        raise file.error("", "the name of the file must be <division code>-<year>.toml")
    return name[1], int(name[2])


def _notice(root: Table) -> Notice:
    table = root.table("notice", "title", "number", "file")
    return Notice(table.text("title"), table.text("number", default=""), table.text("file"))


def _requirement(table: Table) -> Mapping[str, Figure]:
    return {name: _figure(table, name) for name in _REQUIRED}


def _figure(table: Table, key: str) -> Figure:
    inner = table.table(key, "hours", "source")
    return Figure(inner.hours("hours"), inner.text("source"))


def _deciding(root: Table) -> DecisionRule:
    """The steps; none if the notice is silent."""
    if "deciding" not in root:
        return DecisionRule((), "")
    table = root.table("deciding", "steps", "source")
    steps = table.listed("steps", STEPS.__contains__, f"; known are {', '.join(STEPS)}")
    if not steps:
        raise table.error("steps", "must name somebody who decides")
    return DecisionRule(steps, table.text("source"))


def _title_review(root: Table) -> Mapping[UnitNature, TitleRule]:
    table = root.table("title_review", *(nature.value for nature in UnitNature))
    return {UnitNature(name): _title_rule(table, name) for name in table}


def _title_rule(table: Table, name: str) -> TitleRule:
    categories = [category.value for category in HourCategory]
    rule = table.table(name, *categories, "source")
    years = {
        HourCategory(category): rule.listed(category, _is_year, "; it must be a list of years")
        for category in categories
        if category in rule
    }
    if not any(years.values()):
        raise rule.error("", "must name years for a category")
    return TitleRule(years, rule.text("source"))


def _is_year(value: object) -> bool:
    return type(value) is int and 2000 <= value <= 2100


def _caps(file: TomlFile, table: Table) -> dict[str, Cap]:
    caps: dict[str, Cap] = {}
    for code in table:
        # Known though it may be wrong, so that kinds that name it are not told of as well.
        caps[code] = Cap(code, code, ZERO_HOURS, "")
        with file.part():
            cap = table.table(code, "label", "hours", "source")
            caps[code] = Cap(code, cap.text("label"), cap.hours("hours"), cap.text("source"))
    return caps


def _kinds(file: TomlFile, table: Table, caps: Mapping[str, Cap], policy: str) -> list[KindRule]:
    kinds = []
    for code in table:
        with file.part():
            if not is_code(code):
                raise table.error(code, "must be a code of small letters, digits and _")
            kinds.append(replace(read_kind(table.table(code), caps), code=code, policy=policy))
    return kinds
