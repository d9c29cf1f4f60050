"""A number about findings leads to the list of just these findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.figures.opening import opened, request_for
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.organisation.models import Unit
from tests.web.office import Office
from tests.web.test_findings import assigned, client_of, closed, corrected, report
from tests.web.test_pages import get, words

HALF = Period.parse("2026H1")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


TODAY = noon(date(2026, 6, 25))


@pytest.fixture(scope="module")
def kept_office(kept_office: tuple[Office, Path]) -> tuple[Office, Path]:
    """Findings of every outcome in June: closed in time and late, closed again, seen again, late, set aside."""
    office, _folder = kept_office
    cast = office.cast
    with clock.at(noon(date(2026, 6, 1))):
        report(office, "没有派办的", severity="minor")
        late, grave = assigned(office, severity="grave"), corrected(office, category="safety", unit=cast.community)
        actions.suspend(finding=assigned(office), basis="season", by=cast.zhou)
        merged = report(office, "并掉的")
        actions.merge(findings=[merged], into=late, reason="一回事", by=cast.he)
        quick, back = closed(office), closed(office, severity="grave")
    with clock.at(TODAY):
        slow = closed(office, severity="grave", found_on=date(2026, 6, 1))
        Finding.objects.filter(pk=slow.pk).update(due_on=date(2026, 6, 10))
        actions.follow_up(finding=quick, result="confirmed", by=cast.he)
        again = actions.follow_up(finding=back, result="recurred", remark="又坏了", by=cast.he)
        actions.begin(finding=again, by=cast.chen)
        actions.submit(finding=again, result="换了", by=cast.chen)
        actions.verify(finding=again, by=cast.he)
        actions.close(finding=again, by=cast.zhou)
        actions.accrue(book=cast.book)
        assert grave.state == "submitted"
    return kept_office


@pytest.fixture
def year(office: Office) -> Iterator[Office]:
    """The day by which the findings came to that."""
    with clock.at(TODAY):
        yield office


def listed(
    client: Client, office: Office, figure: str, unit: Unit, *, alone: bool = False
) -> tuple[str, list[str]]:
    """What a figure says, and the numbers in the list that it leads to."""
    found = opened(request_for(unit, HALF, office.pack_version.pack, figure, alone=alone), as_of=None)
    assert found.listed is not None
    page = get(client, found.listed.address)
    return found.number, re.findall(r'<td class="nowrap">(2026-[0-9]{4})</td>', page)


@pytest.mark.parametrize(
    ("figure", "count"),
    [
        ("findings_found", 8), ("findings_found_closed", 3), ("findings_open", 3), ("findings_overdue", 1),
        ("findings_suspended", 1), ("findings_closed", 4), ("findings_closed_in_time", None),
        ("findings_closed_again", 1), ("findings_followed_up", 2), ("findings_confirmed", 1),
        ("findings_recurred", 1), ("findings_found:category=safety", 1), ("findings_overdue:severity=grave", 1),
    ],
)  # fmt: skip
def test_each_number_leads_to_as_many_findings(year: Office, figure: str, count: int | None) -> None:
    said, numbers = listed(client_of(year, "zhou"), year, figure, year.cast.street)
    once = {
        "findings_closed": 3,
        "findings_closed_in_time": len(numbers),
    }  # one was closed twice, and stands there once
    assert count is None or said == str(count)
    assert len(numbers) == len(set(numbers)) == once.get(figure, int(said))
    assert numbers


def test_a_unit_alone_leads_to_its_own(year: Office) -> None:
    leader = client_of(year, "zhou")
    below, alone = (listed(leader, year, "findings_found", year.cast.street, alone=one) for one in (False, True))
    assert [len(numbers) for _said, numbers in (below, alone)] == [int(below[0]), int(alone[0])] == [8, 7]


def test_the_list_says_what_it_was_narrowed_by_and_can_be_widened(year: Office) -> None:
    leader = client_of(year, "zhou")
    found = opened(request_for(year.cast.street, HALF, year.pack_version.pack, "findings_overdue"), as_of=None)
    assert found.listed is not None
    assert found.listed.said == "在问题清单里打开"
    page = get(leader, found.listed.address)
    assert "2026年1月1日至2026年6月30日发现的，逾期未销号" in words(page)
    assert 'name="event" value="found"' in page
    cleared = re.search(r'class="token"\s+href="([^"]+)"', page)
    assert cleared
    assert "发现的，" not in words(get(leader, cleared[1].replace("&amp;", "&")))
    assert (
        client_of(year, "zhou").get("/findings/?event=eaten&from=x&to=2026-13-01&in_time=maybe").status_code == 200
    )


def test_a_figure_of_something_else_leads_to_the_ledger_as_before(year: Office) -> None:
    found = opened(request_for(year.cast.street, HALF, year.pack_version.pack, "channel_rounds_own"), as_of=None)
    assert found.listed is not None
    assert found.listed.address.startswith("/ledger/")
