"""What is installed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.loader import HEAD_FILE, load
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.schema import Pack

BUILTIN = Path(__file__).parent / "builtin"


@lru_cache(maxsize=256)
def pack_of(version_id: int) -> Pack:
    """The pack that was installed as `version_id`. Kept in the process, since a version never changes.
    Raises NotFound."""
    content = PackVersion.objects.filter(pk=version_id).values_list("content", flat=True).first()
    if content is None:
        raise NotFound(_("没有编号为%(id)s的体系包版本。") % {"id": version_id})
    return Pack.from_content(content)


def kind_ids(pack: Pack) -> dict[str, int]:
    """The lasting number of each kind of entry of `pack`: `visit`, `visit.problems` → `RecordKind.id`."""
    codes = [line.code for line in pack.lines()]
    return dict(RecordKind.objects.filter(pack=pack.id, code__in=codes).values_list("code", "id"))


def installed() -> QuerySet[PackVersion]:
    """Every installed version without its content, by pack, the newest first."""
    return PackVersion.objects.defer("content").order_by("pack", "-installed_at", "-id")


def builtin_ids() -> list[str]:
    """The packs that come with Mingzhang."""
    return sorted(head.parent.name for head in BUILTIN.glob(f"*/{HEAD_FILE}"))


def builtin_folder(id: str) -> Path:
    """Where the builtin pack `id` is. Raises NotFound."""
    if id not in builtin_ids():
        wrong = _("没有自带的体系包“%(id)s”。") % {"id": id[:60]}
        raise NotFound(wrong, remedy=suggestion(id[:60], builtin_ids()))
    return BUILTIN / id


@lru_cache(maxsize=8)
def builtin_pack(id: str) -> Pack:
    """The builtin pack `id` as it comes with this version of Mingzhang. Raises NotFound."""
    return load(builtin_folder(id))
