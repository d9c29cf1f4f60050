"""What findings.yaml may not say although each of its parts is well formed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.finding_schema import FindingRows, Findings, Rows, Sorting
from mingzhang.packs.kind_checks import Known, repeated
from mingzhang.packs.schema import Kind, Table

SPAWNS = {"finding": "rows", "task": "matters"}


def finding_faults(findings: Findings, place: Place, known: Known) -> Iterator[Fault]:
    """Everything wrong with findings.yaml. Kinds that could not be read are let pass."""
    for part in ("categories", "severities", "suspensions"):
        yield from repeated([one.id for one in getattr(findings, part)], place.inside(part))
    if findings.otherwise is not None and findings.otherwise not in findings.categories_by_id:
        yield _unknown(findings.otherwise, findings.categories_by_id, place.inside("otherwise"))
    for number, severity in enumerate(findings.severities):
        after = severity.follow_up
        if after and (after.days is None) == (after.months is None):
            wrong = _("回头看要写明几个工作日或几个月以后")
            yield place.fault(
                "severities", number, "follow_up", wrong=wrong, right=_("days 和 months 写一个，只写一个")
            )
    for spawns, part in SPAWNS.items():
        lines: Sequence[Rows] = getattr(findings, part)
        yield from _twice(lines, place.inside(part))
        for number, line in enumerate(lines):
            yield from _line_faults(line, spawns, place.inside(part, number), known, findings)
        yield from _missing(lines, spawns, place, known)


def _twice(lines: Sequence[Rows], place: Place) -> Iterator[Fault]:
    tables = [line.table for line in lines]
    for number, table in enumerate(tables):
        if table in tables[:number]:
            wrong = _("表“%(table)s”写了两次") % {"table": table}
            yield place.fault(number, "table", wrong=wrong, right=_("去掉一个"))


def _missing(lines: Sequence[Rows], spawns: str, place: Place, known: Known) -> Iterator[Fault]:
    """A table that says that its rows become something, and nothing says how."""
    told = {line.table for line in lines}
    for kind in known.kinds.values():
        for table in kind.tables:
            if table.spawns == spawns and f"{kind.id}.{table.id}" not in told:
                wrong = _("表“%(table)s”写了 spawns: %(spawns)s，这里没有写它的行怎样变过来") % {
                    "table": f"{kind.id}.{table.id}", "spawns": spawns,
                }  # fmt: skip
                yield place.fault(wrong=wrong, right=_("在 %(part)s 里添一项") % {"part": SPAWNS[spawns]})


def _line_faults(line: Rows, spawns: str, place: Place, known: Known, findings: Findings) -> Iterator[Fault]:
    kind_id, _dot, table_id = line.table.partition(".")
    if kind_id in known.broken:
        return
    table = _table(known.kinds, kind_id, table_id)
    if table is None or table.spawns != spawns:
        tables = [f"{kind.id}.{one.id}" for kind in known.kinds.values() for one in kind.tables]
        wrong = _("没有写了 spawns: %(spawns)s 的表“%(table)s”") % {"spawns": spawns, "table": line.table}
        yield place.fault("table", wrong=wrong, right=suggestion(line.table, tables))
        return
    yield from _field_faults(line, table, place)
    if isinstance(line, FindingRows):
        yield from _sorting_faults(line.category, findings.categories_by_id, table, place.inside("category"))
        yield from _sorting_faults(line.severity, findings.severities_by_id, table, place.inside("severity"))


def _table(kinds: Mapping[str, Kind], kind: str, table: str) -> Table | None:
    return kinds[kind].tables_by_id.get(table) if kind in kinds else None


TYPES: Mapping[str, frozenset[str]] = {
    "words": frozenset({"text", "long_text"}),
    "unit": frozenset({"unit"}),
    "post": frozenset({"text"}),
    "due": frozenset({"date"}),
    "done": frozenset({"date", "boolean"}),
}


def _field_faults(line: Rows, table: Table, place: Place) -> Iterator[Fault]:
    for name, types in TYPES.items():
        field = getattr(line, name, None)
        if field is not None:
            yield from _named_faults(field, types, table, place, name)


def _named_faults(field: str, types: Collection[str], table: Table, place: Place, name: str) -> Iterator[Fault]:
    if field not in table.by_id:
        wrong = _("表里没有字段“%(name)s”") % {"name": field}
        yield place.fault(name, wrong=wrong, right=suggestion(field, table.by_id))
    elif table.by_id[field].type not in types:
        wrong = _("字段“%(name)s”的类型不对") % {"name": field}
        yield place.fault(name, wrong=wrong, right=_("要 %(types)s") % {"types": "、".join(sorted(types))})


def _sorting_faults(sorting: Sorting, known: Collection[str], table: Table, place: Place) -> Iterator[Fault]:
    for path, id in [(("otherwise",), sorting.otherwise), *_answered(sorting)]:
        if id not in known:
            yield _unknown(id, known, place.inside(*path))
    if sorting.field is not None:
        yield from _named_faults(sorting.field, {"choice"}, table, place, "field")
    elif sorting.answers:
        yield place.fault("answers", wrong=_("没有写看哪个字段"), right=_("写明 field"))
    options = table.by_id[sorting.field].option_names if sorting.field in table.by_id else None
    for answer in sorting.answers:
        if options is not None and answer not in options:
            wrong = _("没有选项“%(id)s”") % {"id": answer}
            yield place.key_fault("answers", answer, wrong=wrong, right=suggestion(answer, options))


def _unknown(id: str, known: Collection[str], place: Place) -> Fault:
    return place.fault(wrong=_("没有“%(id)s”") % {"id": id}, right=suggestion(id, known))


def _answered(sorting: Sorting) -> list[tuple[tuple[str, ...], str]]:
    return [(("answers", answer), id) for answer, id in sorting.answers.items()]
