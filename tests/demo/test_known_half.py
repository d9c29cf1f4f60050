"""The half-year of 青禾街道 that is known exactly: each number of its report, recounted by hand in SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from mingzhang.core.periods import Period
from mingzhang.demo.county import Plan
from mingzhang.demo.load import load
from mingzhang.figures.engine import definition_of
from mingzhang.figures.oracle import figure, read_ledger
from mingzhang.figures.traces import trace
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.queries import unit_by_code
from mingzhang.packs.actions import install
from mingzhang.packs.queries import builtin_folder
from mingzhang.reports.compose import Composition
from mingzhang.reports.document import Table, plain
from mingzhang.reports.files import content_of, save
from mingzhang.reports.reading import composed_by_name

pytestmark = pytest.mark.slow  # three years of a county are played first

HALF = Period.parse("2026H1")

# The street's communities, and the street with them, in plain SQL.
OWN = "u.code = 'QL01'"
BELOW = "u.code LIKE 'QL01__'"
ALL = "u.code LIKE 'QL01%%'"


def entries(kind: str, units: str, taken: str, condition: str = "true") -> str:
    """A count over entries as a person would write it who knows only the table: reversals count minus."""
    return (
        f"SELECT {taken} FROM ledger_entry e JOIN organisation_unit u ON u.id = e.unit_id"
        f" JOIN packs_recordkind k ON k.id = e.kind_id WHERE k.code = '{kind}' AND {units} AND ({condition})"
        " AND e.occurred_on BETWEEN '2026-01-01' AND '2026-06-30'"
    )


NUMBER = "sum(e.sign)"


def total(field: str) -> str:
    return f"sum(e.sign * (e.data->>'{field}')::int)"


def different(expression: str) -> str:
    """Values that are left after what was taken back; every reversal in this half-year takes a whole sheet back,
    and each of its values stands in another sheet too or in none."""
    return f"count(DISTINCT {expression}) FILTER (WHERE e.sign = 1 AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.book_id = e.book_id AND r.reverses = e.seq))"  # noqa: E501


# figure, what it must say, how it is recounted, and how the report prints it
KNOWN = [
    ("study_own_group", 12, entries("study", OWN, NUMBER, "e.data->>'form' = 'group'"), "集中学习12次"),
    ("study_own_seminars", 4, entries("study", OWN, NUMBER, "e.data->>'form' = 'seminar'"), "专题研讨4次"),
    ("study_below", 104, entries("study", BELOW, NUMBER), "学习活动超100次"),
    ("study_below_people", 4126, entries("study", BELOW, total("people")), "超4000人次"),
    (
        "study_own_problem_categories",
        8,
        entries("study.problems", OWN, different("e.data->>'category'")),
        "8类问题",
    ),
    ("study_own_measures", 12, entries("study.measures", OWN, NUMBER), "定下12项措施"),
    (
        "hard_solved_categories",
        6,
        entries("hard_case", ALL, different("e.data->>'category'"), "e.data->>'solved' = 'true'"),
        "办成的有6类",
    ),
    ("self_checks_own", 3, entries("self_check", OWN, NUMBER), "本级组织自查3轮"),
    (
        "self_check_own_corrected",
        9,
        entries("self_check.problems", OWN, NUMBER, "e.data ? 'done_on'"),
        "整改问题9个",
    ),
    (
        "meetings_own_quarterly",
        2,
        entries("meeting", OWN, NUMBER, "e.data->>'form' = 'quarterly'"),
        "季度分析会2次",
    ),
    ("meetings_own_committee", 4, entries("meeting", OWN, NUMBER, "e.data->>'form' = 'committee'"), "工作4次"),
    ("risk_reports_own", 3, entries("risk_review", OWN, NUMBER, "e.data->>'has_report' = 'true'"), "风险报告3份"),
    (
        "risk_report_categories_own",
        6,
        entries(
            "risk_review.risks", OWN, different("e.data->>'category'"), "e.data->'sheet'->>'has_report' = 'true'"
        ),
        "风险共6类",
    ),
    (
        "channel_rounds_own",
        2,
        entries("channel_care", OWN, NUMBER, "e.data->>'task' = 'inspection_round'"),
        "渠道巡查2轮",
    ),
    (
        "channel_websites_own",
        1,
        entries("channel_care.items", OWN, different("e.data->>'label'"), "e.data->>'channel' = 'website'"),
        "1个网站",
    ),
    (
        "channel_accounts_own",
        1,
        entries("channel_care.items", OWN, different("e.data->>'label'"), "e.data->>'channel' = 'account'"),
        "1个公众号",
    ),
    (
        "channel_places_own",
        8,
        entries(
            "channel_care.items",
            OWN,
            different("e.data->>'place'"),
            "e.data->>'channel' IN ('notice_board', 'screen')",
        ),
        "8个社区",
    ),
    (
        "public_notices_replaced_own",
        15,
        entries("channel_care.items", OWN, total("replaced"), "e.data->>'channel' = 'public_notice'"),
        "公益广告15处",
    ),
    ("clarifications_published", 3, entries("clarification", ALL, NUMBER), "澄清说明3件"),
    ("reading_events", 12, entries("reading", ALL, NUMBER), "读书活动12场"),
    ("reading_people", 836, entries("reading", ALL, total("people")), "800余人次"),
    (
        "new_books",
        627,
        entries("reading", ALL, "sum(e.sign * coalesce((e.data->>'new_books')::int, 0))"),
        "600余册",
    ),
]


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Book]:
    """The demonstration county with nothing in its books but what is known."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        version = install(folder=builtin_folder("street-office"), by="tests")
        yield load(Plan.read(), version, "a-demo-password-9", lambda done, total: None, made_up={})
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@pytest.fixture(scope="module")
def street(county: Book) -> Unit:
    return unit_by_code(county, "QL01")


@pytest.fixture(scope="module")
def report(street: Unit) -> Composition:
    return composed_by_name(street, HALF, "half-year", None)


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%%", "%"))
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("name", "expected", "statement", "printed"), KNOWN, ids=[known[0] for known in KNOWN])
def test_each_known_number_is_said_counted_and_opens(
    report: Composition, name: str, expected: int, statement: str, printed: str
) -> None:
    told = next(number for number in report.numbers if number.request.figure_id == name)
    opened = trace(told.request, as_of=report.position)
    text = "".join(plain(block.inlines) for block in report.document.blocks if hasattr(block, "inlines"))

    assert told.value.number == expected
    assert _count(statement) == expected
    assert opened.value.number == expected
    assert opened.count >= 1
    assert printed in text


def test_a_sheet_handed_in_twice_and_taken_back_is_not_counted(street: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger_entry e JOIN organisation_unit u ON u.id = e.unit_id"
            " WHERE u.code LIKE 'QL01%' AND e.sign = -1"
        )
        assert cursor.fetchone()[0] >= 1


def test_every_number_of_the_report_equals_the_slow_count_by_hand(report: Composition, county: Book) -> None:
    ledger = read_ledger(county, as_of=report.position)
    for told in report.numbers:
        definition = definition_of(told.request)
        assert (
            figure(ledger, definition, told.request.unit_id, told.request.period, tree="then") == told.value.number
        )


def test_the_rows_of_the_table_by_unit_and_the_streets_own_add_up_to_its_total(report: Composition) -> None:
    table = next(block for block in report.document.blocks if isinstance(block, Table))
    rows = [[int(plain(cell)) for cell in row[1:]] for row in table.rows]
    assert [plain(row[0]) for row in table.rows][-2:] == ["本级", "合计"]
    assert len(rows) == 8 + 2
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]


def test_two_builds_at_one_position_are_the_same_to_the_byte(
    street: Unit, report: Composition, tmp_path: Path
) -> None:
    first = save(report, tmp_path / "first")
    again = save(composed_by_name(street, HALF, "half-year", report.position), tmp_path / "second")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_a_number_drawn_at_random_leads_from_the_page_to_its_trace(report: Composition) -> None:
    told = random.choice(report.numbers)
    page = content_of(report, "html").decode()
    assert f'id="n-{told.mark}"' in page
    assert f'id="t-{told.mark}"' in page
    assert told.figure.name.text() in page
