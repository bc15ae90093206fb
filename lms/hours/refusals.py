"""What an answer means that is no receipt: a decision about these hours, or trouble on the way."""

from typing import Any

import httpx

from lms.hours.models import DeliveryProblem
from lms.hours.receipts import BankProblem

# Not the bank's decision about these hours, but a state of things that somebody will mend.
_NOT_ADMITTED = frozenset({401, 403})
_OVERLOADED = frozenset({408, 425, 429})
_CONFLICT = 409
# What the bank answers when it has judged a credit: unknown, in conflict, or not well formed.
_DECISIONS = frozenset({400, 404, _CONFLICT, 422})


def of_response(response: httpx.Response) -> BankProblem:
    """What an answer means that is no success."""
    detail = f"HTTP {response.status_code}"
    reason = _reason(response)
    if response.status_code in _NOT_ADMITTED:
        return BankProblem(DeliveryProblem.NOT_ADMITTED, reason or detail)
    if response.status_code in _OVERLOADED or response.is_server_error:
        return BankProblem(DeliveryProblem.OVERLOADED, detail)
    if response.status_code in _DECISIONS and reason and not _is_web_servers(response):
        is_conflict = response.status_code == _CONFLICT
        return BankProblem(DeliveryProblem.REFUSED, reason, is_conflict=is_conflict)
    return BankProblem(DeliveryProblem.WRONG_ANSWER, detail)


def of_item(answer: dict[str, Any]) -> BankProblem:
    """What an answer of a batch means that is not "accepted"."""
    problem = answer.get("problem")
    problem = problem if isinstance(problem, dict) else {}
    reason = str(problem.get("detail") or problem.get("title") or "")
    status = answer.get("status")
    if status not in ("refused", "conflict") or not reason:
        return BankProblem(DeliveryProblem.WRONG_ANSWER, "an answer that says nothing")
    if _is_trouble(problem.get("status")):
        return BankProblem(DeliveryProblem.OVERLOADED, reason)
    return BankProblem(DeliveryProblem.REFUSED, reason, is_conflict=status == "conflict")


def _is_trouble(status: Any) -> bool:
    """Whether the bank failed at an item instead of judging it."""
    return isinstance(status, int) and (status >= 500 or status in _OVERLOADED)


def object_in(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object in an answer, or None."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _is_web_servers(response: httpx.Response) -> bool:
    """Whether the address itself was wrong: the answer is of a web server and not of the bank."""
    body = object_in(response)
    return body is not None and str(body.get("code", "")).startswith("http-")


def _reason(response: httpx.Response) -> str:
    """The bank's own sentence; a page from some proxy on the way has none."""
    if response.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        return ""
    body = object_in(response)
    return str(body.get("detail", "")) if body else ""
