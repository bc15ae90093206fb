"""Looking at a page as a careful visitor would: axe-core, sideways scrolling, and a picture."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

from tests.journeys.visitor import Visitor

AXE = Path(__file__).parent / "vendor/axe.min.js"
WIDTHS = {1280: 800, 390: 844}
# Whole pages as pictures cost as much as all else here, and somebody has to look at them.
PICTURES = os.environ.get("LMS_TEST_PICTURES") == "1"
GRAVE = {"serious", "critical"}
# Files and languages are no pages; the rest is followed once per kind of address.
_NO_PAGE = re.compile(
    r"\.(pdf|json|xlsx|csv|toml|m3u8|webp|jpg|zip|vtt)$|/download|/export/|/static/|/media/"
)

_COURSE = re.compile(r"courses/(?!new$)[\w-]+")

_SCROLLS_SIDEWAYS = """() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  return scrollWidth > clientWidth + 1 ? scrollWidth : 0;
}"""
_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(v => ({
    id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.html.slice(0, 160)),
  }));
}"""


@dataclass
class Findings:
    """What was wrong on the pages looked at, one line each, and which pages those were."""

    role: str
    folder: Path
    # Pages that a colleague's walk has shown already.
    seen_before: frozenset[str] = frozenset()
    looked_at: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def kind_of(path: str) -> str:
    """The address without numbers, codes and names: pages of one kind look alike."""
    path = _COURSE.sub("courses/:x", path)
    parts = [":x" if re.search(r"\d{1,}|^[\w-]{20,}$", part) else part for part in path.split("/")]
    return "/".join(parts)


def walk(visitor: Visitor, start: list[str], findings: Findings, most: int = 60) -> None:
    """Look at every page that links lead to from `start`, one of each kind."""
    waiting = list(start)
    while waiting and len(findings.looked_at) < most:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kind in findings.looked_at or kind in findings.seen_before:
            continue
        findings.looked_at[kind] = path
        waiting += look_at(visitor, path, findings)


def look_at(visitor: Visitor, path: str, findings: Findings) -> list[str]:
    """Open a page, inspect it at both widths; returns the paths it links to."""
    page = visitor.page
    visitor.troubles.clear()
    answer = page.goto(path)
    if answer is None or answer.status >= 400:
        findings.wrong.append(f"{path}: answered {answer.status if answer else 'nothing'}")
        return []
    page.wait_for_load_state("load")
    inspect(page, path, findings)
    findings.wrong += [f"{path}: {trouble}" for trouble in visitor.troubles]
    return links_of(page)


def inspect(page: Page, path: str, findings: Findings) -> None:
    """Inspect a page as it stands, at both widths."""
    # Evaluated by the debugger, which the page's own policy against scripts does not concern.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        _inspect(page, path, width, findings)


def _inspect(page: Page, path: str, width: int, findings: Findings) -> None:
    sideways = page.evaluate(_SCROLLS_SIDEWAYS)
    if sideways:
        findings.wrong.append(f"{path} at {width}: scrolls sideways to {sideways}")
    for violation in page.evaluate(_AXE):
        if violation["impact"] in GRAVE:
            findings.wrong.append(f"{path} at {width}: {json.dumps(violation, ensure_ascii=False)}")
    if PICTURES:
        name = path.strip("/").replace("/", "_") or "front"
        page.screenshot(path=findings.folder / f"{name}-{width}.png", full_page=True)


def links_of(page: Page) -> list[str]:
    """The paths of this site that the page links to by plain links."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    here = urlsplit(page.url)
    paths = []
    for href in found:
        target = urlsplit(urljoin(page.url, href))
        if target.netloc == here.netloc and not _NO_PAGE.search(target.path):
            paths.append(target.path)
    return paths
