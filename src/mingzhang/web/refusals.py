"""How a refusal or a fault is shown: a page of its own, or the side panel when htmx asked.

The pages need neither session nor database nor script, since any of these may be what is missing.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence

import psycopg
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.organisation.type_size import told

logger = logging.getLogger("mingzhang.web")

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# SQLSTATE classes of a connection that is not to be had: broken, shutting down, starting up, too many.
AWAY = ("08", "57P", "53300")
RETRY_SECONDS = "10"
Problems = Mapping[str, Sequence[str]]


class RefusalMiddleware:
    """Turns a `Refusal` raised by a view into a page with its status, its reason and what to do. An address with a
    null character in it is refused at once: no text of ours has one, and PostgreSQL takes none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\0" in value for _name, values in request.GET.lists() for value in values):
            return show(request, 400, _("网址里有不能用的字符。"), _("请核对网址。"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        problems = exception.problems if isinstance(exception, InvalidInput) else {}
        return show(request, exception.status, exception.message, exception.remedy, problems)


def show(
    request: HttpRequest,
    status: int,
    message: str,
    remedy: str = "",
    problems: Problems | None = None,
    reference: str = "",
) -> HttpResponse:
    """The page for `status`, or only its words when htmx will put them in the side panel."""
    part = "HX-Request" in request.headers
    context = {
        "heading": heading(status),
        "message": message,
        "remedy": remedy,
        "problems": problems,
        "reference": reference,
        "where": request.path[:120],
        "large": told(request),
    }
    template = "web/refusal_part.html" if part else "web/refusal.html"
    return HttpResponse(render_to_string(template, context), status=status)


def heading(status: int) -> str:
    """What a page of this status is called."""
    return {
        400: _("这个请求看不懂"),
        403: _("您不能看这一页"),
        404: _("没有找到这一页"),
        409: _("现在不能这样做"),
        413: _("一次送来的太多了"),
        422: _("有地方填得不对"),
        503: _("数据库暂时连不上"),
    }.get(status, _("系统出了错"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django takes for no request at all, and what is too large to be taken in."""
    if isinstance(exception, TOO_LARGE):
        return show(
            request,
            413,
            _("这张表单或者文件超过了一次能收的大小，没有存下。"),
            _("填好的内容还在浏览器里：请点浏览器的“后退”，少填几行或者换小一点的文件，分几次提交。"),
        )
    return show(request, 400, _("网址或表单不完整。"), _("请返回上一页再试一次。"))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 403, _("您的岗位没有这项权限。"), _("需要的话，请找本单位的管理员。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 404, _("网址可能写错了，或者内容不在您能看的范围内。"), _("请从首页进入，或核对网址。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, under a number that stands in the log beside what happened; or a database that is away."""
    fault = sys.exc_info()[1]
    if isinstance(fault, Exception) and database_is_away(fault):
        logger.error("database away: %s %s: %s", request.method, request.path, str(fault).strip())
        return _noted(_away(request))
    reference = secrets.token_hex(4).upper()
    logger.error("fault %s: %s %s", reference, request.method, request.path, exc_info=fault)
    remedy = _("请稍后再试；再次出错，请把下面的编号告诉管理员。")
    return _noted(show(request, 500, _("这次没有办成，账上的内容没有改动。"), remedy, reference=reference))


def _away(request: HttpRequest) -> HttpResponse:
    remedy = _("填好的内容还在浏览器里：请等一会儿点“后退”再提交，或刷新这一页。一直这样，请告诉管理员。")
    response = show(request, 503, _("这次没有办成，账上的内容没有改动。"), remedy)
    response["Retry-After"] = RETRY_SECONDS
    return response


def _noted(response: HttpResponse) -> HttpResponse:
    """It is in the log already: Django need not write it again."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def database_is_away(fault: Exception) -> bool:
    """Whether there is no connection to the database, rather than a statement that it declined."""
    if not isinstance(fault, OperationalError | InterfaceError | psycopg.OperationalError | psycopg.InterfaceError):
        return False
    cause = fault.__cause__ or fault
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(AWAY)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return show(request, 403, _("页面开得太久，安全校验已过期。"), _("请返回上一页，刷新后再提交一次。"))
