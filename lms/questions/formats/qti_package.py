"""IMS packages of QTI items: a zip file whose `imsmanifest.xml` names the items and what they are
about (IEEE LOM: keywords and difficulty)."""

import io
import posixpath
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import SubElement

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.formats.files import Package
from lms.questions.formats.qti_names import Version
from lms.questions.formats.qti_reading import is_item, read_item
from lms.questions.formats.reading import MOST_QUESTIONS, Draft, Place, Reading
from lms.questions.formats.tags import apply_tags
from lms.questions.formats.xml_files import Element, child, local_name, parse, serialise

MANIFEST = "imsmanifest.xml"
_MAX_XML_BYTES = 8 * 1024 * 1024
_LOM = "http://ltsc.ieee.org/xsd/LOM"
# The vocabulary of LOM (5.8, difficulty), and what it is here.
_LEVELS = {
    "very easy": "易",
    "easy": "易",
    "medium": "中",
    "difficult": "难",
    "very difficult": "难",
}
_LOM_LEVELS = {"易": "easy", "中": "medium", "难": "difficult"}


@dataclass(frozen=True)
class ItemFile:
    """An item as a part of a package, with the words its manifest has for it."""

    path: str
    content: bytes
    tags: tuple[str, ...] = ()


@dataclass
class _Listed:
    """What a manifest lists: the items with their words, and how many other things."""

    items: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    has_tests: bool = False


def read_package(package: Package) -> Reading:
    """Every item of a package, in the order of its manifest.

    An item that cannot be read is a question with a problem. Raises Invalid (field "file").
    """
    listed = _listed(package)
    if len(listed.items) > MOST_QUESTIONS:
        raise Invalid(_l("一次最多导入 1000 道题，请分几次导入。"), field="file")
    total = sum(package.archive.getinfo(name).file_size for name in listed.items)
    if total > _MAX_XML_BYTES:
        raise Invalid(_l("文件解压后过大，请分几次导入。"), field="file")
    drafts = [
        read_file(ItemFile(path, package.read(path), tags)) for path, tags in listed.items.items()
    ]
    drafts += [_missing(path) for path in listed.missing]
    return Reading(drafts, _notes(listed))


def read_file(item: ItemFile) -> Draft:
    """One item; if it cannot be read, that is its problem."""
    draft = Draft(Place(file=item.path), source=item)
    try:
        root = parse(item.content)
    except Invalid as refusal:
        draft.refuse("text", refusal.message)
        return draft
    if is_item(local_name(root)):
        read_item(draft, root)
        apply_tags(draft, item.tags, "")
    else:
        draft.refuse("kind", _l("不是 QTI 题目（assessmentItem）。"))
    return draft


def _missing(path: str) -> Draft:
    draft = Draft(Place(file=path), source=ItemFile(path, b""))
    draft.refuse("text", _l("清单里列出了这个文件，压缩包里却没有。"))
    return draft


def _notes(listed: _Listed) -> list[Any]:
    return [_l("试卷结构没有导入，只导入题目。")] if listed.has_tests else []


def _listed(package: Package) -> _Listed:
    found = [n for n in package.names if posixpath.basename(n) == MANIFEST]
    if not found:
        return _without_manifest(package)
    manifest = min(found, key=lambda name: name.count("/"))
    root = parse(package.read(manifest))
    listed = _Listed()
    for resource in (each for each in root.iter() if local_name(each) == "resource"):
        _list_resource(package, posixpath.dirname(manifest), resource, listed)
    return listed


def _list_resource(package: Package, base: str, resource: Element, listed: _Listed) -> None:
    shape, href = resource.get("type", ""), unquote(resource.get("href", ""))
    if shape.startswith(("imsqti_test", "imsqti_assessment", "imsqti_section")):
        listed.has_tests = True
    if not shape.startswith("imsqti_item") or not href:
        return
    path = posixpath.normpath(posixpath.join(base, href))
    if path in package.names:
        listed.items[path] = tuple(_words(resource))
    else:
        listed.missing.append(href[:100])


def _without_manifest(package: Package) -> _Listed:
    listed = _Listed()
    for name in package.names:
        if name.lower().endswith(".xml"):
            listed.items[name] = ()
    return listed


def _words(resource: Element) -> Iterable[str]:
    words = []
    for element in resource.iter():
        name = local_name(element)
        if name == "keyword":
            words += [text.strip() for text in element.itertext() if text.strip()]
        elif name == "difficulty":
            value = child(element, "value")
            text = "".join(value.itertext()).strip().lower() if value is not None else ""
            words += [f"难度：{_LEVELS[text]}"] if text in _LEVELS else []
    return words


def write_package(
    items: Sequence[ItemFile], version: Version, others: Sequence[ItemFile] = ()
) -> bytes:
    """A package of these items; `others` lie in it without being listed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in [ItemFile(MANIFEST, _manifest(items, version)), *items, *others]:
            # A date of its own, so that the same questions are the same file.
            info = zipfile.ZipInfo(part.path, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part.content)
    return out.getvalue()


def _manifest(items: Sequence[ItemFile], version: Version) -> bytes:
    root = Element("manifest", identifier="MANIFEST")
    root.set("xmlns", version.package_namespace)
    root.set("xmlns:lom", _LOM)
    metadata = SubElement(root, "metadata")
    for name, value in zip(("schema", "schemaversion"), version.package_schema, strict=True):
        SubElement(metadata, name).text = value
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for number, item in enumerate(items, start=1):
        resource = SubElement(
            resources,
            "resource",
            identifier=f"RES-{number:04}",
            type=version.resource_type,
            href=item.path,
        )
        _write_words(SubElement(resource, "metadata"), item.tags)
        SubElement(resource, "file", href=item.path)
    return serialise(root)


def _write_words(metadata: Element, tags: Sequence[str]) -> None:
    lom = SubElement(metadata, "lom:lom")
    general = SubElement(lom, "lom:general")
    for tag in tags:
        keyword = SubElement(general, "lom:keyword")
        SubElement(keyword, "lom:string", language="zh-CN").text = tag
    level = next((tag[3:] for tag in tags if tag.startswith("难度：")), "")
    if level in _LOM_LEVELS:
        difficulty = SubElement(SubElement(lom, "lom:educational"), "lom:difficulty")
        SubElement(difficulty, "lom:source").text = "LOMv1.0"
        SubElement(difficulty, "lom:value").text = _LOM_LEVELS[level]
