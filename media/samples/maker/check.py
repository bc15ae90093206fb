"""Checks everything made here: sizes, lengths, cues, and the soundness of the question banks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from maker.source import SAMPLES, Course, list_course_slugs, read_course

LARGEST_FILM_BYTES = 6_000_000
LARGEST_COVER_BYTES = 60_000
LARGEST_TEXTBOOK_BYTES = 400_000
LARGEST_SPECIMEN_BYTES = 150_000
LARGEST_TOTAL_BYTES = 30_000_000
SHORTEST_FILM_SECONDS, LONGEST_FILM_SECONDS = 150, 360
NOTICES = (
    "山东省2025年度通知",
    "日照市2024年度通知",
    "烟台市2023年度通知",
    "枣庄2024年度通知",
    "济宁市2022年度通知",
)

_CUE = re.compile(r"(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)")


def check_everything() -> list[str]:
    """Every fault found, in words; an empty list when all is well."""
    faults = [fault for slug in list_course_slugs() for fault in _check_course(read_course(slug))]
    for path in sorted((SAMPLES / "test").iterdir()):
        faults += _check_size(path, LARGEST_SPECIMEN_BYTES)
    made = [path for path in SAMPLES.rglob("*.*") if path.is_file() and "cache" not in str(path)]
    total = sum(path.stat().st_size for path in made)
    if total > LARGEST_TOTAL_BYTES:
        faults.append(f"everything together: {total} bytes, more than {LARGEST_TOTAL_BYTES}")
    return faults


def _check_course(course: Course) -> list[str]:
    faults = _check_size(course.folder / course.facts["cover"], LARGEST_COVER_BYTES)
    if course.facts["textbook"]:
        faults += _check_size(course.folder / course.facts["textbook"], LARGEST_TEXTBOOK_BYTES)
    for lesson in course.lessons:
        faults += _check_lesson(course.folder, lesson)
    return faults + check_questions(course.facts, course.read_questions())


def _check_lesson(folder: Path, lesson: dict[str, Any]) -> list[str]:
    film, subtitles = folder / lesson["video"], folder / lesson["subtitles"]
    faults = _check_size(film, LARGEST_FILM_BYTES) + _check_size(subtitles, 20_000)
    if faults:
        return faults
    seconds = measure_seconds(film)
    if not SHORTEST_FILM_SECONDS <= seconds <= LONGEST_FILM_SECONDS:
        faults.append(f"{film.name}: {seconds:.0f} s long")
    return faults + [f"{subtitles.name}: {fault}" for fault in check_cues(subtitles, seconds)]


def _check_size(path: Path, largest: int) -> list[str]:
    if not path.is_file() or not path.stat().st_size:
        return [f"{path.name}: missing or empty"]
    size = path.stat().st_size
    return [f"{path.name}: {size} bytes, more than {largest}"] if size > largest else []


def measure_seconds(film: Path) -> float:
    """The length of a film in seconds; raises CalledProcessError if it is none."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    return float(subprocess.run([*command, str(film)], check=True, capture_output=True).stdout)


def check_cues(subtitles: Path, seconds: float) -> list[str]:
    """Cues must follow one another, not overlap, and end before the film does."""
    numbers = [[float(part) for part in cue] for cue in _CUE.findall(subtitles.read_text("utf-8"))]
    spans = [(h * 3600 + m * 60 + s, H * 3600 + M * 60 + S) for h, m, s, H, M, S in numbers]
    instants = [instant for span in spans for instant in span]
    faults = [] if spans else ["no cues"]
    if instants != sorted(instants):
        faults.append("cues overlap or run backwards")
    if instants and instants[-1] > seconds:
        faults.append("the last cue ends after the film")
    return faults


def check_questions(facts: dict[str, Any], questions: list[dict[str, Any]]) -> list[str]:
    """Each question must be sound, and the bank must fill two different papers."""
    lessons = {lesson["slug"] for lesson in facts["lesson"] + facts.get("reading", [])}
    faults = [
        f"{facts['slug']}: {fault}: {question['text']}"
        for question in questions
        for fault in _check_question(question, lessons)
    ]
    for kind, count in facts.get("exam", {}).get("blueprint", {}).items():
        bank = [q for q in questions if q["kind"] == kind and q["use"] != "popup"]
        if len(bank) < 2 * count:
            faults.append(f"{facts['slug']}: only {len(bank)} {kind} questions for two papers")
    unasked = lessons - {q.get("lesson") for q in questions if q["use"] != "exam"}
    return faults + [f"{facts['slug']}: no pop-up for lesson {slug}" for slug in sorted(unasked)]


def _check_question(question: dict[str, Any], lessons: set[str]) -> list[str]:
    answer, options, kind = question["answer"], question["options"], question["kind"]
    counts = {"single": len(answer) == 1, "multiple": len(answer) >= 2}
    counts["true_false"] = len(answer) == 1 and options == ["正确", "错误"]
    rules = {
        "wrong number of answers": counts[kind],
        "answer out of range": set(answer) <= set(range(len(options))),
        "answers not in order or repeated": answer == sorted(set(answer)),
        "options repeated": len(set(options)) == len(options),
        "difficulty": question["difficulty"] in (1, 2, 3),
        "use": question["use"] in ("popup", "exam", "both"),
        "unknown lesson": question.get("lesson") in {None, *lessons},
        "pop-up without lesson": question["use"] == "exam" or "lesson" in question,
        "no notice": question["source"].startswith(NOTICES),
        "no explanation": bool(question["explanation"].strip()),
    }
    return [name for name, is_kept in rules.items() if not is_kept]
