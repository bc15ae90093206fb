"""GET /pages/<reading>/<page>: a page to read, by the same gate as the key of a film's window.

200 the page, with X-Next-In: milliseconds until the page after it may be opened, at the earliest
403 | 409 | 423 | 425 | 503 as for keys (`watching.gate`)
"""

from lms.readings.models import Reading
from lms.readings.queries import get_reading
from lms.readings.storage import page_content
from lms.watching.gate import COMMON, gated, key_release
from lms.watching.tokens import WatchTerms
from lms.web.lanes import Environ, Reply

PREFIX = "/pages/"
# A page that somebody opens by its address runs and loads nothing.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"


def respond(environ: Environ) -> Reply:
    """The whole answer to a request under /pages/."""
    return gated(key_release(), environ, PREFIX, _page, is_reading=True)


def _page(terms: WatchTerms, page: int) -> Reply:
    headers, content = page_reply(get_reading(terms.public_id), page)
    headers.append(("X-Next-In", str(key_release().next_in_ms(terms.person_id))))
    return "200 OK", headers, content


def page_reply(reading: Reading, page: int) -> tuple[list[tuple[str, str]], bytes]:
    """A page (from 0) with its headers, for whoever was let in; raises NotFound."""
    content = page_content(reading, page)
    kind = "application/pdf" if reading.is_pdf else "text/html; charset=utf-8"
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(content))),
        ("Content-Security-Policy", POLICY),
        *COMMON,
    ]
    return headers, content
