"""Languages and time zone of pages. Chinese is the language of the source."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, has_request_context, session
from flask_babel import Babel, force_locale, get_locale

from lms.config import ROOT, Settings
from lms.core.clock import SHANGHAI

LANGUAGES = {"zh": "简体中文", "en": "English"}
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def register(app: Flask, settings: Settings) -> None:
    def locale() -> str:
        # Background work has no visitor, and writes in the platform's own language.
        chosen = session.get("language", settings.locale) if has_request_context() else None
        chosen = chosen or settings.locale
        return _LOCALES.get(chosen, "zh_Hans_CN")

    Babel(
        app,
        default_locale=_LOCALES[settings.locale],
        default_timezone=str(SHANGHAI),
        default_translation_directories=str(ROOT / "lms" / "translations"),
        locale_selector=locale,
    )
    app.jinja_env.globals.update(get_locale=get_locale, languages=LANGUAGES, html_lang=html_lang)


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
    """Write in one of LANGUAGES within the block; None: as it would be without this."""
    if language is None:
        yield
        return
    with force_locale(_LOCALES[language]):
        yield


def html_lang() -> str:
    """The value of the page's `lang` attribute."""
    return "en" if str(get_locale()).startswith("en") else "zh-CN"
