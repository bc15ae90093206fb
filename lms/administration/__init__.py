"""Units register and are approved; posts are granted and end; who may do what."""

from typing import Any

from flask import Flask

from lms.administration import picker_views
from lms.organizations.rules import division_level


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(picker_views.blueprint)
    # The pickers are macros of any page, which see no context of a view.
    app.jinja_env.globals["division_level_label"] = _division_level_label
    app.jinja_env.globals["division_name"] = picker_views.division_name


def _division_level_label(code: str) -> Any:
    return picker_views.level_label(division_level(code))
