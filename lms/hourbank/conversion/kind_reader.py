"""Reading how one kind of learning is recognised."""

import re
from collections.abc import Mapping
from dataclasses import replace

from lms.core.enums import HourCategory
from lms.core.toml_files import Table, is_date
from lms.hourbank.conversion.measures import FIELDS
from lms.hourbank.conversion.types import (
    Cap,
    CategoryRule,
    Check,
    Choice,
    Condition,
    DeclaredBy,
    EvidenceRule,
    Field,
    FieldType,
    Figure,
    KindRule,
    Level,
    Measure,
    Times,
)

_CODE = re.compile("[a-z][a-z0-9_]{0,31}")
_CATEGORIES = tuple(category.value for category in HourCategory)
_ALWAYS = (
    "label",
    "help",
    "source",
    "measure",
    "categories",
    "declared_by",
    "cap",
    "labels",
    "fields",
    "conditions",
    "evidence",
    "excluded",
)
# The figures that each measure needs.
_FIGURES: Mapping[Measure, tuple[str, ...]] = {
    Measure.DAYS: ("per_day",),
    Measure.HOURS: (),
    Measure.ITEMS: ("each",),
    Measure.FIXED: ("each",),
    Measure.LEVELS: ("levels",),
    Measure.MONTHS: ("whole_year",),
    Measure.CERTIFIED: (),
    Measure.MULTIPLE: ("times",),
}
# Names that forms and addresses use themselves.
_RESERVED = {"category", "data", "errors", "form_errors", "kind", "meta", "sent", "units"}
# These give both categories at once; the others one, or the one that the claimant chooses.
_BOTH = (Measure.MONTHS, Measure.CERTIFIED)
_WITH_CHOICES = (FieldType.CHOICE, FieldType.LEVEL)


def is_code(text: str) -> bool:
    """Whether a text may name a kind or a document; the ledger keeps 32 characters of it."""
    return _CODE.fullmatch(text) is not None


def read_kind(table: Table, caps: Mapping[str, Cap]) -> KindRule:
    """The rule that a table holds, yet without code and policy. Raises TomlFileError."""
    measure = Measure(table.choice("measure", [each.value for each in Measure]))
    table.only(*_ALWAYS, *_FIGURES[measure])
    categories = _categories(table, measure)
    levels = _levels(table, categories) if measure is Measure.LEVELS else ()
    fields = (*_counted(table, measure, levels), *_stated(table, measure))
    return KindRule(
        code="",
        label=table.text("label"),
        help=table.text("help"),
        source=table.text("source"),
        measure=measure,
        category_rule=_category_rule(measure, categories),
        categories=categories,
        fields=fields,
        evidence=_evidence(table),
        conditions=_conditions(table, fields),
        caps=_caps(table, categories, caps),
        declared_by=DeclaredBy(
            table.choice("declared_by", [each.value for each in DeclaredBy], default="person")
        ),
        excluded=_excluded(table, fields),
        per_day=_figure(table, "per_day") if measure is Measure.DAYS else None,
        each=_figure(table, "each") if "each" in _FIGURES[measure] else None,
        whole_year=_whole_year(table, categories) if measure is Measure.MONTHS else {},
        levels=levels,
        times=_times(table) if measure is Measure.MULTIPLE else None,
    )


def _categories(table: Table, measure: Measure) -> tuple[HourCategory, ...]:
    if measure is Measure.MONTHS:
        if "categories" in table:
            raise table.error("categories", "is not asked: whole_year names the categories")
        found: tuple[str, ...] = tuple(
            name for name in _CATEGORIES if name in table.table("whole_year")
        )
        if not found:
            raise table.error("whole_year", "must name hours of a category")
    else:
        found = table.listed(
            "categories", _CATEGORIES.__contains__, f"; known are {', '.join(_CATEGORIES)}"
        )
        if not found or len(set(found)) < len(found):
            raise table.error("categories", "must name one category or two")
    return tuple(map(HourCategory, found))


def _category_rule(measure: Measure, categories: tuple[HourCategory, ...]) -> CategoryRule:
    if len(categories) == 1:
        return CategoryRule.FIXED
    return CategoryRule.BOTH if measure in _BOTH else CategoryRule.CHOICE


def _counted(table: Table, measure: Measure, levels: tuple[Level, ...]) -> list[Field]:
    """The fields that the measure counts by, with labels and levels of the policy."""
    own = FIELDS[measure]
    labels = table.table("labels", *(each.name for each in own))
    choices = tuple(Choice(level.code, level.label) for level in levels)
    return [
        replace(
            each,
            label=labels.text(each.name) if each.name in labels else each.label,
            choices=choices if each.type is FieldType.LEVEL else (),
        )
        for each in own
    ]


def _stated(table: Table, measure: Measure) -> list[Field]:
    taken = {*_RESERVED, *(each.name for each in FIELDS[measure])}
    fields = []
    keys = ("name", "type", "label", "required", "choices", "help", "unit")
    for each in table.tables("fields", *keys):
        name = each.text("name")
        if name in taken or not is_code(name):
            raise each.error("name", f"{name!r} is taken, or no name of a field")
        taken.add(name)
        kind = FieldType(each.choice("type", [one.value for one in FieldType]))
        fields.append(
            Field(
                name,
                kind,
                each.text("label"),
                required=each.flag("required", default=True),
                choices=_choices(each, kind),
                help=each.text("help", default=""),
                unit=each.text("unit", default=""),
            )
        )
    return fields


def _choices(table: Table, kind: FieldType) -> tuple[Choice, ...]:
    choices = table.table("choices")
    found = tuple(Choice(code, choices.text(code)) for code in choices)
    if (kind in _WITH_CHOICES) is not bool(found):
        raise table.error("choices", "must stand with a choice or level, and with nothing else")
    return found


def _evidence(table: Table) -> tuple[EvidenceRule, ...]:
    found: dict[str, EvidenceRule] = {}
    for each in table.tables("evidence", "code", "label", "required"):
        code = each.text("code")
        if code in found or not is_code(code):
            raise each.error("code", f"{code!r} stands here twice, or is no code")
        required = each.flag("required", default=True)
        found[code] = EvidenceRule(code, each.text("label"), required)
    return tuple(found.values())


def _conditions(table: Table, fields: tuple[Field, ...]) -> tuple[Condition, ...]:
    checks = [check.value for check in Check]
    keys = ("code", "field", "when", "reason", "source", *checks)
    return tuple(_condition(each, checks, fields) for each in table.tables("conditions", *keys))


def _condition(table: Table, checks: list[str], fields: tuple[Field, ...]) -> Condition:
    types = {field.name: field.type for field in fields}
    named = [check for check in checks if check in table]
    if len(named) != 1:
        raise table.error("", f"must have exactly one of {', '.join(checks)}")
    field = table.choice("field", list(types))
    check = Check(named[0])
    when_field, when_values = _when(table, fields)
    return Condition(
        code=table.text("code"),
        field=field,
        check=check,
        value=_value(table, check, types[field]),
        reason=table.text("reason"),
        source=table.text("source"),
        when_field=when_field,
        when_values=when_values,
    )


def _value(table: Table, check: Check, field: FieldType) -> object:
    """What the field is compared with; it must be of the field's type."""
    if check is Check.IS_TRUE:
        _must(table, check, field is FieldType.YES_NO)
        return table.value(check.value, lambda found: found is True, "; it must be true")
    if check is Check.NOT_AFTER:
        _must(table, check, field is FieldType.DATE)
        return table.value(check.value, is_date, "; it must be a date")
    if field is FieldType.HOURS:
        return table.hours(check.value)
    _must(table, check, field in (FieldType.DAYS, FieldType.MONTHS, FieldType.ITEMS))
    return table.number(check.value)


def _must(table: Table, check: Check, fits: bool) -> None:
    if not fits:
        raise table.error(check.value, "cannot be asked of a field of this type")


def _when(table: Table, fields: tuple[Field, ...]) -> tuple[str, tuple[str, ...]]:
    if "when" not in table:
        return "", ()
    known = {field.name: [choice.code for choice in field.choices] for field in fields}
    known["category"] = list(_CATEGORIES)
    when = table.table("when", *(name for name, codes in known.items() if codes))
    if len(list(when)) != 1:
        raise table.error("when", "must name one field with choices, or category")
    (name,) = when
    return name, when.listed(
        name, known[name].__contains__, f"; known are {', '.join(known[name])}"
    )


def _caps(
    table: Table, categories: tuple[HourCategory, ...], caps: Mapping[str, Cap]
) -> Mapping[HourCategory, Cap]:
    """The caps by category: one code for all, or a table of a code for each."""
    if "cap" not in table:
        return {}
    if table.is_text("cap"):
        cap = caps[table.choice("cap", list(caps))]
        return dict.fromkeys(categories, cap)
    named = table.table("cap", *(category.value for category in categories))
    return {HourCategory(name): caps[named.choice(name, list(caps))] for name in named}


def _excluded(table: Table, fields: tuple[Field, ...]) -> str:
    hours = [each.name for each in fields if each.type is FieldType.HOURS and each.name != "hours"]
    return table.choice("excluded", hours, default="")


def _figure(table: Table, key: str) -> Figure:
    inner = table.table(key, "hours", "source")
    return Figure(inner.hours("hours"), inner.text("source"))


def _whole_year(
    table: Table, categories: tuple[HourCategory, ...]
) -> Mapping[HourCategory, Figure]:
    inner = table.table("whole_year", *_CATEGORIES, "source")
    source = inner.text("source")
    return {category: Figure(inner.hours(category.value), source) for category in categories}


def _levels(table: Table, categories: tuple[HourCategory, ...]) -> tuple[Level, ...]:
    names = [category.value for category in categories]
    levels = [
        Level(
            each.text("code"),
            each.text("label"),
            {HourCategory(name): each.hours(name) for name in names},
            each.text("source"),
        )
        for each in table.tables("levels", "code", "label", *names, "source")
    ]
    if not levels or len({level.code for level in levels}) < len(levels):
        raise table.error("levels", "must name levels, each once")
    return tuple(levels)


def _times(table: Table) -> Times:
    inner = table.table("times", "number", "source")
    return Times(inner.number("number", least=1), inner.text("source"))
