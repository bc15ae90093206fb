"""Reading what must hold, or nothing of a claim is recognised."""

from lms.core.enums import HourCategory
from lms.core.toml_files import Table, is_date
from lms.hourbank.conversion.types import Check, Condition, Field, FieldType

_CATEGORIES = tuple(category.value for category in HourCategory)


def read_conditions(table: Table, fields: tuple[Field, ...]) -> tuple[Condition, ...]:
    """What must hold of a claim of the kind with these fields. Raises TomlFileError."""
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
