"""Documents to try the writers on: an invented street office's half-year."""

from __future__ import annotations

from datetime import date

from mingzhang.reports.document import (
    Annex,
    Block,
    Document,
    Heading,
    Imprint,
    Inlines,
    Level,
    Number,
    Paragraph,
    Table,
    Text,
)

NUMERALS = "一二三四五六七八九十"
RARE_NAMES = "喆镕玥翀"
COMMUNITIES = ("柳溪社区", "桐花社区", "望湖社区", "长桥社区", "石榴园社区", "东篱社区", "新圩社区", "云坊社区")


class Marks:
    """Gives each number the next mark."""

    def __init__(self) -> None:
        self.last = 0

    def number(self, text: str, figure: str = "study_sessions") -> Number:
        self.last += 1
        return Number(text, self.last, figure)


def words(*parts: str | Number) -> Inlines:
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def heading(level: Level, text: str) -> Heading:
    return Heading(level, words(text))


def section(marks: Marks, index: int) -> list[Block]:
    """A first-level section with two second-level ones, five numbers each way it is asked."""
    number = marks.number
    numeral = NUMERALS[index % 10]
    return [
        heading(1, f"{numeral}、基层治理和宣传文化工作情况"),
        heading(2, "（一）集中学习"),
        Paragraph(
            words(
                "上半年，街道机关组织集中学习", number("12"), "次，开展专题研讨", number("4"),
                "次；各社区组织学习活动",
                number("104"), "场，参加人员", number("超4000"), "人次，占应参加人员的", number("95.8%"),
                "。每次学习都在三个工作日内入账，附签到册和记录，由另一名同志审核。学习中提出的问题逐项列入清单，"
                "明确责任人和办理时限，办结后由提出问题的社区确认。",
            )
        ),
        heading(2, "（二）读书活动"),
        heading(3, "1. 阅读场所"),
        Paragraph(
            words(
                "各社区阅读室每周开放不少于“四天”，新增图书", number("627"), "册，办读书活动", number("12"), "场，",
                number("800余"), "人次参加，同比", number("增长5.2%"), "，提高", number("2.3个百分点"),
                "。新书目录由居民点选，街道统一采购；借阅情况按月公布——到期未还的由阅读室电话提醒。",
            )
        ),
        heading(4, "（1）下一步安排"),
        Paragraph(words("对活动场次偏少的社区，由街道派人帮助排出月度计划；对场地不足的，协调辖区学校和企业共用场地。")),
    ]  # fmt: skip


def table(marks: Marks) -> Table:
    number = marks.number
    rows = tuple(
        (words(name), *(words(number(str(120 + 7 * row * column))) for column in range(1, 4)))
        for row, name in enumerate(COMMUNITIES)
    )
    total = (words("合计"), *(words(number(str(1000 + column))) for column in range(3)))
    header = (words("社区"), words("集中学习（次）"), words("参加（人次）"), words("新增图书（册）"))
    return Table(header, (*rows, total), caption="表1 各社区上半年情况", total=True)


def source_annex(numbers: tuple[Number, ...]) -> Annex:
    """The list of sources as compose makes it: one row per number."""
    header = tuple(words(name) for name in ("序号", "数据", "数据项", "怎么算", "账目（笔）"))
    rows = tuple(
        (
            words(str(number.mark)),
            words(number.text),
            words("集中学习次数"),
            words("期间内发生并已入账的集中学习，扣除冲销"),
            words("104"),
        )
        for number in numbers
    )
    return Annex("数据来源清单", (Table(header, rows),))


def report(sections: int = 3, *, annexes: tuple[Annex, ...] = (), **changes: object) -> Document:
    """A report of `sections` sections with a table at the end."""
    marks = Marks()
    blocks: list[Block] = [
        Paragraph(words("现将青禾街道2026年上半年基层治理和宣传文化工作情况报告如下。")),
        *(block for index in range(sections) for block in section(marks, index)),
        table(marks),
        Paragraph(words(f"以上数据由文书{RARE_NAMES[0]}、{RARE_NAMES[1:]}核对。特此报告。")),
    ]
    values: dict[str, object] = {
        "organ": "青禾街道办事处",
        "number": "青街办〔2026〕31号",
        "signer": "周主任",
        "title": "青禾街道办事处关于2026年上半年基层治理和宣传文化工作情况的报告",
        "addressee": "清岚县人民政府办公室",
        "date": date(2026, 7, 6),
        "blocks": tuple(blocks),
        "annexes": annexes,
        "note": "联系人：何站长，电话：0000-1234567",
        "imprint": Imprint("青禾街道办事处综合办公室", date(2026, 7, 6), ("县宣传文化中心", "县档案馆")),
    }
    return Document(**(values | changes))  # type: ignore[arg-type]
