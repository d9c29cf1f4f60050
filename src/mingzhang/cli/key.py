"""`mingzhang key`: the keys that sign checkpoints."""

from __future__ import annotations

import json

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mingzhang.audit import keys
from mingzhang.audit.models import SealedKey, SigningKey
from mingzhang.cli.migrate import check_migrated


@click.group(help=_("签检查点的密钥。"))
def key() -> None: ...


@key.command("list", help=_("列出密钥，从旧到新；最后一把在用。"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def list_(as_json: bool) -> None:
    check_migrated()
    in_use = set(SealedKey.objects.values_list("key_id", flat=True))
    rows = [_row(one, one.pk in in_use) for one in SigningKey.objects.select_related("previous").order_by("id")]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo(_("还没有密钥：签第一个检查点时生成。"))
    for row in rows:
        state = _("在用") if row["in_use"] else _("已换下")
        click.echo(f"{row['fingerprint']}　{row['algorithm']}　{row['made_at']}　{state}")


def _row(one: SigningKey, in_use: bool) -> dict[str, object]:
    return {
        "fingerprint": keys.fingerprint(one),
        "algorithm": one.algorithm,
        "public": bytes(one.public).hex(),
        "made_at": timezone.localtime(one.made_at).isoformat(timespec="seconds"),
        "previous": keys.fingerprint(one.previous) if one.previous else None,
        "in_use": in_use,
    }


@key.command(help=_("换一把新密钥：由现在这一把签名交接，然后销毁它的私钥。以前签的检查点仍然验得过。"))
@click.option("--lost", is_flag=True, help=_("现在这一把打不开了，也要换：新密钥没有人交接，核对时会写明"))
def rotate(lost: bool) -> None:
    check_migrated()
    made = keys.rotate(by="command", lost=lost)
    click.echo(_("新密钥 %(key)s，从现在起用它签名。") % {"key": keys.fingerprint(made)})
