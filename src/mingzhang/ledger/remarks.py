"""What reviewers say about places on a sheet: `title`, `occurred_on`, `evidence`, `data.people`, `rows.problems`,
`rows.problems.2` and `rows.problems.2.owner` (rows by number from 0, as everywhere)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger.contents import clean_note
from mingzhang.ledger.models import Record, Review, SendBack
from mingzhang.packs.schema import Kind, Table
from mingzhang.packs.wording import language

MOST_REMARKS = 30
# Beyond, a reviewer names the table and says which row: a list to choose from must stay short.
ROWS_NAMED = 40


@dataclass(frozen=True)
class Spot:
    """A place on a sheet that a remark can be tied to. `group` is the table that it is in."""

    path: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class Remark:
    """One remark, by whom and when. `earlier` says that it was made about the submission before."""

    text: str
    by: str
    at: datetime
    earlier: bool = False


def spots_of(record: Record, kind: Kind) -> list[Spot]:
    """Every place on the sheet, in its order."""
    spots = [Spot("title", _("标题")), Spot("occurred_on", _("发生日期"))]
    spots += [Spot(f"data.{field.id}", field.name.text(language())) for field in kind.fields]
    for table in kind.tables:
        spots += _table_spots(table, len(record.rows.get(table.id, ())))
    return [*spots, Spot("evidence", _("佐证"))]


def _table_spots(table: Table, rows: int) -> Iterator[Spot]:
    name, path = table.name.text(language()), f"rows.{table.id}"
    yield Spot(path, _("整张表"), name)
    for number in range(min(rows, ROWS_NAMED)):
        row = _("第%(row)s行") % {"row": number + 1}
        yield Spot(f"{path}.{number}", row, name)
        for field in table.fields:
            cell = _("%(row)s，%(field)s") % {"row": row, "field": field.name.text(language())}
            yield Spot(f"{path}.{number}.{field.id}", cell, name)


def spot_in(table: Table, path: str) -> str:
    """What a path within a table is called: 第3行，责任人. Empty for the table itself."""
    _rows, _table, *steps = path.split(".")
    names = [_("第%(row)s行") % {"row": int(steps[0]) + 1}] if steps else []
    names += [table.by_id[own].name.text(language()) for own in steps[1:] if own in table.by_id]
    return _("，").join(names)


def spot_name(record: Record, kind: Kind, path: str) -> str:
    """What a path is called: 问题，第3行，责任人. A place that is no longer there keeps its path."""
    spots = {spot.path: _("，").join(filter(None, (spot.group, spot.name))) for spot in spots_of(record, kind)}
    return spots.get(path, path)


def clean_remarks(record: Record, kind: Kind, remarks: Mapping[str, str]) -> dict[str, str]:
    """The remarks as they are kept; empty ones are dropped. Raises InvalidInput for a place that the sheet does
    not have, and for too many."""
    cleaned = {path: clean_note(text, _("审核意见")) for path, text in remarks.items()}
    kept = {path: text for path, text in cleaned.items() if text}
    unknown = [path for path in kept if not _is_on(record, kind, path)]
    if unknown:
        problems = {path[:80]: [_("这张记录单没有这一处")] for path in unknown[:MOST_REMARKS]}
        raise InvalidInput(
            _("有审核意见指的地方不在这张记录单上。"), problems=problems, remedy=_("请重选要改的地方。")
        )
    if len(kept) > MOST_REMARKS:
        raise InvalidInput(_("一次最多写%(most)s处意见。") % {"most": MOST_REMARKS}, remedy=_("请合并成几条。"))
    return kept


def _is_on(record: Record, kind: Kind, path: str) -> bool:
    first, *rest = path.split(".")
    if not rest:
        return first in ("title", "occurred_on", "evidence")
    if first == "data":
        return len(rest) == 1 and rest[0] in kind.by_id
    return first == "rows" and _is_in_table(record, kind, rest)


def _is_in_table(record: Record, kind: Kind, steps: Sequence[str]) -> bool:
    table, rest = kind.tables_by_id.get(steps[0]), steps[1:]
    if table is None or len(rest) > 2:
        return False
    rows = len(record.rows.get(table.id, ()))
    if rest and not (rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 5 and int(rest[0]) < rows):
        return False
    return len(rest) < 2 or rest[1] in table.by_id


def remarks_of(record: Record) -> dict[str, list[Remark]]:
    """What is said about each place, by path: what the reviewers of the present submission said, and, while a sheet
    that came back is under review again, what it came back for. Empty once it is posted. Two queries."""
    if record.state in ("posted", "reversed") or not record.cycle:
        return {}
    since = record.cycle if record.state == "returned" else record.cycle - 1
    said: dict[str, list[Remark]] = defaultdict(list)
    for review in sorted(_reasons(record, since), key=lambda reason: reason.at):
        person = review.reviewer if isinstance(review, Review) else review.by
        for path, text in review.remarks.items():
            said[path].append(Remark(text, person.name, review.at, review.cycle < record.cycle))
    return dict(said)


def _reasons(record: Record, since: int) -> Iterator[Review | SendBack]:
    yield from Review.objects.filter(record=record, cycle__gte=since).select_related("reviewer")
    yield from SendBack.objects.filter(record=record, cycle__gte=since).select_related("by")
