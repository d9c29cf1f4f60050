"""The working calendar of an installation: what it comes with, and what administrators enter each autumn."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.core.workdays import Day, WorkCalendar
from mingzhang.organisation import actions, calendars, queries
from mingzhang.organisation.calendars import Row
from mingzhang.organisation.models import CalendarDay, CalendarNotice
from tests.cast import Cast

SPRING = """日期,类别,名称
2027-02-05至2027-02-11,放假,春节
2027年2月20日,调休上班,
2027/10/1\t放假\t国庆节
"""
ROWS = calendars.read(SPRING)


def as_told(year: int, day: str) -> Day:
    return queries.work_calendar().day(date.fromisoformat(f"{year}-{day}"))


@pytest.mark.django_db
def test_an_installation_comes_with_the_years_whose_notices_are_out() -> None:
    assert queries.work_calendar().notified == {2023, 2024, 2025, 2026}
    assert as_told(2026, "02-28") == Day(date(2026, 2, 28), "make_up", "与2月23日对调", "国办发明电〔2025〕7号")
    assert as_told(2026, "02-23").name == "与2月28日对调"
    assert as_told(2025, "05-31").name == "端午节"
    assert queries.work_calendar().count(date(2026, 1, 1), date(2026, 12, 31)) == 248


@pytest.mark.parametrize(
    ("year", "make_up", "off"),
    [
        # Copied by hand from the notices: the make-up days, and the weekdays off.
        (2024, "0204 0218 0407 0428 0511 0914 0929 1012",
         "0101 0212 0213 0214 0215 0216 0404 0405 0501 0502 0503 0610 0916 0917 1001 1002 1003 1004 1007"),
        (2025, "0126 0208 0427 0928 1011",
         "0101 0128 0129 0130 0131 0203 0204 0404 0501 0502 0505 0602 1001 1002 1003 1006 1007 1008"),
        (2026, "0104 0214 0228 0509 0920 1010",
         "0101 0102 0216 0217 0218 0219 0220 0223 0406 0501 0504 0505 0619 0925 1001 1002 1005 1006 1007"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_the_days_are_those_of_the_notices(year: int, make_up: str, off: str) -> None:
    days = queries.work_calendar().special(year)
    assert [f"{day.date:%m%d}" for day in days if day.kind == "make_up"] == make_up.split()
    weekdays = [day for day in days if day.kind == "holiday" and day.date.weekday() < 5]
    assert [f"{day.date:%m%d}" for day in weekdays] == off.split()


@pytest.mark.django_db
def test_years_ahead_have_the_holidays_of_the_law_and_are_provisional() -> None:
    with clock.at(datetime(2026, 11, 25, tzinfo=UTC)):
        assert actions.seed_calendar() == [2027, 2028, 2029, 2030]
        assert actions.seed_calendar() == []
    assert as_told(2027, "10-01") == Day(date(2027, 10, 1), "holiday", "国庆节", provisional=True)
    assert as_told(2027, "10-08").provisional
    assert not CalendarDay.objects.filter(day__year__gte=2027, kind="make_up").exists()


@pytest.mark.django_db
def test_a_later_version_brings_the_notice_of_a_year_that_was_provisional(monkeypatch: pytest.MonkeyPatch) -> None:
    CalendarDay.objects.filter(day__year=2026).delete()
    CalendarNotice.objects.filter(year=2026).delete()
    with monkeypatch.context() as earlier, clock.at(datetime(2026, 1, 5, tzinfo=UTC)):
        earlier.delitem(calendars.PUBLISHED, 2026)
        assert 2026 in actions.seed_calendar()
    assert as_told(2026, "10-01").provisional
    with clock.at(datetime(2026, 1, 6, tzinfo=UTC)):
        assert actions.seed_calendar() == [2026]
    assert not as_told(2026, "10-01").provisional


def enter(
    cast: Cast, rows: list[Row] = ROWS, year: int = 2027, number: str = "国办发明电〔2026〕9号"
) -> CalendarNotice:
    return actions.import_notice(
        year=2027, rows=rows, number=number, issued_on=date(2026, 11, 3), by=cast.admin, for_all=True
    )


def test_a_notice_replaces_what_was_worked_out_by_law(cast: Cast) -> None:
    with clock.at(datetime(2026, 11, 25, tzinfo=UTC)):
        actions.seed_calendar()
    assert as_told(2027, "01-01").kind == "holiday"
    enter(cast)
    assert as_told(2027, "02-20") == Day(date(2027, 2, 20), "make_up", "", "国办发明电〔2026〕9号")
    assert as_told(2027, "02-11").kind == "holiday"
    assert as_told(2027, "01-01").kind == "workday"  # the list of this notice does not have it
    assert not as_told(2027, "01-01").provisional
    assert as_told(2028, "01-01").provisional


def test_a_changed_notice_replaces_the_first_and_the_log_keeps_both(cast: Cast) -> None:
    enter(cast)
    enter(cast, [*ROWS, Row(date(2027, 2, 12), "holiday", "春节延长")], number="国办发明电〔2027〕1号")
    assert as_told(2027, "02-12") == Day(date(2027, 2, 12), "holiday", "春节延长", "国办发明电〔2027〕1号")
    events = Event.objects.filter(verb="calendar.import", subject="calendar:2027").order_by("id")
    assert [event.data["number"] for event in events] == ["国办发明电〔2026〕9号", "国办发明电〔2027〕1号"]
    assert events[1].data["before"] == {"2027-02-12": "workday"}
    assert events[0].data["days"]["2027-02-20"] == "make_up"


def test_the_same_list_again_is_refused_and_leaves_nothing(cast: Cast) -> None:
    enter(cast)
    with pytest.raises(StateRefused, match="没有要改的"):
        enter(cast)
    assert CalendarNotice.objects.filter(year=2027).count() == 1


def test_only_administrators_of_the_whole_body_enter_notices(cast: Cast) -> None:
    for person in (cast.zhou, cast.wei, cast.unposted):
        with pytest.raises(NotAllowed):
            actions.import_notice(year=2027, rows=ROWS, number="", by=person, for_all=True)


def test_one_of_several_bodies_does_not_change_the_days_of_all(cast: Cast) -> None:
    with pytest.raises(StateRefused, match="几个账套"):
        actions.import_notice(year=2027, rows=ROWS, number="", by=cast.admin)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-02-30,放假,春节", "第1行：“2027-02-30”不是日期"),
        ("日期,类别\n明年,放假", "第2行：“明年”不是日期"),
        ("2027-02-05,串休,春节", "“串休”不是类别"),
        ("2027-02-05,放假,春节,多的", "多了几列"),
        ("2027-02-11至2027-02-05,放假,春节", "起止日期不对"),
        (f"2027-02-05,放假,{'春' * 41}", "不能超过40个字"),
        ("日期,类别,名称", "一天也没有"),
        ("", "一天也没有"),
        ("2027-02-05,放假\n" * 400, "最多366行"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_its_lines(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        calendars.read(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-01,放假,元旦\n2028-01-01,放假,元旦", "2028-01-01不在2027年"),
        ("2027-01-01,放假,元旦\n2027-01-01,放假,元旦", "2027-01-01写了两次"),
        ("2027-01-01,放假,元旦\n2027-01-04,上班", "2027-01-04是星期一，本来就上班"),
        ("2027-01-02,上班", "没有放假的日子"),
    ],
)
def test_a_list_that_cannot_be_true_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        calendars.check(2027, calendars.read(text))
    assert said in str(refused.value)


def test_a_year_out_of_reach_is_refused() -> None:
    with pytest.raises(InvalidInput, match="不在 2000 到 2099"):
        calendars.check(1999, [Row(date(1999, 1, 1), "holiday")])


def test_files_are_read_as_wps_and_excel_write_them() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert calendars.read(calendars.text_of(SPRING.encode(encoding))) == ROWS
    quoted = '"2027-02-20","调休上班","春节"\r\n'
    assert calendars.read(quoted) == [Row(date(2027, 2, 20), "make_up", "春节")]
    with pytest.raises(InvalidInput, match="读不出文字"):
        calendars.text_of(b"PK\x03\x04\xff\xff\x00\x80")


def test_before_anything_is_entered_one_sees_which_days_become_what() -> None:
    new_year = Row(date(2027, 1, 1), "holiday", "元旦")
    now = WorkCalendar(calendars.days_of([new_year]), frozenset())
    found = calendars.changes(now, 2027, [new_year, Row(date(2027, 1, 3), "make_up")])
    assert [(one.before.kind, one.after.kind) for one in found] == [("weekend", "make_up")]


def test_the_database_refuses_make_up_days_on_weekdays_and_days_twice(cast: Cast) -> None:
    notice = enter(cast)
    for day, kind in ((date(2027, 3, 1), "make_up"), (date(2027, 2, 20), "holiday"), (date(2027, 3, 2), "feast")):
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarDay.objects.create(day=day, kind=kind, notice=notice)
