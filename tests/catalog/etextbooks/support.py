"""EPUBs made by hand, good and bad."""

import io
import zipfile

from PIL import Image

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
NAV = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    '<nav epub:type="landmarks"><ol><li><a href="one.xhtml">封面</a></li></ol></nav>'
    '<nav epub:type="toc"><h1>目录</h1><ol><li><a href="text/one.xhtml">第一章&nbsp;总则</a><ol>'
    '<li><a href="text/two.xhtml#part">第二节</a></li></ol></li></ol></nav></body></html>'
)
NCX = (
    '<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
    '"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">'
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    '<navPoint id="a"><navLabel><text>第一章</text></navLabel><content src="text/one.xhtml"/>'
    '<navPoint id="b"><navLabel><text>第二节</text></navLabel>'
    '<content src="text/two.xhtml#part"/></navPoint></navPoint></navMap></ncx>'
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'
    "<head><title/><style>p{{color:red}}</style></head><body>{body}</body></html>"
)


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    """A small red picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def opf(*chapters: str, nav: bool = True, ncx: bool = False, more: str = "") -> str:
    """A package document naming these chapters in this order."""
    items = "".join(
        f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    items += (
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        * nav
    )
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' * ncx
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    toc = ' toc="ncx"' if ncx else ""
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f"<manifest>{items}{more}</manifest><spine{toc}>{spine}</spine></package>"
    )


def files(**bodies: str) -> dict[str, str | bytes]:
    """The files of a book whose chapters have these bodies: files(one="<p>…</p>")."""
    chapters = {
        f"OEBPS/text/{name}.xhtml": XHTML.format(body=text) for name, text in bodies.items()
    }
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": opf(*(f"{name}.xhtml" for name in bodies)),
        "OEBPS/nav.xhtml": NAV,
        **chapters,
    }


def packed(entries: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The files as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()
