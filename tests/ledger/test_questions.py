"""What is asked about pictures: used before, like another, taken on another day; and who is shown what."""

from __future__ import annotations

import io
import random
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import File
from django.db import connection
from PIL import Image, ImageEnhance

from mingzhang.core.errors import NotAllowed, StateRefused
from mingzhang.ledger import actions
from mingzhang.ledger.evidence import display_image
from mingzhang.ledger.likeness import NEAR, bands, likeness
from mingzhang.ledger.models import EvidenceImage, Record, RecordEvidence
from mingzhang.ledger.queries import questions_of
from mingzhang.organisation.actions import adopt
from tests.ledger.world import World

CHINA = ZoneInfo("Asia/Shanghai")
LATER = date(2026, 5, 28)
_EXIF_IFD, _TAKEN, _GPS = 0x8769, 0x9003, 0x8825


def scene(seed: int, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """A made-up photograph: light and shade in large patches, with some grain."""
    chance = random.Random(seed)
    small = Image.new("RGB", (7, 6))
    small.putdata([(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(42)])
    return small.resize(size, Image.Resampling.BICUBIC)


def saved(
    image: Image.Image, form: str = "JPEG", *, taken: str = "", gps: bool = False, quality: int = 90
) -> File[bytes]:
    out, exif = io.BytesIO(), Image.Exif()
    if taken:
        exif.get_ifd(_EXIF_IFD)[_TAKEN] = taken
    if gps:
        exif.get_ifd(_GPS)[2] = (30.0, 15.0, 0.0)
    if form == "JPEG":
        image.save(out, form, exif=exif, quality=quality)
    else:
        image.save(out, form)
    out.seek(0)
    return File(out)


def attach(world: World, record: Record, file: File[bytes], name: str = "现场.jpg") -> RecordEvidence:
    return actions.attach_evidence(record=record, file=file, name=name, by=world.cast.chen)


def asked(world: World, record: Record) -> list[str]:
    return [question.what for question in questions_of(record, world.cast.he)]


@pytest.mark.parametrize(
    "changed",
    [
        lambda image: saved(image, quality=35),
        lambda image: saved(image.resize((640, 480))),
        lambda image: saved(image.resize((333, 250)), "WEBP"),
        lambda image: saved(ImageEnhance.Brightness(image).enhance(1.15)),
        lambda image: saved(image, "PNG"),
    ],
    ids=["pressed", "smaller", "webp", "brighter", "png"],
)
def test_the_same_picture_encoded_anew_is_found(world: World, changed: object) -> None:
    attach(world, world.draft(), saved(scene(1)))
    later = world.draft(day=LATER)
    name = {"WEBP": "b.webp", "PNG": "b.png"}
    file = changed(scene(1))  # type: ignore[operator]
    form = Image.open(file).format or ""
    file.seek(0)
    attach(world, later, file, name.get(form, "b.jpg"))
    assert asked(world, later) == ["near"]


def test_the_picture_that_pages_show_is_found_when_it_is_given_in_again(world: World) -> None:
    use = attach(world, world.draft(), saved(scene(1)))
    later = world.draft(day=LATER)
    attach(world, later, File(io.BytesIO(display_image(use.evidence))))
    assert asked(world, later) == ["near"]


def test_other_pictures_are_not_asked_about(world: World) -> None:
    first = world.draft()
    for seed in range(8):
        attach(world, first, saved(scene(seed, (400, 300))), f"{seed}.jpg")
    later = world.draft(day=LATER)
    for seed in range(100, 108):
        attach(world, later, saved(scene(seed, (400, 300))), f"{seed}.jpg")
    assert asked(world, later) == []


def test_blank_pages_are_not_taken_for_one_another(world: World) -> None:
    attach(world, world.draft(), saved(Image.new("RGB", (400, 300), "white")))
    later = world.draft(day=LATER)
    attach(world, later, saved(Image.new("RGB", (410, 300), "white")))
    assert asked(world, later) == []


def test_the_same_bytes_for_another_event_are_asked_about_whatever_they_are(world: World) -> None:
    use = attach(world, world.draft(), File(io.BytesIO("签到表".encode())), "签到.txt")
    later = world.draft(day=LATER)
    attach(world, later, File(io.BytesIO("签到表".encode())), "签到.txt")
    [question] = questions_of(later, world.cast.he)
    assert (question.what, question.other, question.nth) == ("same", use, 1)


def test_two_sheets_of_one_event_may_share_a_picture(world: World) -> None:
    attach(world, world.draft(), saved(scene(1)))
    same_day = world.draft()
    attach(world, same_day, saved(scene(1)))
    assert asked(world, same_day) == []


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ("2026:05:20 15:12:00", []),
        ("2026:05:19 08:00:00", []),
        ("2026:05:21 23:59:59", []),
        ("2026:05:18 23:59:59", ["date"]),
        ("2025:05:20 15:12:00", ["date"]),
        ("2026:05:22 00:00:01", ["date"]),
        ("0000:00:00 00:00:00", []),
        ("昨天", []),
    ],
)
def test_a_picture_taken_on_another_day_is_asked_about(world: World, taken: str, expected: list[str]) -> None:
    record = world.draft()
    attach(world, record, saved(scene(1), taken=taken.encode("utf-8").decode("latin-1")))
    assert asked(world, record) == expected


def test_no_place_is_kept(world: World) -> None:
    attach(world, world.draft(), saved(scene(1), taken="2026:05:20 15:12:00", gps=True))
    image = EvidenceImage.objects.get()
    assert {field.name for field in EvidenceImage._meta.get_fields()} == {"evidence", "hash", "bands", "taken_at"}
    assert image.taken_at is not None


def test_the_other_picture_is_shown_only_to_those_who_may_see_it(world: World) -> None:
    attach(world, world.draft(), saved(scene(1)))
    below = world.draft("visit", unit=world.cast.community, by=world.cast.lu, day=LATER)
    actions.attach_evidence(record=below, file=saved(scene(1), quality=50), name="b.jpg", by=world.cast.lu)
    [seen], [hidden], [nobody] = (questions_of(below, who) for who in (world.cast.he, world.cast.lu, None))
    assert seen.other is not None
    assert hidden.other is nobody.other is None
    assert hidden.what == "near"


def test_pictures_of_another_book_are_not_compared(world: World) -> None:
    attach(world, world.draft(), saved(scene(1)))
    adopt(book=world.cast.other_book, pack_version=world.draft().pack_version, by=world.cast.other_admin)
    there = world.draft("study", unit=world.cast.other_county, by=world.cast.stranger, day=LATER)
    actions.attach_evidence(record=there, file=saved(scene(1), quality=50), name="b.jpg", by=world.cast.stranger)
    assert questions_of(there, world.cast.stranger) == []


def test_the_clerk_answers_in_a_sentence_and_only_while_the_sheet_is_theirs_to_write(world: World) -> None:
    attach(world, world.draft(), saved(scene(1)))
    later = world.draft(day=LATER)
    use = attach(world, later, saved(scene(1), quality=50))
    actions.answer_questions(record=later, evidence=use.evidence, answer="同一面墙，新换的一期", by=world.cast.chen)
    assert [question.answer for question in questions_of(later, world.cast.he)] == ["同一面墙，新换的一期"]
    with pytest.raises(NotAllowed):
        actions.answer_questions(record=later, evidence=use.evidence, answer="改", by=world.cast.he)
    actions.submit_record(record=later, by=world.cast.chen)
    with pytest.raises(StateRefused):
        actions.answer_questions(record=later, evidence=use.evidence, answer="改", by=world.cast.chen)


def test_any_two_hashes_that_are_near_share_a_key() -> None:
    chance = random.Random(7)
    for _ in range(300):
        one = chance.getrandbits(64)
        other = one
        for bit in chance.sample(range(64), NEAR):
            other ^= 1 << bit
        near = {band ^ (1 << bit) for band in bands(one) for bit in range(16)} | set(bands(one))
        assert not bands(one) or not bands(other) or near & set(bands(other))


def test_the_search_goes_by_the_index(world: World) -> None:
    attach(world, world.draft(), saved(scene(1)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM ledger_evidenceimage WHERE bands && ARRAY[1, 2]")
        assert "evidence_image_bands" in str(cursor.fetchall())


def test_a_picture_on_its_side_is_the_same_picture() -> None:
    upright, turned = scene(3), scene(3).transpose(Image.Transpose.ROTATE_90)
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    turned.save(out, "JPEG", exif=exif)
    out.seek(0)
    one, other = likeness(saved(upright).file, CHINA), likeness(out, CHINA)
    assert one is not None
    assert other is not None
    assert (one.hash ^ other.hash).bit_count() <= NEAR
