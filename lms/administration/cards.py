"""What this feature puts into pages of others: one's own posts, one's own registration."""

from flask import render_template

from lms.accounts.models import Person
from lms.administration.post_operations import gives_posts
from lms.administration.queries import registration_of


def my_posts(person: Person) -> str | None:
    """The posts in force of whoever looks at their own page."""
    posts = [post for post in person.posts if post.is_in_force]
    if not posts:
        return None
    rows = [(post, gives_posts(post)) for post in posts]
    return render_template("administration/_my_posts.html", rows=rows)


def my_registration(person: Person) -> str | None:
    """The unit they registered, until it is approved."""
    unit = registration_of(person)
    return render_template("administration/_my_registration.html", unit=unit) if unit else None


def register_here() -> str:
    """The way for a unit to register, on the front page."""
    return render_template("administration/_front.html")
