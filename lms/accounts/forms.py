"""Forms of the account pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from lms.accounts.passwords import LONGEST
from lms.core.errors import DomainError

_AT_MOST = _l("最多 %(count)s 个字符。", count=LONGEST)


class SignInForm(FlaskForm):
    login = StringField(
        _l("用户名、身份证号或手机号"),
        [InputRequired(_l("请填写用户名、身份证号或手机号。")), Length(max=64)],
        render_kw={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("密码"),
        [InputRequired(_l("请填写密码。")), Length(max=LONGEST, message=_AT_MOST)],
        render_kw={"autocomplete": "current-password"},
    )


class _PresentPassword(FlaskForm):
    present = PasswordField(
        _l("现在的密码"),
        [InputRequired(_l("请填写现在的密码。")), Length(max=LONGEST, message=_AT_MOST)],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordFields:
    """A new password, typed twice; mixed into the forms that set one."""

    password = PasswordField(
        _l("新密码"),
        [InputRequired(_l("请填写新密码。")), Length(max=LONGEST, message=_AT_MOST)],
        render_kw={"autocomplete": "new-password", "data-strength": "password-strength"},
    )
    repeated = PasswordField(
        _l("再输一次新密码"),
        [
            InputRequired(_l("请再输一次新密码。")),
            EqualTo("password", _l("两次输入的密码不一样。")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(_PresentPassword, NewPasswordFields):
    """The present password, then the new one twice."""


class ChangeUsernameForm(_PresentPassword):
    username = StringField(
        _l("新用户名"),
        [InputRequired(_l("请填写新用户名。")), Length(max=64)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


def show_refusal(form: FlaskForm, refused: DomainError) -> None:
    """Tell what an operation refused at the field it names, or above the form."""
    field: Any = form[refused.field] if refused.field and refused.field in form else None
    if field is None:
        form.form_errors.append(refused.message)
    else:
        field.errors = [refused.message]
