"""Claims of the demonstration's learners: one on each desk, one returned, one recognised."""

import io
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.claims.deciding import decide
from lms.claims.evidence import add_evidence
from lms.claims.evidence_files import keep_evidence
from lms.claims.models import Claim, ClaimDeed
from lms.claims.operations import begin_claim, submit_claim, write_claim
from lms.claims.recognizing import rule_of
from lms.core import clock
from lms.core.db import db

# One empty page.
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
_CHAIN = ("unit", "department", "bureau")


@dataclass(frozen=True)
class Example:
    """A claim, who approves it, and who returns it with what words."""

    title: str
    kind: str
    answers: dict[str, str]
    number: str
    approved_by: tuple[str, ...] = ()
    returned_by: str = ""
    remark: str = ""


EXAMPLES = (
    Example(
        "工业互联网平台应用数字技术工程师培育班",
        "digital_engineer",
        {"hours": "40"},
        "SDGC-2026-0318",
        _CHAIN,
    ),
    Example(
        "论文《滨海风电塔筒焊缝疲劳寿命预测》",
        "result",
        {"hours": "10", "form": "paper"},
        "CN 37-1389/N",
        _CHAIN[:2],
    ),
    Example("专利：一种智能巡检机器人", "result", {"hours": "10", "form": "research"}, ""),
    Example(
        "机械工程硕士研究生课程",
        "degree",
        {"hours": "30"},
        "",
        _CHAIN[:1],
        "department",
        "请补充学校盖章的成绩单。",
    ),
)


def load_claims(people: dict[str, Person]) -> None:
    """Make what is missing of the claims of the demonstration's learner."""
    learner = people["learner"]
    known = set(db.session.scalars(select(Claim.title).where(Claim.person_id == learner.id)))
    for example in EXAMPLES:
        if example.title not in known:
            _load(example, people)


def _load(example: Example, people: dict[str, Person]) -> None:
    learner = people["learner"]
    claim = begin_claim(learner, clock.today().year, example.kind)
    write_claim(learner, claim, example.title, example.number, example.answers)
    rule = rule_of(claim)
    for paper in rule.evidence:
        content = _PDF + f"% {claim.id} {paper.code}\n%%EOF\n".encode()
        kept = keep_evidence(io.BytesIO(content), "证明材料.pdf")
        add_evidence(learner, claim, rule, paper.code, kept)
    submit_claim(learner, claim)
    for name in example.approved_by:
        decide(people[name], claim, ClaimDeed.APPROVE, "", claim.turn)
    if example.returned_by:
        actor = people[example.returned_by]
        decide(actor, claim, ClaimDeed.RETURN, example.remark, claim.turn)
