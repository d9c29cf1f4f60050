"""Which numbers in running text claim something."""

from __future__ import annotations

import pytest

from mingzhang.reports.claims import claims, unsupported


def found(text: str) -> list[str]:
    return [claim.text for claim in claims(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("开展学习104次，参加超4000人次。", ["104", "超4000"]),
        ("走访近300户，惠及800余人次，约1.2万元。", ["近300", "800余", "约1.2万"]),
        ("办结率95.8%，比上年提高2.3个百分点。", ["95.8%", "2.3个百分点"]),
        ("服务居民１２８６人", ["１２８６"]),
        ("共1,286件，不足5件的单列。", ["1,286", "不足5"]),
        ("召开专题会两次，解决问题十余个，覆盖三十五个社区。", ["两", "十余", "三十五"]),
        ("上百次演练，百分之九十五达标。", ["上百", "百分之九十五"]),
        ("完成4126", ["4126"]),
    ],
)
def test_counts_sums_and_shares_are_claims(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026年上半年，截至6月30日，1月至6月、1至6月和三月五日都算在内。",
        "二〇二六年7月底前，2024—2026年，2026-07-06，17:20以前。",
        "第一季度、第3次会议、第十二届七次全会。",
        "青街办〔2026〕31号、〔2026〕第5号文件。",
        "一、学习和培训",
        "（二）面向群众的宣讲",
        "3.培训补到人",
        "一是抓学习；二是抓落实：（1）先补课；（2）再走访。",
        "坚持三审三校、三会一课，学习党的二十大精神。",
        "按照《关于印发2026年3项制度的通知》办理，见附件2、表3。",
        "在3号楼、12345热线值守，电话0571-88886666。",
        "执行GB/T 9704-2012。",
        "一件记一次，一场活动算一场，下一次再说。",
        "Issued on 6 July 2026.",
    ],
)
def test_dates_ordinals_document_numbers_headings_and_set_phrases_are_none(text: str) -> None:
    assert found(text) == []


def test_a_claim_knows_where_it_stands() -> None:
    text = "２０２６年走访近300户。"
    [claim] = claims(text)
    assert text[claim.start : claim.end] == claim.text == "近300"


def test_numbers_of_the_template_are_excused_as_often_as_it_has_them() -> None:
    assert [claim.text for claim in unsupported("校满三遍，再校三遍。", ["三"])] == ["三"]
    assert list(unsupported("校满三遍。", ["三"])) == []


def test_numbers_in_chinese_need_a_measure_word() -> None:
    assert found("三农工作千头万绪，四面八方的意见。") == []
