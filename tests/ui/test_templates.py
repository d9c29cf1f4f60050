"""No template brings script or style of its own: the browser is told to run none (Content-Security-Policy)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mingzhang

TEMPLATES = sorted(Path(mingzhang.__file__).parent.glob("**/templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "a script written in the page": r"<script(?![^>]*\bsrc=)[^>]*>",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "an htmx event attribute": r"\shx-on\b",
    "htmx code": r"hx-(vals|headers)\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\[",
    "a javascript address": r"javascript:",
    "something from elsewhere": r"(src|href|action)\s*=\s*[\"'](https?:)?//",
}


def bare(template: Path) -> str:
    """The template without comments and tags of Django, which no browser sees."""
    return re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: "/".join(one.parts[-2:]))
def test_a_template_brings_no_script_and_no_style(template: Path) -> None:
    page = bare(template)
    assert {what: re.findall(rule, page)[:3] for what, rule in FORBIDDEN.items() if re.search(rule, page)} == {}


@pytest.mark.parametrize(
    "line",
    [
        '<p style="color:red">', "<style>p{}</style>", "<script>alert(1)</script>", '<a onclick="x()">',
        '<b hx-on:click="x()">', "<b hx-vals='js:{a: 1}'>", '<a href="javascript:x()">',
        '<script src="https://cdn.example/x.js"></script>',
    ],
)  # fmt: skip
def test_the_rules_catch_what_they_are_for(line: str) -> None:
    assert any(re.search(rule, line) for rule in FORBIDDEN.values())


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30
