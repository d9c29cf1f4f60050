"""The marks in a report's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mingzhang.packs.marks import FigureMark, MarkFault, Plain, Substitution, TableMark, parse


def test_text_marks_and_tables_are_told_apart() -> None:
    segments, faults = parse(
        "# {unit_short}工作\n\n共{figure: a, form: more, round: 100,period:previous}人。\n\n"
        " {table: by_unit, figures: a b}\n"
    )
    assert faults == []
    assert segments == [
        Plain("# ", 1),
        Substitution("unit_short", 1, 3),
        Plain("工作\n\n共", 1),
        FigureMark("a", "more", 100, "previous"),
        Plain("人。\n\n ", 3),
        TableMark("by_unit", ("a", "b")),
        Plain("\n", 5),
    ]


def test_a_mark_knows_its_line_and_column() -> None:
    segments, _faults = parse("一\n二{figure: a}")
    [mark] = [segment for segment in segments if isinstance(segment, FigureMark)]
    assert (mark.line, mark.column) == (2, 2)


def test_wrong_marks_are_told_and_the_rest_is_read() -> None:
    segments, faults = parse("{figure: }{year}{figures: a}{figure: a, figure: b}}")
    assert [type(segment) for segment in segments] == [Substitution]
    assert [fault.column for fault in faults] == [1, 17, 29, 51]


@given(st.text(alphabet="{}:, \nfigureotablb_ny1", max_size=60) | st.text())
def test_any_text_is_read(text: str) -> None:
    segments, faults = parse(text)
    assert all(isinstance(fault, MarkFault) for fault in faults)
    if "{" not in text and "}" not in text:
        assert "".join(segment.text for segment in segments if isinstance(segment, Plain)) == text
