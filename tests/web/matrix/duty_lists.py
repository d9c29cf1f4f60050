"""The addresses of duty lists."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mingzhang.core import clock
from tests.web.matrix import Address, Answers, answers
from tests.web.office import AT_STREET, PACK, Office

STUDY = (PACK, "street_study")


def duty(verb: str = "") -> str:
    """The address of the street's duty to hold its studies, or of what is done to it."""
    name = reverse("duties:adapt", args=(*STUDY, verb)) if verb else reverse("duties:duty", args=STUDY)
    return name + AT_STREET


def added(**changes: Any) -> dict[str, Any]:
    """A new duty as somebody writes it."""
    return {
        "pack": PACK,
        "kind": "supporting",
        "name": "老旧小区电梯巡查",
        "text": "每月看一遍电梯维保单。",
        "basis": "《特种设备安全监察条例》",
        "every": "month",
        "day": "20",
        "handler": "clerk",
        "start": clock.today().isoformat(),
        "reason": "辖区老旧小区多。",
        **changes,
    }


def _reads(name: str, *args: str) -> Address:
    return Address(name, lambda office: reverse(name, args=args) + AT_STREET, answers(admin=200))


def _changes(written: int) -> Answers:
    return answers(403, zhou=written, wei=written, admin=written)


def _arranges() -> Answers:
    """Who arranges duties elsewhere is told nothing of the street; who arranges none is told so."""
    return _changes(302) | {"outsider": 403, "lu": 403}


def _withdrawal(office: Office) -> dict[str, Any]:
    return {"start": clock.today().isoformat(), "reason": "由县里统一办。"}


ADDRESSES = [
    _reads("duties:duties"),
    _reads("duties:coverage"),
    _reads("duties:changes"),
    _reads("web:duty_list_file", "xlsx"),
    Address("duties:duty", lambda office: duty(), answers(admin=200)),
    Address("duties:adapt", lambda office: duty("withdraw"), _changes(302), form=_withdrawal),
    Address(
        "duties:duty_new",
        lambda office: reverse("duties:duty_new") + AT_STREET,
        _arranges() | dict.fromkeys(("zhou", "wei", "admin"), 200),
    ),
    Address(
        "duties:duty_new",
        lambda office: reverse("duties:duty_new") + AT_STREET,
        _arranges(),
        form=lambda office: added(),
    ),
]
