"""Installing packs."""

from __future__ import annotations

from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock, digests
from mingzhang.core.errors import StateRefused
from mingzhang.packs.loader import load
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.schema import Pack

# Installing belongs to no book: its events stand in the installation's own log.
NO_BOOK = ""


def install(*, folder: Path, by: str) -> PackVersion:
    """Check the pack in `folder` and keep it as an installed version, with a lasting number for each of its kinds.
    A version that is there already with the same content is returned as it is. `by` names who does it.

    Raises PackInvalid with every fault, and StateRefused when the same version was installed with other content.
    """
    pack = load(folder)
    content = pack.content()
    digest = digests.digest(digests.canonical_json(content))
    with transaction.atomic():
        _one_at_a_time(pack.id)
        there = PackVersion.objects.filter(pack=pack.id, version=pack.version).first()
        if there:
            _check_same(there, digest)
            return there
        version = PackVersion.objects.create(
            pack=pack.id, version=pack.version, digest=digest, content=content, installed_at=clock.now()
        )
        _register_kinds(pack)
        append.event(
            book=NO_BOOK,
            actor=by,
            verb="pack.install",
            subject=f"pack:{pack.id}@{pack.version}",
            data={"digest": digests.show(digest)},
        )
    return version


def _one_at_a_time(pack: str) -> None:
    """Wait until no other transaction is installing the same pack."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mingzhang.packs/{pack}"])


def _check_same(there: PackVersion, digest: bytes) -> None:
    if bytes(there.digest) != digest:
        raise StateRefused(
            _("%(pack)s %(version)s已经装过，内容和这一份不同。") % {"pack": there.pack, "version": there.version},
            remedy=_("改过的体系包要换一个版本号。"),
        )


def _register_kinds(pack: Pack) -> None:
    codes = [line.code for line in pack.lines()]
    known = set(RecordKind.objects.filter(pack=pack.id, code__in=codes).values_list("code", flat=True))
    RecordKind.objects.bulk_create(RecordKind(pack=pack.id, code=code) for code in codes if code not in known)
