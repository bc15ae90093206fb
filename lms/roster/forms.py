"""Forms of the roster pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput


class UploadForm(FlaskForm):
    file = FileField(_l("名单文件"), [FileRequired(_l("请选择文件。"))])


class ApplyForm(FlaskForm):
    """Which check the counts that were confirmed are from."""

    checks = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
