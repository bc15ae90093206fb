"""What a claim states: read from a form's texts, written as plain values, and back."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.conversion.types import CategoryRule, FactsError, Field, FieldType, KindRule

LONGEST_TEXT = 200
_MOST_COUNTED = 1_000_000
_TYPED_IN_DIGITS = (
    FieldType.DATE,
    FieldType.HOURS,
    FieldType.DAYS,
    FieldType.MONTHS,
    FieldType.ITEMS,
)
_YES = ("1", "true", "yes", "on", "y")


def read_facts(kind: KindRule, texts: Mapping[str, str]) -> tuple[dict[str, Any], list[FactsError]]:
    """The facts of a filled form, and what is wrong with it, by field in the form's order.

    What is empty and not required is left out. An unticked yes or no is no.
    """
    facts: dict[str, Any] = {}
    wrong: list[FactsError] = []
    if kind.category_rule is CategoryRule.CHOICE:
        category = HourCategory.find(texts.get("category"))
        if category in kind.categories:
            facts["category"] = category
        else:
            wrong.append(FactsError("category", _l("请选择学时计入公需科目还是专业科目。")))
    for field in kind.fields:
        text = texts.get(field.name, "").strip()
        try:
            value = read_fact(field, text)
        except FactsError as error:
            wrong.append(error)
        else:
            if value is not None:
                facts[field.name] = value
    return facts, wrong


def read_fact(field: Field, text: str) -> Any:
    """The value of one field; None if it is empty and may be. Raises FactsError."""
    if field.type is FieldType.YES_NO:
        return text.lower() in _YES
    if not text:
        if field.required:
            raise FactsError(field.name, _please(field))
        return None
    if field.type in _TYPED_IN_DIGITS:
        # Chinese keyboards write １ and ２．５ as well.
        text = unicodedata.normalize("NFKC", text)
    return _READERS[field.type](field, text)


def _please(field: Field) -> Any:
    if field.choices:
        return _l("请选择%(label)s。", label=field.label)
    return _l("请填写%(label)s。", label=field.label)


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as JSON keeps them: hours and dates as texts, a category by its code."""
    return {name: _plain(value) for name, value in facts.items()}


def typed(kind: KindRule, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of what `plain` wrote, by the fields of a kind.

    What the kind does not ask for is left out, and so is what it reads as nothing of its type: a
    file of another year may ask otherwise.
    """
    facts: dict[str, Any] = {}
    category = HourCategory.find(stored.get("category"))
    if category is not None:
        facts["category"] = category
    for field in kind.fields:
        value = stored.get(field.name)
        if isinstance(value, bool):
            text = "yes" if value else "no"
        else:
            text = "" if value is None else str(value)
        try:
            found = read_fact(field, text)
        except FactsError:
            continue
        if found is not None:
            facts[field.name] = found
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, HourCategory):
        return value.value
    if isinstance(value, Hours):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _read_text(field: Field, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise FactsError(field.name, _l("不能超过 %(most)s 个字。", most=LONGEST_TEXT))
    return text


def _read_date(field: Field, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FactsError(field.name, _l("请填写日期。")) from None


def _read_hours(field: Field, text: str) -> Hours:
    try:
        return Hours.parse(text)
    except ValueError:
        raise FactsError(field.name, _l("请填写学时，最多一位小数。")) from None


def _read_count(field: Field, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= _MOST_COUNTED:
        raise FactsError(field.name, _l("请填写大于 0 的整数。"))
    return int(text)


def _read_choice(field: Field, text: str) -> str:
    if text not in [choice.code for choice in field.choices]:
        raise FactsError(field.name, _please(field))
    return text


_READERS: Mapping[FieldType, Callable[[Field, str], Any]] = {
    FieldType.TEXT: _read_text,
    FieldType.DATE: _read_date,
    FieldType.HOURS: _read_hours,
    FieldType.DAYS: _read_count,
    FieldType.MONTHS: _read_count,
    FieldType.ITEMS: _read_count,
    FieldType.LEVEL: _read_choice,
    FieldType.CHOICE: _read_choice,
}
