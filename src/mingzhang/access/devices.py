"""Which browser on what, as people would say it. Only for a person to recognise their own devices: nothing is
decided by it."""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that is found: most browsers claim to be several.
_BROWSERS = [
    ("MicroMessenger", "微信"),
    ("HuaweiBrowser", "华为浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("360SE", "360浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
_SYSTEMS = [
    ("OpenHarmony", "鸿蒙"),
    ("HarmonyOS", "鸿蒙"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


def device(user_agent: str) -> str:
    """Such as “Chrome，Windows”; what is not recognised is called unknown."""
    browser = _first(_BROWSERS, user_agent) or _("认不出的浏览器")
    system = _first(_SYSTEMS, user_agent)
    return f"{browser}，{system}" if system else browser


def _first(known: list[tuple[str, str]], text: str) -> str:
    return next((name for mark, name in known if mark in text), "")
