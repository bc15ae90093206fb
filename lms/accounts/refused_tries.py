"""How a page answers a try that was wrong, or that came during a wait."""

from collections.abc import Callable
from typing import Any

from flask import make_response
from werkzeug.wrappers import Response

from lms.accounts.wording import refused_try


def refuse_try(
    field: Any, wrong: str, wait_seconds: int, was_checked: bool, page: Callable[[], str]
) -> Response:
    """The page again, which tells at `field` what was wrong and how long to wait: 422.

    One that came during a wait was not looked at: 429. Both say in Retry-After what the wait is.
    """
    field.errors = [refused_try(wrong, wait_seconds, was_checked)]
    response = make_response(page(), 422 if was_checked else 429)
    if wait_seconds:
        response.headers["Retry-After"] = str(wait_seconds)
    return response
