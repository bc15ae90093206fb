"""The tree of errors that operations raise. It reads like a contents page.

DomainError
├── NotAllowed          the actor may not do this                       403
├── NotFound            no such record, or none that the actor may see  404
├── Conflict            the state of things forbids it now              409
│   └── IllegalMove     a state cannot become that state
├── Invalid             what was given is wrong; names the field        422
└── TooEarly            right, but not yet; says when                   425
"""

from typing import Any

from flask_babel import lazy_gettext as _l


class DomainError(Exception):
    """An operation refuses. `message` is for the user, in the user's language."""

    status = 400
    code = "refused"

    def __init__(self, message: Any = None, *, field: str | None = None) -> None:
        self.message = self.default_message if message is None else message
        super().__init__(self.message)
        self.field = field

    default_message: Any = _l("这项操作没有成功。")


class NotAllowed(DomainError):
    status = 403
    code = "not-allowed"
    default_message = _l("您没有权限进行这项操作。")


class NotFound(DomainError):
    status = 404
    code = "not-found"
    default_message = _l("没有找到，或者您无权查看。")


class Conflict(DomainError):
    status = 409
    code = "conflict"
    default_message = _l("当前状态不允许这项操作，请刷新页面后再试。")


class IllegalMove(Conflict):
    code = "illegal-move"

    def __init__(self, what: str, current: Any, target: Any) -> None:
        super().__init__()
        self.args = (f"{what}: {current} cannot become {target}",)


class Invalid(DomainError):
    status = 422
    code = "invalid"
    default_message = _l("填写的内容有误，请检查。")


class TooEarly(DomainError):
    status = 425
    code = "too-early"
    default_message = _l("还没有到时间。")

    def __init__(self, message: Any = None, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
