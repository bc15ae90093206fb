"""Forms of the trainer's pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from lms.videos.models import Language
from lms.web.choices import choices_of


class SubtitleForm(FlaskForm):
    language = SelectField(_l("字幕语言"), choices=choices_of(Language))
    file = FileField(
        _l("字幕文件"),
        description=_l("WebVTT（.vtt）或 SubRip（.srt），不超过 2 MB。"),
        validators=[FileRequired(_l("请选择字幕文件。"))],
    )


class PosterForm(FlaskForm):
    second = IntegerField(_l("画面时间"), validators=[Optional(), NumberRange(min=0, max=10**6)])
    file = FileField(_l("封面图片"), description=_l("JPG、PNG 或 WebP。"))
