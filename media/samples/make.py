"""Makes the demonstration media anew: ``python media/samples/make.py [slug ...]``.

Without a slug everything is made. ``test`` stands for the specimens of the test-suite and
``check`` for the checks alone. Needs ffmpeg, espeak-ng, Chromium and the Noto CJK fonts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from maker.check import check_everything
from maker.film import make_lesson
from maker.pictures import draw_cover
from maker.source import list_course_slugs, read_course
from maker.specimens import make_specimens
from maker.textbook import make_textbook


def make_course(slug: str) -> None:
    """Makes the cover, the e-textbook and every lesson of one course."""
    course = read_course(slug)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        draw_cover(course, work)
        make_textbook(course)
        for lesson in course.lessons:
            print(f"{slug}: {lesson['slug']}", flush=True)
            make_lesson(course, lesson["slug"], work)


def main(arguments: Sequence[str]) -> int:
    """Makes what is named, checks all there is, and returns the exit status."""
    known = [*list_course_slugs(), "test", "check"]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in arguments or known:
        if name == "test":
            make_specimens()
        elif name != "check":
            make_course(name)
    faults = check_everything()
    print("\n".join(faults) or "everything is in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
