"""The HTML: every number a link, nothing executable, nothing fetched."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from mingzhang.reports.document import Document, Heading, Level, Number, Paragraph, Table, Text, TraceRow
from mingzhang.reports.writers import html
from tests.reports import samples

HOSTILE = "<script>alert(1)</script>\"'&\x00"


class Reader(HTMLParser):
    """Collects tags with their attributes, links of numbers, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"br", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def ids(self) -> set[str | None]:
        return {attributes.get("id") for _tag, attributes in self.tags}


def link(number: Number) -> str:
    return f"/trace/7/{number.mark}/?a=1&b=2"


def test_every_number_is_a_link_to_its_trace() -> None:
    document = samples.report(2)
    reader = Reader(html.write(document, link))
    found = [attributes for tag, attributes in reader.tags if tag == "a"]
    assert len(found) == len(list(document.numbers()))
    assert all(each["class"] == "tn" for each in found)
    assert [each["data-mark"] for each in found] == [str(number.mark) for number in document.numbers()]
    assert found[0]["href"] == "/trace/7/1/?a=1&b=2"
    assert reader.open == []


def test_the_fragment_has_no_style_and_no_script() -> None:
    reader = Reader(html.write(samples.report(1), link))
    assert not {tag for tag, _attributes in reader.tags} & {"script", "style", "img", "link"}
    assert not any("style" in attributes for _tag, attributes in reader.tags)


def test_no_heading_skips_a_level_even_where_the_numbering_does() -> None:
    levels: tuple[Level, ...] = (1, 3, 3, 2, 3, 1)
    blocks = tuple(Heading(level, (Text("标题"),)) for level in levels)
    reader = Reader(html.write(replace(samples.report(1), blocks=blocks, annexes=()), link))
    found = [(tag, each["class"]) for tag, each in reader.tags if (each.get("class") or "").startswith("gw-")]
    assert [pair for pair in found if pair[0] in ("h2", "h3", "h4")] == [
        ("h2", "gw-1"), ("h3", "gw-3"), ("h3", "gw-3"), ("h3", "gw-2"), ("h4", "gw-3"), ("h2", "gw-1"),
    ]  # fmt: skip


def test_headings_and_tables_say_what_they_are() -> None:
    text = html.write(samples.report(1), link)
    for words in (
        '<h1 class="gw-title">',
        '<h2 class="gw-1">一、',
        '<h3 class="gw-2">（一）',
        '<h4 class="gw-3">',
        '<h5 class="gw-4">',
        "<caption>表1 各社区上半年情况</caption>",
        '<th scope="col">社区</th>',
        '<th scope="row">柳溪社区</th>',
        '<tr class="gw-sum"><th scope="row">合计</th>',
        '<p class="gw-to">清岚县人民政府办公室：</p>',
        '<time datetime="2026-07-06">2026年7月6日</time>',
    ):
        assert words in text


def hostile_document() -> Document:
    cell = (Text(HOSTILE), Number(HOSTILE, 1, '"><b>'))
    return Document(
        HOSTILE,
        HOSTILE,
        samples.report(1).date,
        (Paragraph(cell), Table((cell,), ((cell,),), caption=HOSTILE)),
        number=HOSTILE,
        signer=HOSTILE,
        addressee=HOSTILE,
        note=HOSTILE,
    )


def test_hostile_text_stays_text_everywhere() -> None:
    text = html.write(hostile_document(), lambda _number: '"><script>')
    assert "<script" not in text
    assert "\x00" not in text
    assert "script" not in {tag for tag, _attributes in Reader(text).tags}


def rows(document: Document) -> list[TraceRow]:
    return [
        TraceRow(
            number.mark, HOSTILE, number.text, "计数", "青禾街道", "2026年上半年", 900, 12, "1220ab", ("第1笔",)
        )
        for number in document.numbers()
    ]


def test_a_file_of_its_own_leads_from_number_to_row_and_back() -> None:
    document = samples.report(1)
    text = html.standalone(document, rows(document))
    reader = Reader(text)
    targets = {attributes.get("href", "") for tag, attributes in reader.tags if tag == "a"}
    assert all(target is not None and target.startswith("#") for target in targets)
    assert {target[1:] for target in targets if target} <= reader.ids()
    assert reader.open == []
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text


def test_equal_documents_give_equal_files() -> None:
    document = samples.report(1)
    assert html.standalone(document, rows(document)) == html.standalone(document, rows(document))


def test_an_english_file_is_in_english() -> None:
    document = Document("Office", "Report", samples.report(1).date, (), language="en")
    text = html.standalone(document, [])
    assert '<html lang="en">' in text
    assert "Sources of the numbers" in text
    assert "文件" not in text
