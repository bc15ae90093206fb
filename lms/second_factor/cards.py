"""What other pages show of the second factor: a card, a banner, and a button to reset."""

from flask import render_template
from flask_login import current_user

from lms.accounts.models import Person
from lms.core.errors import NotFound
from lms.second_factor.me_views import facts_of
from lms.second_factor.queries import (
    get_person_to_reset,
    has_factor,
    has_shown_factor,
    is_required,
)


def security_card(person: Person) -> str:
    """The card of /me/security."""
    return render_template("second_factor/_card.html", **facts_of(person))


def staff_banner() -> str | None:
    """What staff without a factor read on their pages, where one is offered and not required."""
    if is_required() or not current_user.is_authenticated or not current_user.is_staff:
        return None
    if has_shown_factor(current_user):
        return None
    return render_template("second_factor/_banner.html")


def reset_card(person: Person) -> str | None:
    """The card with which whoever stands above `person` resets their lost factor."""
    if person.id == current_user.id or not has_factor(person.id):
        return None
    try:
        get_person_to_reset(current_user, person.id)
    except NotFound:
        return None
    return render_template("second_factor/_reset.html", person=person)
