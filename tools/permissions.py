"""The page of roles and what they may do, written from the code; `tools/reference.py` writes it."""

from __future__ import annotations

from django.utils import translation

from mingzhang.organisation.roles import PERMISSION_NAMES, ROLE_NAMES, ROLES, Permission

HEAD = """\
# 角色和权限

本页由 `make docs` 根据程序生成，请勿手改。

角色跟着岗位，人通过任职得到岗位的角色。角色在岗位所在的单位和它下面的全部单位有效；代理的人在代理期间有同样的角色。
一个岗位可以有几个角色。审核还要求换人，见[审核为什么要换人](../explanation/review-separation.md)。
"""


def page() -> str:
    """The whole page, in Chinese: a row for each permission, a column for each role."""
    with translation.override("zh-hans"):
        names = [f"{name} `{role}`" for role, name in ROLE_NAMES.items()]
        head = [_row(["权限", *names]), _row(["---"] * (len(names) + 1))]
        return "\n".join([HEAD, *head, *(_permission(one) for one in Permission), ""])


def _permission(permission: Permission) -> str:
    held = ["✓" if permission in ROLES[role] else "" for role in ROLE_NAMES]
    return _row([f"{PERMISSION_NAMES[permission]} `{permission}`", *held])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
