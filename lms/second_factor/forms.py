"""Forms of the second factor."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lms.accounts.forms import PresentPasswordField
from lms.second_factor.passkeys import LONGEST_NAME

_CODE_KEYS = {"autocomplete": "off", "spellcheck": "false"}


class CodeForm(FlaskForm):
    """A code of the authenticator; on a phone the digits' keyboard comes up."""

    code = StringField(
        _l("验证码"),
        [InputRequired(_l("请填写验证码。")), Length(max=64)],
        render_kw={
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": "false",
            "maxlength": 12,
        },
    )


class RecoveryForm(FlaskForm):
    """A recovery code in place of it; it goes to the same address."""

    recovery_code = StringField(
        _l("恢复码"),
        [InputRequired(_l("请填写恢复码。")), Length(max=64)],
        render_kw={**_CODE_KEYS, "autocapitalize": "characters", "maxlength": 24},
    )


class PresentForm(FlaskForm, PresentPasswordField):
    """The present password and nothing else."""


class NameForm(FlaskForm):
    """The name of a passkey, for its owner to know it by."""

    name = StringField(
        _l("名称"),
        [InputRequired(_l("请填写名称。")), Length(max=LONGEST_NAME)],
        render_kw={"maxlength": LONGEST_NAME},
    )


class SureForm(FlaskForm):
    """Nothing but the question itself."""
