"""What selects and radio buttons offer."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice

from lms.core.enums import LabelledEnum


def choices_of(members: Iterable[LabelledEnum], empty: Any = None) -> list[SelectChoice]:
    """The choices for members of an enum, after one of none that says `empty`."""
    first = [SelectChoice("", empty)] if empty else []
    return [*first, *(SelectChoice(member.value, member.label) for member in members)]
