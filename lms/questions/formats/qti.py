"""IMS QTI 2.1 and 3.0: an item a file, packed with a manifest, or one item alone."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lms.questions.formats.files import ZIP_MAGIC, open_package
from lms.questions.formats.markup import has_formula, has_picture
from lms.questions.formats.qti_names import V21, V30, Version
from lms.questions.formats.qti_package import ItemFile, read_file, read_package, write_package
from lms.questions.formats.qti_writing import write_item
from lms.questions.formats.reading import Draft, Entry, Loss, Reading, problem_lines
from lms.questions.formats.tags import all_texts, tags_of


class Qti:
    """Items of one version; what is read may be of either."""

    extension = "qti.zip"
    mimetype = "application/zip"

    def __init__(self, version: Version) -> None:
        self.version = version
        self.name = f"qti-{version.number}"
        self.label = _l("IMS QTI %(version)s", version=version.number)

    def read(self, content: bytes) -> Reading:
        if content.startswith(ZIP_MAGIC):
            return read_package(open_package(content))
        return Reading([read_file(ItemFile("item.xml", content))])

    def losses(self, entry: Entry) -> list[Loss]:
        found, texts = [], all_texts(entry.facts)
        if has_picture(*texts):
            found.append(Loss(_l("图片：只写出图片的名称。")))
        if has_formula(*texts):
            found.append(Loss(_l("公式：写成 TeX 文字 \\(…\\)，不是 MathML。")))
        return found

    def write(self, entries: Sequence[Entry]) -> bytes:
        items = [
            ItemFile(
                f"items/q{number:04}.xml",
                write_item(entry.facts, f"q{number:04}", self.version),
                _words(entry),
            )
            for number, entry in enumerate(entries, start=1)
        ]
        return write_package(items, self.version)

    def give_back(self, drafts: Sequence[Draft]) -> bytes:
        lines = [
            f"{draft.place.label}：{line}" for draft in drafts for line in problem_lines(draft)
        ]
        reasons = ItemFile("problems.txt", "\r\n".join([*lines, ""]).encode("utf-8-sig"))
        items = [draft.source for draft in drafts if draft.source.content]
        return write_package(items, self.version, [reasons])


def _words(entry: Entry) -> tuple[str, ...]:
    topic = entry.facts.topic
    return (*([topic] if topic else []), *tags_of(entry))


QTI_21 = Qti(V21)
QTI_30 = Qti(V30)
