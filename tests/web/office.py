"""An office at work for the tests of pages: the cast with the builtin pack, talks and study in every state."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.files.base import File
from PIL import Image

from mingzhang.core.periods import Period
from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.queries import builtin_folder, pack_of
from mingzhang.reports import actions as reports
from mingzhang.reports.models import Report
from mingzhang.reports.prose import Block
from mingzhang.reports.queries import prose_of, version_of
from tests import cast as people
from tests.kept import Kept

PACK = "street-office"
PERIOD = "2026H1"
AT_STREET = f"?unit=QH&period={PERIOD}"
PASSWORD = "qing-he-jie-dao-2026"
TALK = {"topic": "用气安全", "audience": "communities", "speaker": "official", "people": 40}
STUDY = {"form": "group", "topic": "物业服务新规", "people": 26, "summary": "先讲后议。\n定了两件事。"}
PROBLEMS = {"problems": [{"category": "parking", "detail": "车位不够", "owner": "社区服务岗"}]}


@dataclass(frozen=True)
class Office:
    """What the tests of pages speak of. `talk` is posted, with evidence; `reversed` was posted and taken back."""

    cast: people.Cast
    pack_version: PackVersion
    talk: Record
    study: Record
    reversed: Record
    draft: Record
    submitted: Record
    returned: Record
    elsewhere: Record
    """Posted in the other street."""
    report: Report
    """A draft of a few words, with a number typed by hand and a remark beside it."""

    def post_talks(self, count: int, unit: Unit | None = None) -> list[Record]:
        """More talks, posted."""
        return [talk(self.cast, unit or self.cast.street, number) for number in range(count)]


def build() -> Office:
    """Writes the office. Call once in a database."""
    return _at_work(*_ground())


def kept() -> Office:
    """The office in a test's transaction, see `Kept`; most take the `office` fixture."""
    return _at_work(*_kept_ground())


def _ground() -> tuple[people.Cast, PackVersion]:
    """The cast, and the pack that is in force in both books."""
    pack_of.cache_clear()
    cast = people.build()
    version = install(folder=builtin_folder(PACK), by="tests")
    adopt(book=cast.book, pack_version=version, by=cast.admin)
    adopt(book=cast.other_book, pack_version=version, by=cast.other_admin)
    return cast, version


_kept_ground = Kept(_ground)


def mirror(office: Office) -> Office:
    """The same office in another book, see `tests.cast.mirror`."""
    cast = people.mirror(office.cast)
    adopt(book=cast.book, pack_version=office.pack_version, by=cast.admin)
    return _at_work(cast, office.pack_version)


def _at_work(cast: people.Cast, version: PackVersion) -> Office:
    return Office(
        cast=cast,
        pack_version=version,
        talk=talk(cast, cast.street, picture=True),
        study=_posted(_study(cast), cast),
        reversed=_reversed(talk(cast, cast.community, by=cast.lu), cast),
        draft=_draft("lecture", cast.street, TALK, cast.chen),
        submitted=actions.submit_record(record=_draft("lecture", cast.street, TALK, cast.chen), by=cast.chen),
        returned=_returned(cast),
        elsewhere=_elsewhere(cast),
        report=_report(cast, version),
    )


def talk(
    cast: people.Cast, unit: Unit, number: int = 0, *, by: Person | None = None, picture: bool = False
) -> Record:
    """A posted talk."""
    day = date(2026, 1 + number % 6, 1 + number % 28)
    author = by or cast.chen
    draft = _draft("lecture", unit, {**TALK, "people": 40 + number}, author, day=day)
    if picture:
        actions.attach_evidence(record=draft, file=_picture(), name="讲堂现场.jpg", by=author)
    return _posted(draft, cast)


def _draft(
    kind: str, unit: Unit, data: dict[str, Any], by: Person, *, day: date = date(2026, 5, 20), rows: Any = None
) -> Record:
    code = RecordKind.objects.get(pack=PACK, code=kind)
    return actions.add_record(kind=code, unit=unit, occurred_on=day, data=data, rows=rows or {}, by=by)


def _study(cast: people.Cast) -> Record:
    return _draft("study", cast.street, STUDY, cast.chen, rows=PROBLEMS)


def _posted(draft: Record, cast: people.Cast) -> Record:
    submitted = actions.submit_record(record=draft, by=draft.created_by)
    accepted = actions.review_record(record=submitted, passed=True, by=cast.he)
    actions.post_record(record=accepted, by=cast.he)
    accepted.refresh_from_db()
    return accepted


def _reversed(record: Record, cast: people.Cast) -> Record:
    actions.reverse_record(record=record, reason="人数记错了", by=cast.he)
    record.refresh_from_db()
    return record


def _returned(cast: people.Cast) -> Record:
    draft = _draft("lecture", cast.street, TALK, cast.chen)
    submitted = actions.submit_record(record=draft, by=cast.chen)
    return actions.review_record(record=submitted, passed=False, note="人数和签到表对不上。", by=cast.he)


def _elsewhere(cast: people.Cast) -> Record:
    draft = _draft("lecture", cast.other_street, {**TALK, "topic": "外街的事"}, cast.outsider)
    submitted = actions.submit_record(record=draft, by=cast.outsider)
    name = f"gu-{cast.book.code}".lower()
    reviewer = people.seat(cast.other_street, name, "顾外审", "审核岗", ["reviewer"], cast.admin)
    accepted = actions.review_record(record=submitted, passed=True, by=reviewer)
    actions.post_record(record=accepted, by=reviewer)
    return accepted


def _report(cast: people.Cast, version: PackVersion) -> Report:
    template, period = pack_of(version.pk).report("half-year"), Period.parse("2024H1")
    made = reports.create_report(
        pack_version=version, template=template, unit=cast.street, period=period, by=cast.chen
    )
    words = prose_of(version_of(made))
    few = replace(words, blocks=(Block("b1", "paragraph", ("宣讲{figure: lectures}场，慰问37人。",)),))
    made = reports.edit_report(report=made, prose=few, seen=made.version, by=cast.chen)
    reports.comment(report=made, block="b1", text="37人从哪儿来？", by=cast.he)
    return made


def _picture() -> File[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    out.seek(0)
    return File(out)
