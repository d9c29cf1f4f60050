"""What a phone sends is taken in once, whoever sends it, however often, and nothing of it is lost."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.inspections import actions, rounds_query
from mingzhang.inspections.models import Answer, Operation, Photo, Round
from tests.inspections import rounds
from tests.inspections.rounds import RIGHT, Phone, RoundsWorld, again, client_of, operation, sent, sync, told


def said_of(round: Round, item: str) -> list[str]:
    return [one.value for one in rounds_query.reading_of(round).heads[item]]


def test_each_object_drawn_is_a_round_of_its_drawn_inspectors_once_it_starts(
    office: RoundsWorld,
) -> None:
    made = office.under_way()
    assert len(made) == 3
    assert [one.number for one in made] == [1, 2, 3]
    for one in made:
        assert one.unit == one.drawn.object.unit
        assert {each.person for each in one.inspectors.all()} == {office.feng, office.song}


def test_the_same_operation_sent_twice_changes_nothing(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    made = sent("answer", item="posted", value="no", note="没有贴")
    phone.take(visit, made)
    phone.online().take(visit, made)
    assert Answer.objects.filter(round=visit).count() == 1
    assert again(visit).state == "begun"


def test_what_was_taken_in_counts_as_done_even_after_the_round_is_finished(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    made = sent("answer", item="posted", value="yes")
    phone.take(visit, made)
    phone.seen["posted"] = made.op
    for item, value in RIGHT.items():
        phone.answer(visit, item, value)
    finish = sent("finish")
    phone.take(visit, finish)
    phone.take(visit, made)
    phone.take(visit, finish)
    with pytest.raises(StateRefused, match="查完"):
        phone.answer(visit, "posted", "no")


def test_two_answers_given_without_knowing_of_each_other_both_stand(office: RoundsWorld) -> None:
    visit, first, second = office.visit(), Phone(office.feng), Phone(office.song)
    first.answer(visit, "posted", "yes")
    second.answer(visit, "posted", "no", "北墙没有")
    second.answer(visit, "posted", "no", "北墙和南墙都没有")  # written before anybody could tell it
    assert said_of(visit, "posted") == ["yes", "no"]
    for item in ("speed", "waiting", "hardest"):
        first.answer(visit, item, RIGHT[item])
    with pytest.raises(StateRefused, match="“材料清单贴着”有两种答案"):
        first.do(visit, "finish")


def test_whoever_has_seen_both_settles_it(office: RoundsWorld) -> None:
    visit, first, second = office.visit(), Phone(office.feng), Phone(office.song)
    first.answer(visit, "posted", "yes")
    second.answer(visit, "posted", "no")
    first.look(visit).answer(visit, "posted", "no", "看错了")
    assert said_of(visit, "posted") == ["no"]


def test_one_who_has_not_seen_the_other_answer_changes_their_own_only(office: RoundsWorld) -> None:
    visit, first, second = office.visit(), Phone(office.feng), Phone(office.song)
    first.answer(visit, "posted", "yes")
    second.answer(visit, "posted", "no")
    first.online().answer(visit, "posted", "yes", "贴在里间")
    assert said_of(visit, "posted") == ["no", "yes"]


def test_two_who_say_the_same_do_not_contradict_each_other(office: RoundsWorld) -> None:
    visit, first, second = office.visit(), Phone(office.feng), Phone(office.song)
    first.answer(visit, "posted", "yes")
    second.answer(visit, "posted", "yes")
    first.online().answer(visit, "posted", "no")
    assert said_of(visit, "posted") == ["no"]


def test_an_unanswered_item_is_named_when_finishing_is_refused(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    with pytest.raises(StateRefused):
        phone.do(visit, "finish")
    phone.answer(visit, "posted", "yes")
    with pytest.raises(StateRefused, match="“办得快不快”、“等的人”、“最难的事”还没有答案"):
        phone.do(visit, "finish")
    phone.answer(visit, "posted", "")
    with pytest.raises(StateRefused, match="材料清单贴着"):
        phone.do(visit, "finish")


@pytest.mark.parametrize(
    ("item", "value"),
    [("posted", "maybe"), ("speed", "soon"), ("waiting", "三"), ("waiting", "nan"), ("colour", "yes")],
)
def test_an_answer_that_an_item_does_not_have_is_refused(office: RoundsWorld, item: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        Phone(office.feng).answer(office.visit(), item, value)


def test_what_was_noted_or_pictured_can_be_taken_away_again(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    note = phone.do(visit, "note", item="", words="门坏了", category="facility", severity="minor", place="北门")
    photo = phone.photo(visit, "posted")
    for what in (note, photo, photo):
        phone.do(visit, "drop", what=str(what))
    reading = rounds_query.reading_of(visit)
    assert (reading.noted, reading.photos) == ([], [])
    assert Photo.objects.filter(round=visit).exists()


def test_what_the_inspected_party_says_on_the_spot_acknowledges_it(office: RoundsWorld) -> None:
    visit, phone = office.visit(), Phone(office.feng)
    phone.do(visit, "statement", words="已经在改", said_by="社区书记", agrees=True)
    done = office.finished(visit)
    assert (done.state, done.statement, done.said_by, done.agrees) == ("acknowledged", "已经在改", "社区书记", True)


def test_after_it_is_finished_they_may_still_say_something_once(office: RoundsWorld) -> None:
    done = office.finished(office.visit())
    assert done.state == "finished"
    Phone(office.feng).do(done, "statement", words="", said_by="社区书记", agrees=None)
    assert again(done).state == "acknowledged"
    with pytest.raises(StateRefused):
        Phone(office.feng).do(done, "statement", words="再说一句", said_by="社区书记", agrees=False)


def test_only_who_was_sent_writes(office: RoundsWorld) -> None:
    visit = office.visit()
    for person in (office.wei, office.cast.lu):
        with pytest.raises(NotAllowed):
            Phone(person).answer(visit, "posted", "yes")


# --- rounds -------------------------------------------------------------------------------------------------------


def test_a_unit_checks_itself_and_nobody_acknowledges_that(office: RoundsWorld) -> None:
    check = office.self_check()
    with pytest.raises(StateRefused, match="不用签认"):
        Phone(office.cast.lu).do(check, "statement", words="好", said_by="书记", agrees=True)
    done = office.finished(check, by=office.cast.lu)
    assert done.state == "finished"
    with pytest.raises(StateRefused, match="不用签认"):
        actions.acknowledge(round=done, words="", agrees=None, by=office.gu)


def test_another_unit_does_not_check_it(office: RoundsWorld) -> None:
    with pytest.raises(NotAllowed):
        office.self_check(by=office.cast.outsider)


def test_a_round_is_called_off_with_a_reason_and_then_takes_nothing_more(office: RoundsWorld) -> None:
    visit = office.visit()
    with pytest.raises(InvalidInput):
        actions.call_off(round=visit, reason=" ", by=office.wei)
    actions.call_off(round=visit, reason="正在搬迁", by=office.wei)
    with pytest.raises(StateRefused, match="不查了"):
        Phone(office.feng).answer(visit, "posted", "yes")


def test_an_inspection_ends_once_every_object_was_inspected_or_called_off(office: RoundsWorld) -> None:
    first, *rest = office.under_way()
    for one in rest:
        office.finished(one)
    with pytest.raises(StateRefused, match=f"{first.unit.name}还没有查完"):
        actions.finish_inspection(inspection=first.inspection, by=office.wei)
    actions.call_off(round=first, reason="正在搬迁", by=office.wei)
    assert actions.finish_inspection(inspection=first.inspection, by=office.wei).state == "finished"


def test_a_cancelled_inspection_calls_off_what_is_left(office: RoundsWorld) -> None:
    first, second, third = office.under_way()
    office.finished(first)
    actions.cancel_inspection(inspection=first.inspection, reason="改期", by=office.wei)
    assert [again(one).state for one in (first, second, third)] == ["finished", "called_off", "called_off"]


def test_a_draw_by_which_somebody_was_inspected_is_not_drawn_again(office: RoundsWorld) -> None:
    first, second, _third = office.under_way()
    office.finished(first)
    with pytest.raises(StateRefused, match="已经有查完的对象"):
        actions.redraw(draw=first.drawn.draw, reason="名单旧了", by=office.wei)
    assert again(second).state == "planned"


def test_somebody_of_the_inspected_unit_acknowledges(office: RoundsWorld) -> None:
    done = next(office.finished(one) for one in office.under_way() if one.unit.level == "street")
    of_unit = {"QH": office.cast.zhou, "SL": office.cast.outsider}[done.unit.code]
    with pytest.raises(NotAllowed, match="自己的"):
        actions.acknowledge(round=done, words="", agrees=True, by=office.wei)
    actions.acknowledge(round=done, words="同意", agrees=True, by=of_unit)
    held = again(done)
    assert (held.state, held.acknowledged_by, held.agrees) == ("acknowledged", of_unit, True)


# --- over HTTP ----------------------------------------------------------------------------------------------------


def test_the_phone_takes_its_rounds_along(office: RoundsWorld) -> None:
    visit = office.visit()
    Phone(office.feng).answer(visit, "posted", "no", "没有贴")
    taken = told(client_of(office.feng).get(reverse("inspections:onsite_rounds")))
    assert (taken["person"], taken["name"]) == (str(office.feng.pk), "冯督查员")
    assert taken["csrf"]
    assert [one["number"] for one in taken["rounds"]] == [1, 2, 3]
    one = taken["rounds"][0]
    assert (one["kind"], one["state"], one["title"]) == ("visit", "begun", "便民服务设施检查")
    assert (one["unit"], one["turn"], one["of"]) == (visit.unit.name, 1, 3)
    assert one["answers"]["posted"]["value"] == "no"
    items = [item for part in one["checklist"]["parts"] for item in part["items"]]
    assert [item["id"] for item in items] == list(RIGHT)
    assert items[2] == {
        "id": "waiting", "name": "等的人", "basis": "《优化营商环境条例》第一条", "answer": "number", "options": [],
        "unit": "人", "min": "0", "max": "10", "guidance": "", "photo": False,
        "sorted_on_site": False, "decides": False,
    }  # fmt: skip
    assert one["severities"] == [{"id": "minor", "name": "一般"}, {"id": "grave", "name": "严重"}]


def test_what_was_finished_long_ago_is_not_taken_along(office: RoundsWorld) -> None:
    office.finished(office.visit())
    assert len(rounds_query.taken_along(office.feng)) == 3
    with clock.at(clock.now() + timedelta(days=8)):
        assert len(rounds_query.taken_along(office.feng)) == 2


def test_one_bad_operation_does_not_stop_the_others(office: RoundsWorld) -> None:
    visit, client = office.visit(), client_of(office.feng)
    good, bad = operation("answer", item="posted", value="yes"), operation("answer", item="speed", value="soon")
    taken = told(sync(client, visit, office.feng, operation("finish"), bad, "?", good))
    assert taken["done"] == [good["op"]]
    assert [one["op"] for one in taken["refused"]] == [bad["op"], None, taken["refused"][2]["op"]]
    assert "还没有答案" in taken["refused"][2]["why"]
    assert taken["round"]["answers"]["posted"]["value"] == "yes"


def test_finishing_comes_last_wherever_it_stands(office: RoundsWorld) -> None:
    answers = [operation("answer", item=item, value=value) for item, value in RIGHT.items()]
    taken = told(sync(client_of(office.feng), office.visit(), office.feng, operation("finish"), *answers))
    assert taken["refused"] == []
    assert taken["round"]["state"] == "finished"


def test_another_person_than_who_wrote_it_is_told_so(office: RoundsWorld) -> None:
    answer = operation("answer", item="posted", value="yes")
    response = sync(client_of(office.song), office.visit(), office.feng, answer)
    assert response.status_code == 409
    assert "另一个人" in told(response)["why"]
    assert not Operation.objects.exists()


def test_a_round_of_others_is_not_found(office: RoundsWorld) -> None:
    visit = office.visit()
    for person in (office.cast.outsider, office.wei, office.cast.stranger):
        assert sync(client_of(person), visit, person).status_code == 404


def test_a_session_that_is_over_is_told_in_json(office: RoundsWorld) -> None:
    visit, client = office.visit(), Client(enforce_csrf_checks=True)
    for response in (
        sync(client, visit, office.feng),
        rounds.send_photo(client, visit, office.feng),
        client.get(reverse("inspections:onsite_rounds")),
    ):
        assert response.status_code == 401
        assert "登录" in told(response)["why"]


def test_an_old_token_is_told_in_json_and_a_new_one_serves(office: RoundsWorld) -> None:
    visit, client = office.visit(), client_of(office.feng, enforce_csrf_checks=True)
    response = sync(client, visit, office.feng, **{"X-CSRFToken": "x" * 64})
    assert (response.status_code, list(told(response))) == (403, ["why"])
    token = told(client.get(reverse("inspections:onsite_rounds")))["csrf"]
    assert sync(client, visit, office.feng, **{"X-CSRFToken": token}).status_code == 200


def test_a_picture_is_taken_in_once(office: RoundsWorld) -> None:
    visit, client, op = office.visit(), client_of(office.feng), str(uuid4())
    for _time in range(2):
        response = rounds.send_photo(client, visit, office.feng, op=op)
        assert (response.status_code, told(response)["done"]) == (200, [op])
    photos = told(response)["round"]["photos"]
    assert [one["item"] for one in photos] == ["posted"]
    assert len(photos[0]["sha256"]) == 64


def test_what_is_no_picture_is_refused(office: RoundsWorld) -> None:
    visit, client = office.visit(), client_of(office.feng)
    for content, name in ((b"%PDF-1.4\n%%EOF", "a.pdf"), (b"MZ", "a.exe"), (b"nothing", "a.jpg")):
        file = rounds.named(io.BytesIO(content), name)
        assert rounds.send_photo(client, visit, office.feng, file=file).status_code == 415


def test_a_picture_that_is_too_large_is_refused(office: RoundsWorld, settings: object) -> None:
    settings.EVIDENCE_MAX_BYTES = 100  # type: ignore[attr-defined]
    assert rounds.send_photo(client_of(office.feng), office.visit(), office.feng).status_code == 413
