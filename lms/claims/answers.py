"""From what was typed into a claim's form to what the rules understand."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.claims.rules import LONGEST_ANSWER, one_line
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.conversion.types import (
    CategoryRule,
    Choice,
    FactsError,
    Field,
    FieldType,
    KindRule,
)

CATEGORY = "category"
YES, NO = "yes", "no"
Answers = Mapping[str, str]
Errors = dict[str, Any]


def answer_names(rule: KindRule) -> list[str]:
    """The names of what the form of a kind asks for, in its order."""
    names = [field.name for field in rule.fields]
    return [CATEGORY, *names] if rule.category_rule is CategoryRule.CHOICE else names


def read_facts(rule: KindRule, answers: Answers) -> tuple[dict[str, Any], Errors]:
    """The facts that can be read, and for each field that cannot what is wrong with it.

    An empty field that is not required is no fact and no error.
    """
    facts: dict[str, Any] = {}
    errors: Errors = {}
    for field in rule.fields:
        try:
            value = _read(field, str(answers.get(field.name, "")))
        except FactsError as error:
            errors[field.name] = error.message
        else:
            if value is not None:
                facts[field.name] = value
    if rule.category_rule is CategoryRule.CHOICE:
        category = HourCategory.find(answers.get(CATEGORY))
        if category in rule.categories:
            facts[CATEGORY] = category
        else:
            errors[CATEGORY] = _l("请选择学时计入公需科目还是专业科目。")
    return facts, errors


def _read(field: Field, text: str) -> Any:
    text = one_line(text)
    if not text:
        if field.required:
            wrong = _l("请选择。") if _is_chosen(field) else _l("请填写。")
            raise FactsError(field.name, wrong)
        return None
    return _READERS[field.type](field, text)


def _is_chosen(field: Field) -> bool:
    return bool(field.choices) or field.type is FieldType.YES_NO


def _text(field: Field, text: str) -> str:
    if len(text) > LONGEST_ANSWER:
        raise FactsError(field.name, _l("不能超过 %(most)d 个字。", most=LONGEST_ANSWER))
    return text


def _date(field: Field, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FactsError(field.name, _l("请按“2024-05-30”的格式填写日期。")) from None


def _hours(field: Field, text: str) -> Hours:
    try:
        return Hours.parse(text)
    except ValueError:
        raise FactsError(field.name, _l("请填写学时，最多一位小数，如 7.5。")) from None


def _count(field: Field, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise FactsError(field.name, _l("请填写大于 0 的整数。"))
    return int(text)


def _choice(field: Field, text: str) -> str:
    if text not in {choice.code for choice in field.choices}:
        raise FactsError(field.name, _l("请选择。"))
    return text


def _yes_no(field: Field, text: str) -> bool:
    if text not in (YES, NO):
        raise FactsError(field.name, _l("请选择。"))
    return text == YES


_READERS: Mapping[FieldType, Callable[[Field, str], Any]] = {
    FieldType.TEXT: _text,
    FieldType.DATE: _date,
    FieldType.HOURS: _hours,
    FieldType.DAYS: _count,
    FieldType.MONTHS: _count,
    FieldType.ITEMS: _count,
    FieldType.LEVEL: _choice,
    FieldType.CHOICE: _choice,
    FieldType.YES_NO: _yes_no,
}


def shown_answers(rule: KindRule, answers: Answers) -> list[tuple[Any, str]]:
    """Label and answer of every field that was filled in, as people read them."""
    shown: list[tuple[Any, str]] = []
    if rule.category_rule is CategoryRule.CHOICE:
        category = HourCategory.find(answers.get(CATEGORY))
        if category is not None:
            shown.append((_l("计入科目"), str(category.label)))
    for field in rule.fields:
        text = str(answers.get(field.name, ""))
        if text:
            shown.append((field.label, _shown(field, text)))
    return shown


def _shown(field: Field, text: str) -> str:
    if field.type is FieldType.YES_NO:
        return str(_l("是") if text == YES else _l("否"))
    labels = {choice.code: choice.label for choice in field.choices}
    written = str(labels.get(text, text))
    return f"{written} {field.unit}" if str(field.unit) else written


def choices_in(field: Field) -> tuple[Choice, ...]:
    """What a field offers to choose from; yes and no where it asks that."""
    if field.type is FieldType.YES_NO:
        return (Choice(YES, _l("是")), Choice(NO, _l("否")))
    return field.choices
