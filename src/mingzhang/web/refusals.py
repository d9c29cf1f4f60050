"""How a refusal is shown: a page of its own, or the side panel when htmx asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, Refusal


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
    problems: dict[str, list[str]] | None = None,
) -> HttpResponse:
    """The page for `status`, or only its words when htmx will put them in the side panel."""
    part = "HX-Request" in request.headers
    context = {"heading": heading(status), "message": message, "remedy": remedy, "problems": problems}
    template = "web/refusal_part.html" if part else "web/refusal.html"
    return render(request, template, context, status=status)


def heading(status: int) -> str:
    """What a page of this status is called."""
    return {
        400: _("这个请求看不懂"),
        403: _("您不能看这一页"),
        404: _("没有找到这一页"),
        409: _("现在不能这样做"),
        413: _("文件太大了"),
        422: _("有地方填得不对"),
    }.get(status, _("系统出了错"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 400, _("网址或表单不完整。"), _("请返回上一页再试一次。"))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 403, _("您的岗位没有这项权限。"), _("需要的话，请找本单位的管理员。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 404, _("网址可能写错了，或者内容不在您能看的范围内。"), _("请从首页进入，或核对网址。"))


def server_error(request: HttpRequest) -> HttpResponse:
    remedy = _("请稍后再试；再次出错，请告诉管理员发生的时间。")
    return show(request, 500, _("这次没有办成，账上的内容没有改动。"), remedy)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return show(request, 403, _("页面开得太久，安全校验已过期。"), _("请返回上一页，刷新后再提交一次。"))
