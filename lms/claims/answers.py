"""What was typed into a claim's form: which texts it holds, and how they read."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.hourbank.conversion.types import CategoryRule, Field, FieldType, KindRule

CATEGORY = "category"
YES = "yes"
Answers = Mapping[str, str]


def answer_names(rule: KindRule) -> list[str]:
    """The names of what the form of a kind asks for, in its order."""
    names = [field.name for field in rule.fields]
    return [CATEGORY, *names] if rule.category_rule is CategoryRule.CHOICE else names


def shown_answers(rule: KindRule, answers: Answers) -> list[tuple[Any, str]]:
    """Label and answer of every field that was filled in, as people read them."""
    shown: list[tuple[Any, str]] = []
    category = HourCategory.find(answers.get(CATEGORY))
    if category is not None:
        shown.append((_l("计入科目"), str(category.label)))
    for field in rule.fields:
        text = answers.get(field.name, "")
        if field.type is FieldType.YES_NO:
            shown.append((field.label, _("是") if text == YES else _("否")))
        elif text:
            shown.append((field.label, _shown(field, text)))
    return shown


def _shown(field: Field, text: str) -> str:
    labels = {choice.code: choice.label for choice in field.choices}
    written = str(labels.get(text, text))
    return f"{written} {field.unit}" if str(field.unit) else written
