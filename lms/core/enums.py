"""Enums that carry their label and tone, so that templates never switch on strings."""

from enum import Enum
from typing import TYPE_CHECKING, Any, Self

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class LabelledEnum(Enum):
    """An enum whose members are `NAME = value, label` or `NAME = value, label, tone`.

    `tone` is the colour family of a badge: neutral, info, success, warning or danger.
    """

    if TYPE_CHECKING:
        label: Any
        tone: str

    def __new__(cls, value: str, label: Any = "", tone: str = "neutral") -> "LabelledEnum":
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.tone = tone
        return member

    @classmethod
    def find(cls, text: str | None) -> Self | None:
        """The member with this value, such as an address or a form holds; None if there is none."""
        return next((member for member in cls if member.value == text), None)


class EnumType(TypeDecorator[Any]):
    """An enum of short texts as a column holding its value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.enum(value)


class HourCategory(LabelledEnum):
    """公需科目 and 专业科目, the two categories of hours."""

    PUBLIC = "public", _l("公需科目"), "info"
    PROFESSIONAL = "professional", _l("专业科目"), "success"
