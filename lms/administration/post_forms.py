"""Forms with which posts are given, changed and handed over."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from lms.core import clock


class WhoForm(FlaskForm):
    """Whom to look for."""

    who = StringField(
        _l("人员"),
        [InputRequired(_l("请填写用户名、证件号码或本机构人员的姓名。")), Length(max=64)],
        description=_l("完整的用户名或证件号码；本机构的人员也可以填姓名。"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LastDayForm(FlaskForm):
    ends_on = DateField(
        _l("最后一天"),
        [Optional()],
        description=_l("到这一天的 24:00（北京时间）自动结束；不填则长期有效。"),
    )

    def validate_ends_on(self, field: DateField) -> None:
        """Say so before anybody is looked for; granting holds to it all the same."""
        if field.data and field.data < clock.today():
            raise ValidationError(_l("截止日期不能早于今天。"))


class GrantForm(WhoForm, LastDayForm):
    """A post, and whom to look for."""

    role = RadioField(_l("岗位"), [InputRequired(_l("请选择岗位。"))], validate_choice=True)


class ConfirmForm(LastDayForm):
    """The second step: the person that was found, by a token."""

    candidate = HiddenField(validators=[InputRequired()])
    role = HiddenField()
