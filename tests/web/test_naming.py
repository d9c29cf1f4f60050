"""Who may be named to answer for a finding, found by a few characters."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingzhang.findings import actions
from tests import cast as people
from tests.web.office import Office
from tests.web.test_findings import clerk as clerk
from tests.web.test_findings import corrected, of, report, shown
from tests.web.test_findings import june as june
from tests.web.test_findings import reviewer as reviewer
from tests.web.test_pages import get


def offered(client: Client, asked: str = "", **more: object) -> list[str]:
    found = client.get("/findings/people/", {"unit": "QH", "q": asked, **more})
    assert found.status_code == 200
    names: list[str] = found.json()["found"]
    return names


def test_everybody_who_may_correct_is_found_by_name_post_unit_or_user_name(june: Office, reviewer: Client) -> None:
    cast = june.cast
    people.seat(cast.second_community, "yuan", "袁网格", "网格员", ["clerk"], cast.admin)
    people.seat(cast.other_street, "tao", "陶外人", "综合岗", ["clerk"], cast.admin)
    for asked in ("袁", "袁网", "网格员 袁", cast.second_community.name, "yua"):
        assert "袁网格，网格员，" in " ".join(offered(reviewer, asked)), asked
    assert offered(reviewer, "陶") == offered(reviewer, "周书记") == offered(reviewer, "没有这个人") == []


def test_with_more_people_than_are_listed_every_one_of_them_is_reached(june: Office, reviewer: Client) -> None:
    cast = june.cast
    for number in range(30):
        people.seat(cast.street, f"w{number}", f"网格员{number:02}", f"网格岗{number}", ["clerk"], cast.admin)
    assert len(offered(reviewer)) == len(offered(reviewer, "网格员")) == 20
    [said] = offered(reviewer, "网格员29")
    assert said == "网格员29，网格岗29，青禾街道（QH w29）"
    found = report(june)
    assert "派给网格员29了。" in shown(reviewer.post(of(found, "assign"), {"to": said}, follow=True))


def test_those_of_the_findings_own_unit_come_first(june: Office, reviewer: Client) -> None:
    cast = june.cast
    people.seat(cast.street, "ai", "艾一", "街道网格", ["clerk"], cast.admin)
    below = report(june, unit=cast.community)
    assert cast.community.name in offered(reviewer, finding=below.pk)[0]
    assert "青禾街道" in offered(reviewer, finding=report(june).pk)[0]
    page = get(reviewer, of(below))
    assert offered(reviewer, finding=below.pk)[0] in page


def test_once_given_to_a_unit_it_is_handed_on_within_that_unit_or_to_a_post_above(
    june: Office, reviewer: Client
) -> None:
    found = report(june, unit=june.cast.community)
    actions.assign(finding=found, owner=june.cast.lu, by=june.cast.he)
    names = offered(reviewer, finding=found.pk)
    assert all("（QH-01 " in name for name in names), names
    [above] = [name for name in names if "陈一禾" in name]
    assert "派给陈一禾了。" in shown(reviewer.post(of(found, "assign"), {"to": above}, follow=True))
    found.refresh_from_db()
    assert (found.unit, found.owner) == (june.cast.community, june.cast.chen)


def test_a_name_that_only_one_has_will_do_and_of_two_one_is_asked_for(june: Office, reviewer: Client) -> None:
    people.seat(june.cast.community, "chen2", "陈一禾", "网格员", ["clerk"], june.cast.admin)
    refused = reviewer.post(of(report(june), "assign"), {"to": "陈一禾"})
    assert refused.status_code == 422
    assert "请从列出的里面选一个人。" in shown(refused)
    assert "请写姓名" in shown(reviewer.post(of(report(june), "assign"), {"to": "鼋鼍"}))
    assert "派给陈一禾了。" in shown(reviewer.post(of(report(june), "assign"), {"to": "chen2"}, follow=True))


def test_who_assigns_nothing_is_offered_nobody(june: Office, clerk: Client, reviewer: Client) -> None:
    assert clerk.get("/findings/people/", {"unit": "QH", "q": "陈"}).status_code == 403
    closed = corrected(june)
    actions.verify(finding=closed, by=june.cast.he)
    assert reviewer.get("/findings/people/", {"finding": closed.pk}).status_code == 403
    assert reviewer.get("/findings/people/", {"finding": "x"}).status_code == 404


def test_offering_people_asks_as_much_of_many_as_of_few(june: Office, reviewer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            offered(reviewer, "网格")
        return len(made)

    asked()
    before = asked()
    for number in range(8):
        name = f"网格员{number}"
        people.seat(june.cast.community, f"w{number}", name, f"网格岗{number}", ["clerk"], june.cast.admin)
    assert asked() == before
