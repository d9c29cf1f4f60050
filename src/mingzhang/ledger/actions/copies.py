"""What people are typing, kept for them until it is written down. No record changes, so none of it is audited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import rules
from mingzhang.ledger.models import Record, WorkingCopy
from mingzhang.organisation.models import Person
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can_somewhere

Entries: TypeAlias = "Sequence[Sequence[str]]"

# Copies of new sheets that one person may have at once; the oldest give way.
MOST_COPIES = 40
LARGEST = 4_000_000


@transaction.atomic
def keep_copy(*, subject: str, record: Record | None, entries: Entries, based_on: int, by: Person) -> WorkingCopy:
    """Keep what `by` has typed into `record`, or into a new sheet called `subject`, in place of what was kept
    before. Raises NotAllowed, StateRefused, InvalidInput when it is beyond all measure."""
    _check_may_write(record, by)
    if len(json.dumps(entries, ensure_ascii=False)) > LARGEST:
        raise InvalidInput(_("这张表太大，没有自动保存。"), remedy=_("请先放着，或者分成几张。"))
    now = clock.now()
    kept = {"entries": entries, "based_on": based_on, "saved_at": now, "seen_at": now, "record": record}
    copy, _made = WorkingCopy.objects.update_or_create(person=by, subject=subject, defaults=kept)
    _drop_oldest(by)
    return copy


@transaction.atomic
def see(*, record: Record, by: Person) -> None:
    """Note that `by` has the sheet open to write in. Raises NotAllowed, StateRefused."""
    _check_may_write(record, by)
    WorkingCopy.objects.update_or_create(
        person=by,
        subject=record.ref,
        defaults={"seen_at": clock.now()},
        create_defaults={"seen_at": clock.now(), "record": record, "based_on": record.version},
    )


@transaction.atomic
def drop_copy(*, subject: str, by: Person) -> None:
    """Forget what was typed: it was written down, or is not wanted."""
    WorkingCopy.objects.filter(person=by, subject=subject).delete()


def _check_may_write(record: Record | None, by: Person) -> None:
    if record is None:
        check_can_somewhere(by, Permission.RECORD_ADD)
    else:
        rules.check_user_can_edit(by, record)


def _drop_oldest(by: Person) -> None:
    kept = WorkingCopy.objects.filter(person=by).order_by("-seen_at", "-id")
    WorkingCopy.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[MOST_COPIES:])).delete()
