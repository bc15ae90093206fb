"""Forms: looking up, checking a file, searching, revoking."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from lms.certificates.models import RevocationReason
from lms.documents.rules import is_number, normalize_number
from lms.web.choices import choices_of


class LookupForm(FlaskForm):
    """A certificate's number with its holder's full name."""

    number = StringField(_l("证书编号"), [InputRequired(_l("请填写证书编号。")), Length(max=60)])
    name = StringField(
        _l("持证人姓名"), [InputRequired(_l("请填写持证人的完整姓名。")), Length(max=64)]
    )

    def validate_number(self, field: StringField) -> None:
        """The check digit finds slips of the finger without asking whether the number exists."""
        if not is_number(normalize_number(field.data or "")):
            raise ValidationError(
                _("编号有误，请对照证书核对：以 XS- 开头，最后一段是 10 位数字。")
            )


class FileForm(FlaskForm):
    """The PDF of a certificate."""

    file = FileField(_l("证书 PDF 文件"), [FileRequired(_l("请选择证书的 PDF 文件。"))])


class SearchForm(FlaskForm):
    """Part of a number, in a list's address."""

    class Meta:
        csrf = False

    number = StringField(_l("证书编号"), [Length(max=60)])


class RevokeForm(FlaskForm):
    """Why a certificate is revoked: for the public, and for the files."""

    reason = SelectField(
        _l("公开的撤销原因"),
        # That of a regrade is given by the regrade alone.
        choices=choices_of(r for r in RevocationReason if r is not RevocationReason.REGRADED),
    )
    note = TextAreaField(
        _l("撤销依据"), [InputRequired(_l("请写明撤销的依据。")), Length(min=4, max=500)]
    )
