"""What of one's notices leaves the platform, and in which language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from lms.notices.models import NoticeChannel, NoticeKind
from lms.web.languages import LANGUAGES

Choice = tuple[NoticeKind, NoticeChannel]


def _name(choice: Choice) -> str:
    kind, channel = choice
    return f"{kind.value}_{channel.value}"


class _LanguageForm(FlaskForm):
    language = SelectField(
        _l("邮件和短信的语言"), choices=[SelectChoice(*each) for each in LANGUAGES.items()]
    )


CHOICES: tuple[Choice, ...] = tuple(
    (kind, channel) for kind in NoticeKind for channel in NoticeChannel
)


class PreferencesForm(_LanguageForm):
    """A box for each kind and channel, and the language."""

    def box(self, kind: NoticeKind, channel: NoticeChannel) -> Any:
        """The box of this kind and channel."""
        return self[_name((kind, channel))]

    def fill(self, wanted: dict[Choice, bool], language: str) -> None:
        """Show what holds now."""
        for choice in CHOICES:
            self.box(*choice).data = wanted[choice]
        self.language.data = language

    def wanted(self) -> set[Choice]:
        """The kinds and channels that were ticked."""
        return {choice for choice in CHOICES if self.box(*choice).data}


for _choice in CHOICES:
    setattr(PreferencesForm, _name(_choice), BooleanField())
