"""The 27 series of professional titles in groups, so that one is found in a list."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from lms.accounts.enums import ProfessionSeries

_S = ProfessionSeries
GROUPS: tuple[tuple[Any, tuple[ProfessionSeries, ...]], ...] = (
    (_l("教育"), (_S.HIGHER_EDUCATION, _S.SCHOOL, _S.VOCATIONAL_SCHOOL, _S.SKILL_SCHOOL)),
    (_l("科研与实验"), (_S.NATURAL_SCIENCE, _S.SOCIAL_SCIENCE, _S.LABORATORY)),
    (
        _l("卫生、工程与农业"),
        (_S.HEALTH, _S.ENGINEERING, _S.AGRICULTURE, _S.SHIPPING, _S.CIVIL_AVIATION),
    ),
    (
        _l("经济、财会与法律"),
        (_S.ECONOMICS, _S.ACCOUNTING, _S.AUDITING, _S.STATISTICS, _S.LEGAL_SERVICES),
    ),
    (
        _l("文化与传媒"),
        (
            *(_S.NEWS, _S.PUBLISHING, _S.BROADCASTING, _S.TRANSLATION, _S.LIBRARY),
            *(_S.MUSEUM, _S.ARCHIVES, _S.CRAFTS, _S.ARTS, _S.SPORTS),
        ),
    ),
)


class ProfessionField(SelectField):
    """One of the 27 series, or none; `series` is the member. What is no series counts as none."""

    def __init__(self, label: Any, empty_label: Any, **options: Any) -> None:
        choices = [SelectChoice("", empty_label)]
        for name, group in GROUPS:
            choices += [SelectChoice(each.value, each.label, optgroup=name) for each in group]
        super().__init__(label, choices=choices, validate_choice=False, **options)
        # Templates show it as what it is.
        self.type = "SelectField"

    @property
    def series(self) -> ProfessionSeries | None:
        """The series that was chosen."""
        return ProfessionSeries.find(self.data)
