"""What one certificate costs: drawing the code, rendering, signing; its size; the memory it takes.

    script/bench certificate          20 warm certificates with the small fonts, then with the full
    LMS_BENCH_ROUNDS=100              more of them

Each kind of font is measured in a process of its own, so that the peak of memory is its own. The
figures beside ours are those of the study this design was chosen by: an idle 2-core machine, a
plain page without this one's artwork, the code's payload signed as well. On a busy machine the
processor's milliseconds tell more than the clock's.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lms.certificates.pdf import PrintedFacts, render_pdf
from lms.config import ROOT
from lms.documents.fonts import build_fonts
from lms.documents.keys import load_keys
from lms.documents.qr import draw_qr
from lms.documents.signing import sign_pdf

ROUNDS = int(os.environ.get("LMS_BENCH_ROUNDS", "20"))
FACTS = PrintedFacts(
    number="XS-2025-370000-4821390571",
    name="王小明",
    identity="**************123X",
    course="专业技术人员继续教育政策与实务高级研修班",
    category="公需科目",
    hours="2.5",
    year="2025",
    base="日照市专业技术人员继续教育基地",
    issuer="学时继续教育平台",
    has_exam=True,
    completed_on="2025年6月2日",
    issued_on="2025年6月3日",
    verify_url="https://xueshi.example.cn/v/AbCdEfGhIjKlMnOpQrStUv",
    verify_address="https://xueshi.example.cn/verify",
)
# Of the study: first and warm render in ms, file in KiB, peak memory in MiB.
STUDY = {"subset": (185, 114, 121, 95), "full": (362, 258, 312, 218)}
STUDY_QR_MS, STUDY_SIGN_MS, STUDY_TOTAL_MS, GOAL_TOTAL_MS = 28, 37, 215, 300

Timing = tuple[float, float]


def timed(work: Callable[[], Any]) -> tuple[Timing, Any]:
    """Milliseconds by the clock and by the processor, and what `work` gave."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return (
        (time.perf_counter() - clock) * 1000,
        (time.process_time() - processor) * 1000,
    ), result


def middle(timings: list[Timing]) -> Timing:
    """The median of each of the two."""
    return statistics.median(t[0] for t in timings), statistics.median(t[1] for t in timings)


def measure(folder: Path) -> dict[str, Any]:
    """Draw, render and sign, first and then warm, with the fonts of `folder`."""
    with tempfile.TemporaryDirectory() as keys_folder:
        keys = load_keys(Path(keys_folder), 2025, FACTS.issuer)
        first, _pdf = timed(partial(render_pdf, FACTS, folder))
        steps: dict[str, list[Timing]] = {"qr": [], "render": [], "sign": []}
        signed = b""
        for number in range(ROUNDS):
            # Another name each time, as in life: nothing of the page before helps.
            facts = replace(FACTS, name=FACTS.name[: 2 + number % 2], number=f"XS-{number}")
            took, _code = timed(partial(draw_qr, facts.verify_url))
            steps["qr"].append(took)
            took, pdf = timed(partial(render_pdf, facts, folder))
            steps["render"].append(took)
            took, signed = timed(partial(sign_pdf, pdf, keys, FACTS.issuer))
            steps["sign"].append(took)
    medians = {name: middle(timings) for name, timings in steps.items()}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, **medians, "kib": len(signed) / 1024, "mib": peak_mib}


def measured_apart(folder: Path) -> dict[str, Any]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.certificate", str(folder)]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def report(fonts: str, found: dict[str, Any]) -> None:
    """Print the figures beside those of the study."""
    first_ms, warm_ms, kib, mib = STUDY[fonts]
    total = [found["render"][i] + found["sign"][i] for i in (0, 1)]
    print(f"{fonts} fonts, median of {ROUNDS}{'':14} clock   processor   study")
    rows = [
        ("QR code (inside the render)", found["qr"], STUDY_QR_MS),
        ("render, first", found["first"], first_ms),
        ("render, warm", found["render"], warm_ms),
        ("sign B-B, P-256", found["sign"], STUDY_SIGN_MS),
        ("render and sign, warm", total, f"{STUDY_TOTAL_MS} (goal {GOAL_TOTAL_MS})"),
    ]
    for label, (clock, processor), study in rows:
        print(f"  {label:30}{clock:9.0f} ms{processor:9.0f} ms   {study} ms")
    print(f"  {'file, signed':30}{found['kib']:9.0f} KiB{'':11}  {kib} KiB unsigned (goal 200)")
    print(
        f"  {'peak memory of the process':30}{found['mib']:9.0f} MiB{'':11}  {mib} MiB (goal 150)"
    )
    if fonts == "subset":
        hours = 100_000 * total[1] / 3_600_000
        print(f"  100,000 certificates take {hours:.1f} core-hours.")


def main() -> None:
    """Measure both kinds of fonts; with a folder as argument, measure it and print JSON."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
        return
    small = ROOT / "var" / "fonts"
    if build_fonts(small):
        report("subset", measured_apart(small))
    with tempfile.TemporaryDirectory() as none:
        report("full", measured_apart(Path(none)))


if __name__ == "__main__":
    main()
