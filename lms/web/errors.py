"""Errors as pages, and as RFC 9457 problem details for machines. Details go to the log only."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms.core.db import db
from lms.core.errors import DomainError, TooEarly
from lms.core.files import StorageError

log = logging.getLogger(__name__)


def wants_problem() -> bool:
    """Whether the asker is a machine: an API address, or one that accepts JSON but no page."""
    if request.path.startswith(("/api/", "/hourbank/api/", "/keys/")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def problem_words(status: int, title: str, detail: str, code: str, **more: Any) -> dict[str, Any]:
    """The object of RFC 9457 that says what is wrong."""
    body = {"type": f"about:blank#{code}", "title": title, "status": status, "detail": detail}
    return {**body, "code": code, **more}


def refusal_words(error: DomainError) -> dict[str, Any]:
    """What an operation's refusal says, for one of several things that were asked together."""
    more = {"field": error.field} if error.field else {}
    return problem_words(error.status, _("操作未完成"), str(error.message), error.code, **more)


def problem(status: int, title: str, detail: str, code: str, **more: Any) -> Response:
    """An RFC 9457 answer."""
    response = jsonify(problem_words(status, title, detail, code, **more))
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def answer(status: int, title: str, detail: str, code: str, **more: Any) -> Any:
    """The error as the asker can read it."""
    if wants_problem():
        return problem(status, title, detail, code, **more)
    page = render_template("errors/error.html", status=status, title=title, detail=detail)
    return page, status


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StorageError, _storage_error)
    app.register_error_handler(Exception, _unexpected)


def _domain_error(error: DomainError) -> Any:
    db.session.rollback()
    more = {"field": error.field} if error.field else {}
    result = answer(error.status, _("操作未完成"), str(error.message), error.code, **more)
    if isinstance(error, TooEarly) and isinstance(result, Response):
        result.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return result


def _csrf_error(error: CSRFError) -> Any:
    detail = _("页面已过期，请返回上一页并刷新后再试。您填写的内容没有提交。")
    return answer(400, _("页面已过期"), detail, "page-expired")


def http_error(error: HTTPException) -> Any:
    """A refusal of the kernel's, or of a library, in words of our own."""
    status = error.code or 500
    if status < 400:
        return error
    titles = {
        401: _("请先登录"),
        403: _("无权访问"),
        404: _("没有找到这个页面"),
        405: _("不支持的操作方式"),
        413: _("提交的内容过大"),
        429: _("操作过于频繁，请稍后再试"),
    }
    title = titles.get(status, _("请求没有成功"))
    details = {413: _("文件或内容超过了这里能接收的大小，请返回上一页，压缩或拆分后再提交。")}
    detail = details.get(status, _("请检查网址，或返回首页重新开始。"))
    return answer(status, title, detail, f"http-{status}")


def _storage_error(error: StorageError) -> Any:
    """The bucket is away. What was being done was not done, and can be done later."""
    db.session.rollback()
    log.error("at %s: %s", request.endpoint, error)
    detail = _("文件暂时无法读取或保存，操作没有完成。请稍后再试。")
    return answer(503, _("文件服务暂时不可用"), detail, "storage")


def _unexpected(error: Exception) -> Any:
    db.session.rollback()
    log.exception("unexpected error at %s", request.endpoint)
    detail = _("系统出现意外错误，您的数据没有丢失。请稍后再试；如仍有问题，请联系技术支持。")
    return answer(500, _("系统错误"), detail, "internal")
