"""The evidence of a claim: adding and taking away files, and who may open them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.claims.evidence_files import MOST_FILES, KeptEvidence
from lms.claims.models import Claim, ClaimEvidence
from lms.claims.queries import may_see
from lms.core import clock
from lms.core.db import after_commit, db, hold
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.files import forget_file
from lms.hourbank.conversion.types import KindRule
from lms.upkeep.references import Reference


def add_evidence(
    actor: Person, claim: Claim, rule: KindRule, code: str, kept: KeptEvidence
) -> ClaimEvidence:
    """Put a kept file with a claim of one's own, for the evidence rule `code`.

    Raises NotFound for somebody else's, Conflict for a claim that cannot be written in, and
    Invalid (field "file") for a file that is there already or one too many.
    """
    hold_writable(actor, claim)
    if code not in {each.code for each in rule.evidence}:
        raise NotFound()
    if len(claim.papers) >= MOST_FILES:
        raise Invalid(_l("最多上传 %(most)d 个文件。", most=MOST_FILES), field="file")
    if any(each.sha256 == kept.sha256 for each in claim.papers):
        raise Invalid(_l("这个文件已经上传过了。"), field="file")
    evidence = ClaimEvidence(
        rule=code,
        path=kept.path,
        name=kept.name,
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
    )
    claim.evidence.append(evidence)
    claim.changed_at = clock.now()
    db.session.flush()
    return evidence


def remove_evidence(actor: Person, evidence: ClaimEvidence) -> None:
    """Take a file away. One that a reviewer has seen is kept and only marked.

    Raises NotFound for somebody else's, Conflict for a claim that cannot be written in.
    """
    claim = evidence.claim
    hold_writable(actor, claim)
    claim.changed_at = clock.now()
    if evidence.sent_in is not None:
        evidence.removed_at = evidence.removed_at or clock.now()
        db.session.flush()
        return
    path = evidence.path
    claim.evidence.remove(evidence)
    db.session.delete(evidence)
    db.session.flush()
    after_commit(lambda: forget_file(path))


def hold_writable(actor: Person, claim: Claim) -> None:
    """Hold a claim that `actor` is about to write in.

    Raises NotFound for somebody else's, Conflict if it is not to be written in.
    """
    if claim.person_id != actor.id:
        raise NotFound()
    hold(claim)
    if not claim.is_writable:
        raise Conflict(_l("申报已提交或已办结，不能修改；审核中的申报可以先撤回。"))


def missing_evidence(claim: Claim, rule: KindRule) -> list[str]:
    """The labels of the evidence that a kind asks for and the claim has not."""
    given = {each.rule for each in claim.papers}
    return [each.label for each in rule.evidence if each.required and each.code not in given]


def get_evidence(person: Person, evidence_id: int) -> ClaimEvidence:
    """A file that `person` may open: of a claim of theirs, or one they may see as a reviewer.

    A reviewer sees what was submitted, and nothing that the claimant is only preparing. Raises
    NotFound.
    """
    evidence = db.session.get(ClaimEvidence, evidence_id)
    if evidence is None:
        raise NotFound()
    is_own = evidence.claim.person_id == person.id
    is_seen = evidence.sent_in is not None and may_see(person, evidence.claim)
    if not (is_own or is_seen):
        raise NotFound()
    return evidence


def kept_evidence() -> Iterable[Reference]:
    """The files of all claims, also those that were taken away after somebody had seen them."""
    for evidence_id, path in db.session.execute(select(ClaimEvidence.id, ClaimEvidence.path)):
        yield Reference.to_file(path, f"evidence:{evidence_id}")
