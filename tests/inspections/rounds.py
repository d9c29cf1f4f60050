"""The world of `world` with a pack of one checklist, and rounds of it; and a phone that speaks the protocol."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import File
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from mingzhang.core import clock
from mingzhang.inspections import actions, rounds_query
from mingzhang.inspections.models import Round
from mingzhang.inspections.operations import Sent
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from tests import cast as people
from tests.inspections import world as worlds
from tests.kept import Kept

PACK = Path(__file__).parent / "pack"
RIGHT = {"posted": "yes", "speed": "fast", "waiting": "3", "hardest": "没有"}


@dataclass(frozen=True)
class RoundsWorld(worlds.World):
    """`feng` and `song` inspect together; `lu` and `gu` are clerks of the first community."""

    pack: PackVersion
    gu: Person

    def under_way(self, **changes: object) -> list[Round]:
        """An inspection has started: three units were drawn, with two inspectors each."""
        inspection = self.approved(checklist=(self.pack, "point"), **changes)
        draw = self.settled(actions.begin_draw(inspection=inspection, by=self.feng), per_object=2)
        self.drawn(self.committed(self.published(draw)))
        started = actions.start_inspection(inspection=inspection, by=self.wei)
        return list(Round.objects.filter(inspection=started).order_by("number"))

    def visit(self) -> Round:
        """One of its rounds."""
        return self.under_way()[0]

    def self_check(self, by: Person | None = None) -> Round:
        return actions.start_self_check(
            unit=self.cast.community, pack=self.pack, checklist="point", by=by or self.cast.lu
        )

    def finished(self, round: Round, by: Person | None = None, **answers: str) -> Round:
        """Gone through by one person, with `answers` beside the right ones."""
        phone = Phone(by or self.feng).look(round)
        for item, value in (RIGHT | answers).items():
            phone.answer(round, item, value)
        phone.do(round, "finish")
        return again(round)


def build() -> RoundsWorld:
    world = worlds.build()
    pack = install(folder=PACK, by="tests")
    adopt(book=world.cast.book, pack_version=pack, by=world.cast.admin)
    gu = people.seat(world.cast.community, "gu", "顾网格", "网格员", ["clerk"], world.cast.admin)
    return RoundsWorld(world.cast, world.feng, world.song, world.li, pack, gu)


kept = Kept(build)


def again(round: Round) -> Round:
    """The round as it stands."""
    found: Round = Round.objects.select_related(*rounds_query.READ_ALONG).get(pk=round.pk)
    return found


def sent(do: str, op: UUID | None = None, **said: object) -> Sent:
    """An operation as a phone sends it."""
    return Sent(op or uuid4(), do, clock.now(), said)


@dataclass
class Phone:
    """Somebody's device: it remembers which answer to an item it has seen, as the protocol has it."""

    person: Person
    seen: dict[str, UUID] = field(default_factory=dict)
    sending: UUID = field(default_factory=uuid4)

    def online(self) -> Phone:
        """From now on what it sends arrives together anew."""
        return replace(self, sending=uuid4())

    def look(self, round: Round) -> Phone:
        """It has been told what stands."""
        heads = rounds_query.reading_of(round).heads
        return replace(self, seen={item: said[-1].op for item, said in heads.items()}, sending=uuid4())

    def answer(self, round: Round, item: str, value: str, note: str = "") -> UUID:
        before = self.seen.get(item)
        op = self.do(round, "answer", item=item, value=value, note=note, before=str(before) if before else None)
        self.seen[item] = op
        return op

    def do(self, round: Round, do: str, **said: object) -> UUID:
        made = sent(do, **said)
        self.take(round, made)
        return made.op

    def take(self, round: Round, made: Sent) -> Round:
        return actions.take_operation(round=round, sent=made, sending=self.sending, device=None, by=self.person)

    def photo(self, round: Round, item: str = "", colour: str = "teal") -> UUID:
        made = sent("photo", item=item)
        actions.take_photo(
            round=round, sent=made, sending=self.sending, device=None, file=File(picture(colour)), name="现场.jpg",
            by=self.person,
        )  # fmt: skip
        return made.op


def picture(colour: str = "teal") -> io.BytesIO:
    """The bytes of a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    out.seek(0)
    return out


# --- over HTTP ----------------------------------------------------------------------------------------------------


def client_of(person: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def told(response: HttpResponse) -> Any:
    return json.loads(response.content)


def operation(do: str, op: UUID | None = None, **said: object) -> dict[str, object]:
    return {"op": str(op or uuid4()), "do": do, "at": "2026-07-08T09:12:00+08:00", **said}


def sync(client: Client, round: Round, person: Person, *ops: object, **headers: str) -> HttpResponse:
    said = {"person": str(person.pk), "device": str(uuid4()), "ops": list(ops)}
    address = reverse("inspections:sync", args=(round.number,))
    return client.post(address, json.dumps(said), content_type="application/json", headers=headers)


def send_photo(client: Client, round: Round, person: Person, **changes: Any) -> HttpResponse:
    said = {
        "person": str(person.pk), "op": str(uuid4()), "item": "posted", "at": "2026-07-08T09:12:00+08:00",
        "file": named(picture()),
    }  # fmt: skip
    return client.post(reverse("inspections:photo", args=(round.number,)), said | changes)


def named(content: io.BytesIO, name: str = "现场.jpg") -> io.BytesIO:
    content.name = name  # type: ignore[attr-defined]
    return content
