"""What comes of a finished round: findings, and entries in the ledger."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.errors import StateRefused
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.findings.models import Finding, FindingEvidence
from mingzhang.inspections import actions
from mingzhang.inspections.models import Round, RoundFinding
from mingzhang.ledger.models import Entry
from mingzhang.ledger.posting import behind
from tests.inspections.rounds import RIGHT, Phone, RoundsWorld, again, client_of


def gone_through(office: RoundsWorld, round: Round) -> Round:
    """A visit with one wrong answer, a picture of it, and a problem that no item asks about."""
    phone = Phone(office.feng)
    for item, value in (RIGHT | {"posted": "no", "waiting": "na"}).items():
        phone.answer(round, item, value, "北墙上没有" if item == "posted" else "")
    phone.photo(round, "posted")
    phone.do(round, "note", words="门前台阶破了", category="facility", severity="grave", place="北门")
    phone.photo(round, "", "red")
    phone.do(round, "finish")
    return again(round)


def findings_of(round: Round) -> list[Finding]:
    return list(Finding.objects.filter(pk__in=round.findings.values("finding")).order_by("number"))


def test_a_wrong_answer_and_a_problem_noted_become_findings(office: RoundsWorld) -> None:
    visit = gone_through(office, office.visit())
    wrong, noted = findings_of(visit)
    assert wrong.description == "材料清单贴着：不合格\n北墙上没有"
    assert (wrong.category, wrong.severity, wrong.source) == ("service", "minor", "inspections")
    assert (wrong.unit, wrong.origin, wrong.found_on) == (visit.unit, office.cast.county, visit.finished_on)
    assert (noted.description, noted.category, noted.severity) == ("门前台阶破了", "facility", "grave")
    assert noted.place == "北门"
    assert [one.stage for one in FindingEvidence.objects.filter(finding__in=(wrong, noted))] == ["before"] * 2


def test_a_problem_noted_of_a_wrong_item_is_not_found_twice(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    phone.do(visit, "note", item="posted", words="清单还是去年的", category="service", severity="grave")
    done = office.finished(visit, posted="no")
    assert [one.description for one in findings_of(done)] == ["清单还是去年的"]


def test_what_was_taken_away_again_becomes_none(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    note = phone.do(visit, "note", words="看错了", category="service", severity="minor")
    phone.do(visit, "drop", what=str(note))
    assert findings_of(office.finished(visit)) == []


def test_a_unit_finds_by_checking_itself(office: RoundsWorld) -> None:
    done = office.finished(office.self_check(), by=office.cast.lu, waiting="30", speed="slow")
    found = findings_of(done)
    assert [(one.source, one.category, one.severity) for one in found] == [
        ("self_checks", "service", "grave"), ("self_checks", "facility", "minor"),
    ]  # fmt: skip
    assert found[1].description == "等的人：30人"


def test_nothing_is_spawned_when_finishing_is_refused(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    phone.answer(visit, "posted", "no")
    with pytest.raises(StateRefused):
        phone.do(visit, "finish")
    assert not RoundFinding.objects.exists()


def test_the_page_of_a_finding_says_where_it_came_from(office: RoundsWorld) -> None:
    visit = gone_through(office, office.visit())
    page = client_of(office.wei).get(reverse("findings:finding", args=(findings_of(visit)[0].pk,)))
    assert (
        f'<a href="{reverse("inspections:round", args=(visit.number,))}">便民服务设施检查（第1号）</a>' in page.text
    )


# --- the ledger ---------------------------------------------------------------------------------------------------


NAMES = ("objects_drawn", "objects_visited", "objects_waiting", "objects_called_off")


def counted(office: RoundsWorld, *names: str) -> list[int]:
    """Figures of the county this year, which the plain recount confirms."""
    period = Period.parse(str(clock.today().year))
    asked = [Request(one, office.pack.pk, office.cast.county.pk, period) for one in names]
    told = {one: value.number for one, value in evaluate(asked).items()}
    assert told == oracle.recount(asked)
    return [int(told[one] or 0) for one in asked]


def test_what_was_drawn_is_visited_or_waiting_or_called_off(office: RoundsWorld) -> None:
    first, second, _third = office.under_way()
    assert counted(office, *NAMES) == [3, 0, 3, 0]
    office.finished(first)
    assert counted(office, *NAMES) == [3, 1, 2, 0]
    actions.call_off(round=second, reason="正在搬迁", by=office.wei)
    assert counted(office, *NAMES) == [3, 1, 1, 1]


def test_what_is_drawn_again_was_not_drawn(office: RoundsWorld) -> None:
    visit = office.visit()
    actions.redraw(draw=visit.drawn.draw, reason="名单旧了", by=office.wei)
    assert counted(office, *NAMES) == [0, 0, 0, 0]


def test_an_object_drawn_while_the_inspection_is_under_way_is_visited_too(office: RoundsWorld) -> None:
    visit = office.visit()
    actions.redraw(draw=visit.drawn.draw, reason="名单旧了", by=office.wei)
    office.drawn(
        office.committed(office.published(actions.begin_draw(inspection=visit.inspection, by=office.feng)))
    )
    assert counted(office, *NAMES) == [3, 0, 3, 0]
    assert Round.objects.filter(inspection=visit.inspection, state="planned").count() == 3


def test_an_inspection_that_was_not_announced_posts_nothing_before_it_starts(office: RoundsWorld) -> None:
    inspection = office.approved(checklist=(office.pack, "point"), announced=False)
    draw = office.settled(actions.begin_draw(inspection=inspection, by=office.feng), per_object=2)
    office.drawn(office.committed(office.published(draw)))
    assert not Entry.objects.filter(kind__code="inspections.drawn").exists()
    actions.start_inspection(inspection=inspection, by=office.wei)
    assert Entry.objects.filter(kind__code="inspections.drawn").count() == 3


def test_the_items_of_an_entry_add_up(office: RoundsWorld) -> None:
    visit = gone_through(office, office.visit())
    entry = Entry.objects.get(book=visit.book, seq=visit.entry)
    assert entry.data == {
        "kind": "visit", "checklist": "point", "round": "1", "announced": True, "items": 3, "right": 1, "wrong": 1,
        "not_applicable": 1, "findings": 2,
    }  # fmt: skip
    assert (entry.unit, entry.occurred_on, entry.kind.code) == (
        visit.unit,
        visit.finished_on,
        "inspections.checked",
    )
    assert behind(entry) == reverse("inspections:round", args=(1,))


def test_self_checks_and_inspections_are_counted_apart(office: RoundsWorld) -> None:
    gone_through(office, office.visit())
    office.finished(office.self_check(), by=office.cast.lu, posted="no")
    assert counted(office, "items_looked_at", "items_wrong", "self_checked", "from_inspections") == [3, 1, 1, 2]


def test_the_entries_of_a_figure_say_in_words_what_was_looked_at(office: RoundsWorld) -> None:
    gone_through(office, office.visit())
    address = reverse("figures:figure", args=("rounds-test", "items_wrong"))
    page = client_of(office.wei).get(f"{address}?unit=YC&period={clock.today().year}")
    assert "现场检查，看了3项，合格1项，不合格1项，不涉及1项，记下的问题2个" in page.text
