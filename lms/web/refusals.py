"""What becomes of an operation's refusal on a page: told at a field, above a form, or in a flash.

What is not about what was given (no permission, no such record) is raised again and answered with
a page of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash
from wtforms import Form

from lms.core.db import transaction
from lms.core.errors import DomainError

_NOT_ABOUT_WHAT_WAS_GIVEN = (403, 404)


def show_refusal(form: Form, refusal: DomainError) -> None:
    """Tell a refusal at the field that it names, or above the form if it names none there."""
    _raise_if_elsewhere(refusal)
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [str(refusal.message)]
    else:
        form.form_errors.append(str(refusal.message))


def flash_refusal(refusal: DomainError) -> None:
    """Tell a refusal on the page that is shown next."""
    _raise_if_elsewhere(refusal)
    flash(str(refusal.message), "error")


@contextmanager
def carried_out(success: str) -> Iterator[None]:
    """One transaction around the block; the page shown next tells `success`, or the refusal."""
    try:
        with transaction():
            yield
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(success, "success")


def _raise_if_elsewhere(refusal: DomainError) -> None:
    if refusal.status in _NOT_ABOUT_WHAT_WAS_GIVEN:
        raise refusal
