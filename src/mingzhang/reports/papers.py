"""A kept report on paper: every number a link, typed numbers told apart, and while it is written the means to write
it beside each block."""

from __future__ import annotations

from collections import defaultdict

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from mingzhang.reports.document import Typed
from mingzhang.reports.models import Comment
from mingzhang.reports.presenting import Kept
from mingzhang.reports.writers.html import Dress, Link, write

# What a seal says is part of the document, whatever language the page is read in.
SIGNED_SEAL, WITHDRAWN_SEAL = "已签", "撤回"


def paper_of(shown: Kept, token: str) -> SafeString:
    """The report as an HTML fragment; `token` is what its forms show against forgery."""
    if shown.signed:
        marks = shown.restated.marks if shown.restated else frozenset()
        dress = Dress(_link(shown), restated=marks, typed=_cited, seal=_seal(shown))
        return mark_safe(write(shown.document, dress))  # noqa: S308 - write escapes
    margin = _Margin(shown, token)
    dress = Dress(_link(shown), around=margin.around, typed=lambda typed: shown.address("typed", typed.ordinal))
    return mark_safe(write(shown.document, dress))  # noqa: S308 - write escapes, and so do templates


def _link(shown: Kept) -> Link:
    return lambda number: shown.address("report_number", number.mark)


def _cited(typed: Typed) -> str:
    return f"#y-{typed.ordinal}"


def _seal(shown: Kept) -> str:
    return WITHDRAWN_SEAL if shown.report.state == "withdrawn" else SIGNED_SEAL


class _Margin:
    """What stands beside each block while the report is not signed."""

    def __init__(self, shown: Kept, token: str) -> None:
        self.shown, self.token = shown, token
        self.blocks = shown.made.prose.blocks
        self.comments: dict[str, list[Comment]] = defaultdict(list)
        for comment in shown.comments:
            self.comments[comment.block].append(comment)

    def around(self, index: int, html: str) -> str:
        block = self.blocks[index]
        if not (self.shown.editable or self.shown.commentable or self.comments[block.id]):
            return f'<div class="blk" id="blk-{block.id}">{html}</div>'
        context = {
            "kept": self.shown,
            "csrf_token": self.token,
            "block": block,
            "html": mark_safe(html),  # noqa: S308 - made by the writer, which escapes
            "comments": self.comments[block.id],
            "edit_address": self.shown.address("block", block.id) if self.shown.editable else "",
        }
        return render_to_string("reports/block.html", context)
