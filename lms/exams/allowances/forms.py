"""The form in which extra time is granted."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.catalog.forms import stripped
from lms.exams.allowances.models import MOST_EXTRA_PERCENT
from lms.exams.allowances.operations import LONGEST_REASON, SHORTEST_REASON


class AllowanceForm(FlaskForm):
    """How much more time, why, and from when to when."""

    extra_percent = IntegerField(
        _l("延长时间（占考试时间的百分比）"),
        [
            InputRequired(_l("请填写延长的百分比。")),
            NumberRange(1, MOST_EXTRA_PERCENT, _l("延长的时间应为考试时间的 1% 到 200%。")),
        ],
        default=25,
        description=_l("例如填 25：60 分钟的考试共有 75 分钟。"),
    )
    reason = TextAreaField(
        _l("依据"),
        [
            InputRequired(_l("请用 2 到 200 个字写明依据。")),
            Length(SHORTEST_REASON, LONGEST_REASON, _l("请用 2 到 200 个字写明依据。")),
        ],
        filters=[stripped],
        description=_l("写明依据的文件或证件即可，不要写病情细节。只有管理人员能看到。"),
        render_kw={"rows": 2},
    )
    starts_on = DateField(_l("开始日期"), [InputRequired(_l("请填写开始日期。"))])
    ends_on = DateField(
        _l("截止日期"), [InputRequired(_l("请填写截止日期。"))], description=_l("当天仍有效。")
    )
