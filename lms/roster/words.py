"""The words that a workbook may hold for kinds, series and levels: always the Chinese ones."""

import re
from functools import cache
from typing import Any

from flask_babel import force_locale

from lms.accounts.enums import IdentityKind, ProfessionSeries, TitleLevel
from lms.core.enums import LabelledEnum

_ENDING = re.compile(r"(专业|技术|研究)?(人员|人才)$")
_KINDS = {"身份证": IdentityKind.RESIDENT, "二代身份证": IdentityKind.RESIDENT}
_LEVELS = {
    "无": TitleLevel.NONE,
    "员级": TitleLevel.JUNIOR,
    "助理级": TitleLevel.JUNIOR,
    "副高": TitleLevel.ASSOCIATE_SENIOR,
    "正高": TitleLevel.SENIOR,
}


@cache
def labels_of(enum: type[LabelledEnum]) -> list[str]:
    """The Chinese labels in order, as drop-downs offer them."""
    with force_locale("zh_Hans_CN"):
        return [str(member.label) for member in enum]


@cache
def kinds() -> dict[str, Any]:
    """What 证件类型 may say."""
    return _by_label(IdentityKind) | _KINDS


@cache
def series() -> dict[str, Any]:
    """What 职称系列 may say: the whole name, or its beginning (工程 for 工程技术人员)."""
    whole = _by_label(ProfessionSeries)
    return {_ENDING.sub("", name): member for name, member in whole.items()} | whole


@cache
def levels() -> dict[str, Any]:
    """What 职称级别 may say."""
    return _by_label(TitleLevel) | _LEVELS


def _by_label(enum: type[LabelledEnum]) -> dict[str, Any]:
    return dict(zip(labels_of(enum), enum, strict=True))
