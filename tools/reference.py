"""Writes the pages of the documentation that are generated from the program: `python -m tools.reference`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import django

from mingzhang.cli.main import main
from mingzhang.core import language
from tools import draw_sample, flows, permissions

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "reference" / "command-line.md"
FLOWS = ROOT / "docs" / "reference" / "flows.md"
PERMISSIONS = ROOT / "docs" / "reference" / "permissions.md"
DRAW = ROOT / "docs" / "reference" / "draw-sample.json"
INTRODUCTION = """\
# 命令行 · Command line

本页由 `make docs` 根据程序生成，请勿手改。This page is written by `make docs`.

正常结束时退出码为 0；拒绝执行时说明原因和办法，退出码不为 0：
2 填写有误，3 没有权限，4 没有找到，5 当前状态不允许，6 存储的内容已损坏，7 佐证库满了，1 其他。
详见[拒绝和退出码](errors.md)。
"""


def pages() -> dict[Path, str]:
    """Every generated page and the text it should have."""
    commands = INTRODUCTION + "".join(_sections(main, "mingzhang", None))
    written = {COMMANDS: commands, FLOWS: flows.page(), PERMISSIONS: permissions.page()}
    return written | {DRAW: draw_sample.page()}


def stale() -> list[str]:
    """The pages whose text on disk is not the generated one."""
    return [
        str(page.relative_to(ROOT))
        for page, text in pages().items()
        if not page.exists() or page.read_text() != text
    ]


def _sections(command: click.Command, path: str, above: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=above, terminal_width=100)
    yield f"\n## `{path}`\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if part := command.get_command(context, name):
                yield from _sections(part, f"{path} {name}", context)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    language.use_catalogue("zh-hans")
    django.setup()
    for page, text in pages().items():
        page.write_text(text)
