"""How the bank's APIs read bodies and queries: what is wrong is a problem that names the field."""

from typing import Any, NoReturn

from flask_babel import gettext as _
from flask_smorest import Blueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser

from lms.core.errors import Invalid


class ProblemParser(FlaskParser):
    """Reads bodies, and refuses a wrong one as a problem that names the field."""

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise Invalid for the first field that is wrong."""
        raise refusal(error)

    def _handle_invalid_json_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Invalid(_("提交的内容不是 JSON。"))


class ApiBlueprint(Blueprint):
    """A blueprint of the bank's APIs."""

    ARGUMENTS_PARSER = ProblemParser()


def refusal(error: ValidationError) -> Invalid:
    """The first thing that is wrong, with the field's place in the body."""
    field, reason = _first(error.normalized_messages())  # type: ignore[no-untyped-call]
    return Invalid(_("字段 %(field)s 有误：%(reason)s", field=field, reason=reason), field=field)


def _first(messages: Any, path: str = "") -> tuple[str, str]:
    if isinstance(messages, dict):
        name, inner = next(iter(messages.items()))
        skip = not path and name in ("json", "query")
        return _first(inner, path if skip else f"{path}.{name}".lstrip("."))
    return path, str(messages[0] if isinstance(messages, list) else messages)
