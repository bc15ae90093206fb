"""Forms of activation and reset."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TelField
from wtforms.validators import InputRequired, Length

from lms.accounts.forms import FirstPasswordFields, NewPasswordFields
from lms.accounts.rules import LONGEST_EMAIL

_LOGIN_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "autocapitalize": "characters",
    "spellcheck": "false",
}


class ActivateForm(FlaskForm):
    login = StringField(
        _l("身份证号或手机号"),
        [InputRequired(_l("请填写身份证号或手机号。")), Length(max=64)],
        render_kw=_LOGIN_ATTRIBUTES,
    )
    code = StringField(
        _l("激活码"),
        [InputRequired(_l("请填写激活码。")), Length(max=64)],
        render_kw=_CODE_ATTRIBUTES,
    )


class ResetForm(FlaskForm):
    login = StringField(
        _l("用户名、身份证号或手机号"),
        [InputRequired(_l("请填写用户名、身份证号或手机号。")), Length(max=64)],
        render_kw={**_LOGIN_ATTRIBUTES, "autofocus": True},
    )


class ResetCodeForm(FlaskForm):
    login = StringField(
        _l("用户名、身份证号或手机号"),
        [InputRequired(_l("请填写用户名、身份证号或手机号。")), Length(max=64)],
        render_kw=_LOGIN_ATTRIBUTES,
    )
    code = StringField(
        _l("验证码"),
        [InputRequired(_l("请填写验证码。")), Length(max=64)],
        render_kw=_CODE_ATTRIBUTES,
    )


class FirstPasswordForm(FlaskForm, FirstPasswordFields):
    """The first password, with what is missing to reach the person."""

    phone = TelField(_l("手机号"), [Length(max=32)], render_kw={"autocomplete": "tel"})
    email = EmailField(
        _l("电子邮箱"), [Length(max=LONGEST_EMAIL)], render_kw={"autocomplete": "email"}
    )


class NewPasswordForm(FlaskForm, NewPasswordFields):
    """Another password in place of a forgotten one."""
