"""Forms of the trainer's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from lms.videos.models import Language
from lms.web.choices import choices_of


class SubtitleForm(FlaskForm):
    language = SelectField(_l("字幕语言"), choices=choices_of(Language))
    file = FileField(
        _l("字幕文件"),
        description=_l("WebVTT（.vtt）或 SubRip（.srt），不超过 2 MB。"),
        validators=[FileRequired(_l("请选择字幕文件。"))],
    )
