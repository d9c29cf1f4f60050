"""What a pack may say about duties, and how it is told what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingzhang.organisation.roles import ROLES
from mingzhang.packs import loader
from mingzhang.packs.duty_schema import DUTY_ROLES
from mingzhang.packs.faults import PackInvalid
from tests.duties.world import PACK

GOOD = (PACK / "duties" / "all.yaml").read_text("utf-8")


def faults_with(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the pack with one thing written otherwise, as `line: wrong`."""
    assert old in GOOD
    for path in PACK.rglob("*.yaml"):
        target = folder / path.relative_to(PACK)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8")
        target.write_text(text.replace(old, new, 1) if path.name == "all.yaml" else text, "utf-8")
    with pytest.raises(PackInvalid) as refused:
        loader.load(folder)
    return [f"{fault.line}: {fault.wrong}" for fault in refused.value.faults]


def test_duties_are_read_with_their_days() -> None:
    pack = loader.load(PACK)
    monthly, quarterly, yearly = pack.duties
    assert (monthly.closing, quarterly.closing, yearly.closing) == ("record", "records", "sign_off")
    assert monthly.days == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert (quarterly.roll, quarterly.count) == ("back", 3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("levels: [street, community]", "levels: [street, village]", "5: pack.yaml 里没有层级“village”"),
        ("fulfilled_by: check", "fulfilled_by: chek", "8: 没有记录单“chek”"),
        ("  every: month\n", "", "1: 要写明多久一次，或在什么之后"),
        ("every: month", "every: month\n  after: {kind: check, within: 5}", "1: 要写明多久一次，或在什么之后"),
        ("BYMONTHDAY=-1\n  roll", "BYMONTHDAY=32\n  roll", "16: 周期"),
        ("every: year", "every: year\n  count: 2", "27: 没有写由哪种记录单完成，不能写次数"),
        ("every: year", "every: year\n  parent: nothing", "27: 没有责任事项“nothing”"),
        ("every: year", "every: year\n  parent: yearly_review", "27: 责任事项一级级往上，又回到了自己"),
        ("every: year", "every: year\n  answers: {head: boss}", "27: 没有角色“boss”"),
        ("kind: basic", "kind: recalled", "4: 上级收回的事项不再有期限"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_duty_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    faults = faults_with(tmp_path, old, new)
    assert any(fault.startswith(said) for fault in faults), faults


def test_whoever_may_answer_for_a_duty_has_a_role_of_the_book() -> None:
    assert set(DUTY_ROLES) <= set(ROLES)
