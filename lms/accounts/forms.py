"""Forms of the account pages, and the fields that every form about a person shares."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.accounts.passwords import LONGEST
from lms.accounts.queries import find_by_identity
from lms.accounts.rules import LONGEST_EMAIL
from lms.web.choices import choices_of

_AT_MOST = _l("最多 %(count)s 个字符。", count=LONGEST)
# As often as they come.
_KINDS = (
    IdentityKind.RESIDENT,
    IdentityKind.HONG_KONG_MACAO_PERMIT,
    IdentityKind.TAIWAN_PERMIT,
    IdentityKind.PASSPORT,
)
LONGEST_NUMBER = 40


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


class IdentityFields:
    """The kind of document and its number."""

    identity_kind = SelectField(
        _l("证件类型"),
        choices=choices_of(_KINDS),
        default=IdentityKind.RESIDENT.value,
    )
    identity_number = StringField(
        _l("证件号码"),
        [InputRequired(_l("请填写证件号码。")), Length(max=LONGEST_NUMBER)],
        description=_l("加密保存，页面上只显示首尾几位。"),
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "maxlength": LONGEST_NUMBER,
        },
    )

    def holder(self) -> Person | None:
        """Whose number that is, of a document of that kind."""
        return find_by_identity(self.identity_number.data, IdentityKind(self.identity_kind.data))


class PersonFields:
    """Name, phone and e-mail of somebody, the phone and the e-mail if they like."""

    name = StringField(
        _l("姓名"),
        [InputRequired(_l("请填写姓名。")), Length(max=64)],
        description=_l("与证件一致。少数民族姓名中的间隔号用“·”，生僻字请直接输入。"),
        render_kw={"autocomplete": "name", "spellcheck": "false"},
    )
    phone = StringField(
        _l("手机号码"),
        [Length(max=32)],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    email = StringField(
        _l("电子邮箱"),
        [Length(max=LONGEST_EMAIL)],
        description=_l("可不填，用于找回密码和接收通知。"),
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


class PhoneField:
    """The phone of whoever cannot do without one."""

    phone = StringField(
        _l("手机号码"),
        [InputRequired(_l("请填写手机号码。")), Length(max=32)],
        render_kw=PersonFields.phone.kwargs["render_kw"],
    )


class PresentPasswordField:
    """The present password, before something that an open browser must not suffice for."""

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


class FirstPasswordFields(NewPasswordFields):
    """The password with which an account begins, and that its owner was told what is kept."""

    password = PasswordField(
        _l("设置密码"),
        [InputRequired(_l("请设置密码。")), Length(max=LONGEST, message=_AT_MOST)],
        render_kw=NewPasswordFields.password.kwargs["render_kw"],
    )
    repeated = PasswordField(
        _l("再输一次密码"),
        [
            InputRequired(_l("请再输一次密码。")),
            EqualTo("password", _l("两次输入的密码不一样。")),
        ],
        render_kw=NewPasswordFields.repeated.kwargs["render_kw"],
    )
    agreed = BooleanField(
        _l("我已阅读并同意《个人信息处理告知》"),
        [InputRequired(_l("请先阅读并同意《个人信息处理告知》。"))],
    )


class ChangePasswordForm(FlaskForm, PresentPasswordField, NewPasswordFields):
    """The present password, then the new one twice."""


class ChangeUsernameForm(FlaskForm, PresentPasswordField):
    username = StringField(
        _l("新用户名"),
        [InputRequired(_l("请填写新用户名。")), Length(max=64)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
