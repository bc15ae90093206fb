"""Pages of documents: plain data in, bytes out.

Texts are escaped by the templates in a sandbox; what a course or a person is called can change
neither the page nor what it loads. `press` sets the page.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from lms.config import ROOT
from lms.core.clock import SHANGHAI
from lms.core.enums import HourCategory
from lms.core.late import late

TEMPLATES = ROOT / "templates" / "pdf"
# A document is in Chinese, whatever language the page is read in that asks for it.
CATEGORIES = {HourCategory.PUBLIC: "公需科目", HourCategory.PROFESSIONAL: "专业科目"}
ENVIRONMENT = SandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True)
class Design:
    """A template and its style sheet below templates/pdf, and if the guilloche lies under it."""

    template: str
    sheet: str
    has_artwork: bool = False


def chinese_day(instant: dt.datetime) -> str:
    """The day in Shanghai as documents write it: 2025年6月2日."""
    day = instant.astimezone(SHANGHAI).date()
    return str(format_date(day, "y年M月d日", locale="zh_Hans_CN"))


def print_page(design: Design, folder: Path, **facts: object) -> bytes:
    """The document with these facts as an unsigned PDF; fonts are taken from `folder`."""
    html = ENVIRONMENT.get_template(design.template).render(**facts)
    # WeasyPrint takes long to load, and hardly any process ever prints.
    press = late("lms.documents.press")
    printed: bytes = press.render_html(html, folder, design.sheet, has_artwork=design.has_artwork)
    return printed
