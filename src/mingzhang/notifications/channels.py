"""How a message leaves: by mail, or to the body's own gateway. Each raises what went wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.notifications.models import Hook, Message, Preference
from mingzhang.notifications.sealing import unseal

SECONDS = 15
FAULTS = (Refusal, OSError, HTTPException, smtplib.SMTPException, ValueError)
VERSION = "v1"


def available(preference: Preference, hook: Hook | None) -> list[str]:
    """The channels on which the person can be told and wants to be."""
    mail = bool(settings.EMAIL_HOST) and preference.mail_on
    return ["mail"] * mail + ["hook"] * (hook is not None and preference.hook_on)


def send(message: Message) -> None:
    """Send it. Raises one of FAULTS."""
    if message.channel == "mail":
        _mail(message)
    else:
        _post(message)


def absolute(path: str) -> str:
    """A path of the site as an address for outside."""
    return f"{settings.SITE_ADDRESS}{path}"


# --- mail ---------------------------------------------------------------------------------------------------------


def _mail(message: Message) -> None:
    preference = Preference.objects.filter(person=message.person_id, mail_on=True).first()
    if preference is None or not settings.EMAIL_HOST:
        raise Refusal(_("这个人不再收邮件，或者服务器没有设邮箱。"))
    lines = [f"{title}\n{absolute(path)}" for title, path in message.lines]
    foot = _("不想再收到，请在网页上“我的”里的“提醒设置”改。")
    EmailMessage(
        subject=message.title,
        body="\n\n".join([*lines, f"--\n{foot}\n"]),
        to=[preference.mail],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    ).send()


def message_id(message: Message) -> str:
    """The same at every try, so that a mailbox that has the message already can tell."""
    host = urlsplit(settings.SITE_ADDRESS).hostname or "localhost"
    return f"<{message.token}@{host}>"


# --- the gateway --------------------------------------------------------------------------------------------------


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed message goes to the address that was set, or nowhere."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def check_address(address: str) -> str:
    """An address of a gateway. Raises InvalidInput for anything but http and https."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(character.isspace() for character in address):
        raise InvalidInput(
            _("网关的地址看不懂。"),
            problems={"address": [_("请写完整的网址，以 https:// 开头。")]},
        )
    return address


def _post(message: Message) -> None:
    hook = Hook.objects.select_related("book").filter(book=message.person.book_id).first()
    if hook is None:
        raise Refusal(_("网关的设置已经删掉了。"))
    body = json.dumps(_said(message), ensure_ascii=False).encode()
    stamp = str(int(time.time()))
    request = urllib.request.Request(  # noqa: S310 - http and https only, checked in the line below
        check_address(hook.address),
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "mingzhang",
            "Mingzhang-Delivery": str(message.token),
            "Mingzhang-Timestamp": stamp,
            "Mingzhang-Signature": signature(unseal(bytes(hook.sealed), hook.book.code), stamp, body),
        },
    )
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as refused:
        refused.close()
        raise Refusal(_("网关答复%(status)d。") % {"status": refused.code}) from None


def _said(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.token),
        "to": message.person.username,
        "title": message.title,
        "lines": [{"title": title, "link": absolute(path)} for title, path in message.lines],
    }


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256, in hexadecimal, of the time stamp, a full stop and the body."""
    digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"{VERSION}={digest}"
