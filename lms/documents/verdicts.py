"""What the check of a file may find, without what it takes to check one."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum

LARGEST_PDF_BYTES = 5 * 1024 * 1024


class Verdict(LabelledEnum):
    """What the check of a file found."""

    CHANGED = "changed", _l("文件在签发后被改动过"), "danger"
    FOREIGN = "foreign", _l("不是本平台签发的文件"), "danger"
    NOT_PDF = "not_pdf", _l("这不是 PDF 文件"), "warning"
    UNCHANGED = "unchanged", _l("文件由本平台签发，未经改动"), "success"
    UNSIGNED = "unsigned", _l("文件没有电子签名"), "danger"


@dataclass(frozen=True)
class PdfCheck:
    """The verdict, and the number inside a file that is ours and unchanged."""

    verdict: Verdict
    number: str | None = None
