"""All figures of a course, computed in two passes over its papers and kept as plain values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from lms.catalog.models import Course
from lms.core.db import db
from lms.exams.statistics import gathering, rules
from lms.exams.statistics.gathering import Given, Marks, Scores
from lms.exams.statistics.reading import Readings, read_durations, read_papers
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question

# Of questions whose answers are typed, ordered or matched so many are told, the most frequent.
MOST_ANSWERS = 10

Figures = dict[str, Any]


def compute(course: Course, version_number: int) -> Figures:
    """The figures of all versions of a course (0) or of one, without any name.

    papers, histogram (ten bins), attempts ([number, taken, passed]), median_seconds, questions
    (see `_question`) and patterns (kind, attempt_ids, figures).
    """
    papers = gathering.papers_of(course, version_number)
    scores = gathering.scores_of(papers)
    answers, wrong = _answers(gathering.answers_of(papers, scores.cuts))
    durations = read_durations(papers)
    median = rules.median(durations) or 0
    # With few papers nothing is usual yet, and so nothing unusual.
    usual = median if durations.total() >= rules.FEWEST_PAPERS else 0
    readings = read_papers(papers, wrong, usual)
    return {
        "papers": scores.papers,
        "histogram": rules.histogram(scores.shares),
        "attempts": _attempts(scores),
        "median_seconds": median,
        "questions": [
            _question(marks, readings, answers.get(marks.question_id, []))
            for marks in gathering.marks_of(papers, scores.cuts)
        ],
        "patterns": _patterns(readings, scores.papers),
    }


def _attempts(scores: Scores) -> list[list[int]]:
    return [
        [number, scores.taken[number], scores.passed[number]] for number in sorted(scores.taken)
    ]


def _patterns(readings: Readings, papers: int) -> list[dict[str, Any]]:
    if papers < rules.FEWEST_PAPERS:
        return []
    return [asdict(pattern) for pattern in readings.patterns]


def _question(marks: Marks, readings: Readings, answers: list[Any]) -> dict[str, Any]:
    """One question: papers, mean share, discrimination, groups, seconds and answers.

    What chance would make of too few papers is None.
    """
    seconds, n = readings.seconds.get(marks.question_id, Counter()), marks.sums.n
    is_enough = n >= rules.FEWEST_PAPERS
    is_timed = seconds.total() >= rules.FEWEST_PAPERS
    return {
        "id": marks.question_id,
        "papers": n,
        "difficulty": marks.sums.x / n if is_enough else None,
        "discrimination": rules.correlation(marks.sums) if is_enough else None,
        "upper": marks.upper / marks.upper_n if is_enough and marks.upper_n else None,
        "lower": marks.lower / marks.lower_n if is_enough and marks.lower_n else None,
        "upper_papers": marks.upper_n,
        "lower_papers": marks.lower_n,
        "mean_seconds": rules.mean(seconds) if is_timed else None,
        "median_seconds": rules.median(seconds) if is_timed else None,
        "answers": answers,
    }


def _answers(
    given: Iterable[tuple[int, list[Given]]],
) -> tuple[dict[int, list[Any]], dict[int, Counter[str]]]:
    """The answers to tell of each question, and how often each wrong one came."""
    told: dict[int, list[Any]] = {}
    wrong: dict[int, Counter[str]] = {}
    for question_id, answers in given:
        question = db.session.get_one(Question, question_id)
        told[question_id] = _told(question, answers)
        wrong[question_id] = Counter({one.text: one.wrong for one in answers if one.wrong})
    return told, wrong


def _told(question: Question, answers: list[Given]) -> list[Any]:
    """[own index or answer, in the upper group, between, in the lower group], for each."""
    if behaviour_of(question.kind).shape == "choice":
        return [
            [own, *_summed(one for one in answers if own in one.chosen)]
            for own in range(len(question.options))
        ] + [[None, *_summed(one for one in answers if not one.chosen)]]
    often = sorted(answers, key=lambda one: -one.total)[:MOST_ANSWERS]
    return [[one.chosen, one.upper, one.middle, one.lower] for one in often]


def _summed(answers: Iterable[Given]) -> list[int]:
    sums = [0, 0, 0]
    for one in answers:
        for place, count in enumerate((one.upper, one.middle, one.lower)):
            sums[place] += count
    return sums
