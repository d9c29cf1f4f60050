"""回头看: visits drawn from closed findings, and what comes of what was seen there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO

import docx
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.findings import actions as findings
from mingzhang.findings.models import Finding, FindingEvidence, FollowUp
from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Asked, syncing
from mingzhang.inspections.models import Draw, Inspection, PoolObject, Recusal, Round, RoundFollowUp
from mingzhang.inspections.outcome import outcome_of
from mingzhang.inspections.verify_draw import checked_bytes
from mingzhang.organisation.actions import appoint, create_post
from mingzhang.organisation.models import Person, Unit
from tests.inspections.rounds import Phone, RoundsWorld, again, client_of, operation, sync, told

AT = "?unit=YC"
WORDS = "孙大爷家门口堆了杂物"


@pytest.fixture
def summer() -> Iterator[None]:
    """A day of the inspection, some months after the findings were closed."""
    with clock.at(datetime(2026, 7, 9, 4, tzinfo=UTC)):
        yield


def closed(office: RoundsWorld, unit: Unit, severity: str = "minor", owner: Person | None = None) -> Finding:
    """A finding that was solved and closed in February: it is to be looked at again in May."""
    with clock.at(datetime(2026, 2, 5, 4, tzinfo=UTC)):
        found = findings.report(
            found=findings.Found(
                unit=unit, source="residents", category="facility", severity=severity, description=WORDS,
                found_on=date(2026, 2, 4), place="北门",
            ),
            pack=office.pack,
            by=office.li,
        )  # fmt: skip
        owner = owner or office.cast.lu
        found = findings.assign(finding=found, owner=owner, by=office.li)
        found = findings.begin(finding=found, by=owner)
        found = findings.submit(finding=found, result="清走了", by=owner)
        found = findings.verify(finding=found, by=office.li)
        findings.close(finding=found, by=office.wei)
    found.refresh_from_db()
    return found


@pytest.fixture(scope="module")
def kept_rounds(kept_rounds: RoundsWorld) -> RoundsWorld:
    """Three minor findings and a grave one are to be looked at again, all in the first community."""
    for severity in ("minor", "minor", "minor", "grave"):
        closed(kept_rounds, kept_rounds.cast.community, severity)
    return kept_rounds


@pytest.fixture
def four(office: RoundsWorld) -> list[Finding]:
    return list(Finding.objects.order_by("id"))


def planned(office: RoundsWorld, **changes: object) -> Draw:
    """A draw of an inspection without a checklist of its own."""
    return actions.begin_draw(inspection=office.approved(**changes), by=office.feng)


def pooled(office: RoundsWorld, draw: Draw | None = None, **asked: object) -> Draw:
    draw = draw or planned(office)
    wanted = Asked(**({"unit": office.cast.county, "last": date(2026, 7, 17)} | asked))  # type: ignore[arg-type]
    return actions.set_pool_of_findings(draw=draw, asked=wanted, by=office.feng)


def under_way(office: RoundsWorld, draw: Draw) -> list[Round]:
    """Everything in the pool is drawn; the inspection starts."""
    draw = office.settled(draw, tuple(count for _one, count in queries.counts_of_strata(draw)))
    with clock.at(datetime(2026, 7, 8, 4, tzinfo=UTC)):
        draw = office.drawn(office.committed(office.published(draw)))
        actions.start_inspection(inspection=draw.inspection, by=office.wei)
    rounds = Round.objects.filter(inspection=draw.inspection).order_by("number")
    return [again(one) for one in rounds]


def inspector_of(round: Round) -> Person:
    found = round.inspectors.select_related("person").first()
    assert found is not None
    return found.person


def looked(round: Round, still: str = "good", note: str = "", measures: str = "yes") -> Round:
    phone = Phone(inspector_of(round))
    phone.answer(round, "still", still, note)
    phone.answer(round, "measures", measures)
    phone.do(round, "finish")
    return again(round)


def finding_of(round: Round) -> Finding:
    found: Finding = round.drawn.object.finding  # type: ignore[union-attr, assignment]
    found.refresh_from_db()
    return found


# --- the pool -----------------------------------------------------------------------------------------------------


def test_the_pool_is_made_of_findings_that_are_to_be_looked_at_again(
    office: RoundsWorld, summer: None, four: list[Finding]
) -> None:
    found = four
    draw = pooled(office)
    assert set(draw.pool.values_list("finding", flat=True)) == {one.pk for one in found}
    assert [(one.name, count) for one, count in queries.counts_of_strata(draw)] == [("严重", 1), ("一般", 3)]


def test_unit_day_category_and_severity_narrow_the_pool_down(office: RoundsWorld, summer: None) -> None:
    elsewhere = closed(office, office.cast.other_community, owner=office.cast.outsider)
    draw = planned(office)

    def size(**asked: object) -> int:
        return pooled(office, draw, **asked).pool.count()

    assert size() == 5
    assert size(unit=office.cast.street) == 4
    assert size(severity="grave") == 1
    assert size(unit=office.cast.other_street) == 1
    assert elsewhere.follow_up_on is not None
    assert size(first=elsewhere.follow_up_on) == 4
    with pytest.raises(InvalidInput, match="没有这样的问题"):
        size(category="service")


def test_severities_weigh_as_was_said_and_the_roster_tells_so(office: RoundsWorld, summer: None) -> None:
    draw = office.published(office.settled(pooled(office, weights={"grave": 5}), (1, 1)))
    roster = json.loads(draw.roster)
    assert roster["weights"] == "权重按问题的程度：严重5，一般1"
    assert {one["because"] for one in roster["objects"]} == {"5 = 严重", "1 = 一般"}


def test_the_published_roster_names_findings_by_number_alone(
    office: RoundsWorld, summer: None, four: list[Finding]
) -> None:
    found = four
    draw = office.drawn(office.committed(office.published(office.settled(pooled(office), (1, 3)))))
    document = Client().get(reverse("inspections:open_document", args=(draw.inspection_id, 1))).content
    said = document.decode()
    assert WORDS not in said
    assert "北门" not in said
    assert f"问题{found[0].number}" in said
    assert list(checked_bytes(document))[-1][0] == "✓"


def test_whoever_corrected_a_finding_is_recused_whatever_is_done(office: RoundsWorld, summer: None) -> None:
    own = closed(office, office.cast.community, owner=office.gu)
    office.cast.book.refresh_from_db()
    hand = seated_as_inspector(office, office.gu)
    draw = pooled(office)
    kept = Recusal.objects.get(draw=draw, inspector__person=hand)
    assert (kept.object.finding, kept.reason) == (own, "interest")
    with pytest.raises(StateRefused, match="去不掉"):
        actions.remove_recusal(draw=draw, recusal=kept.pk, by=office.feng)
    chosen = [one.person for one in queries.inspectors_of(draw)]
    actions.set_inspectors(draw=draw, people=[office.feng], by=office.feng)
    assert not Recusal.objects.filter(draw=draw).exists()
    actions.set_inspectors(draw=draw, people=chosen, by=office.feng)
    assert Recusal.objects.filter(draw=draw, inspector__person=hand).exists()


def seated_as_inspector(office: RoundsWorld, person: Person) -> Person:
    post = create_post(unit=office.cast.street, name="巡查岗", roles=["inspector"], by=office.cast.admin)
    appoint(person=person, post=post, start=date(2026, 3, 1), by=office.cast.admin)
    return person


def test_a_pool_that_is_typed_anew_keeps_its_findings(office: RoundsWorld, summer: None) -> None:
    draw = pooled(office, weights={"grave": 5})
    lines = [f"{one.unit.code}\t{one.place}\t{one.stratum.name}\t{one.weight}" for one in queries.objects_of(draw)]
    draw = actions.set_pool(draw=draw, table="\n".join(lines[1:]), by=office.feng)
    assert draw.pool.filter(finding__isnull=False).count() == 3
    assert draw.weighing
    typed = [re.sub(r"\d+$", "7", line) for line in lines]
    draw = actions.set_pool(draw=draw, table="\n".join(typed), by=office.feng)
    assert draw.weighing == ""
    assert set(draw.pool.values_list("because", flat=True)) == {""}


def test_a_finding_that_was_looked_at_meanwhile_is_not_published(
    office: RoundsWorld, summer: None, four: list[Finding]
) -> None:
    found = four[0]
    draw = office.settled(pooled(office), (1, 3))
    findings.follow_up(finding=found, result="confirmed", by=office.song)
    with pytest.raises(InvalidInput, match=found.number):
        office.published(draw)


# --- the visit ----------------------------------------------------------------------------------------------------


def test_a_visit_asks_whether_it_is_still_good_and_tells_what_was_wrong(office: RoundsWorld, summer: None) -> None:
    round = under_way(office, pooled(office))[0]
    answer = client_of(inspector_of(round)).get(reverse("inspections:onsite_rounds"))
    said = next(one for one in told(answer)["rounds"] if one["number"] == round.number)
    still, measures = (item for part in said["checklist"]["parts"] for item in part["items"])
    assert [still["id"], measures["id"]] == ["still", "measures"]
    assert [still["decides"], measures["decides"]] == [True, False]
    assert finding_of(round).number in said["place"]
    assert said["again"]["number"] == finding_of(round).number
    assert {one["name"]: one["words"] for one in said["again"]["lines"]} == {
        "当时": f"{WORDS}（2026年2月4日发现）", "地点": "北门", "类别": "设施破损，严重", "怎样改的": "清走了",
        "销号": "2026年2月5日",
    }  # fmt: skip


def test_what_is_still_good_is_confirmed_by_the_inspector(office: RoundsWorld, summer: None) -> None:
    round = looked(under_way(office, pooled(office))[0], note="干干净净")
    found = finding_of(round)
    assert found.state == "confirmed"
    seen = FollowUp.objects.get(closing__finding=found)
    assert (seen.by, seen.note) == (inspector_of(round), "干干净净\n整改措施还在做")
    assert RoundFollowUp.objects.get(round=round).follow_up == seen


def test_what_came_back_is_opened_again_under_its_old_number(office: RoundsWorld, summer: None) -> None:
    before = Finding.objects.count()
    round = looked(under_way(office, pooled(office))[0], "again", "又堆上了", "no")
    found = finding_of(round)
    assert (found.state, found.round, found.owner) == ("assigned", 2, office.cast.lu)
    assert Finding.objects.count() == before
    assert FollowUp.objects.get(closing__finding=found).note == "又堆上了\n整改措施没有在做"


def test_how_the_finding_is_now_has_to_be_said(office: RoundsWorld, summer: None) -> None:
    round = under_way(office, pooled(office))[0]
    with pytest.raises(InvalidInput, match="“这个问题现在怎么样”不能答“不涉及”"):
        Phone(inspector_of(round)).answer(round, "still", "na")


def test_a_round_that_was_answered_so_before_it_was_refused_is_not_finished(
    office: RoundsWorld, summer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = under_way(office, pooled(office))[0]
    phone = Phone(inspector_of(round))
    with monkeypatch.context() as before:
        before.setattr(syncing, "decides", lambda _round, _item: False)
        phone.answer(round, "still", "na")
    phone.answer(round, "measures", "yes")
    with pytest.raises(StateRefused, match="“这个问题现在怎么样”不能答“不涉及”"):
        phone.do(round, "finish")
    phone.answer(round, "still", "good")
    phone.do(round, "finish")
    assert again(round).state == "finished"


def test_pictures_of_what_came_back_show_how_it_looks_before_it_is_corrected_again(
    office: RoundsWorld, summer: None
) -> None:
    good, back, *_rest = under_way(office, pooled(office))
    for round in (good, back):
        Phone(inspector_of(round)).photo(round, "still")
    looked(good)
    found = finding_of(looked(back, "again", "又堆上了"))
    shown = FindingEvidence.objects.values_list("finding", "round", "stage", "name")
    assert list(shown) == [(found.pk, 2, "before", "现场.jpg")]


def test_what_came_back_is_not_finished_without_saying_how(office: RoundsWorld, summer: None) -> None:
    round = under_way(office, pooled(office))[0]
    who = inspector_of(round)
    answer = sync(
        client_of(who), round, who, operation("answer", item="still", value="again", note=""),
        operation("answer", item="measures", value="na", note=""), operation("finish"),
    )  # fmt: skip
    assert "反弹" in told(answer)["refused"][0]["why"]
    assert again(round).state == "begun"
    assert finding_of(round).state == "closed"


def test_whoever_somebody_else_was_faster_than_finishes_all_the_same(office: RoundsWorld, summer: None) -> None:
    round = under_way(office, pooled(office))[0]
    other = office.song if inspector_of(round) == office.feng else office.feng
    findings.follow_up(finding=finding_of(round), result="confirmed", by=other)
    assert looked(round).state == "finished"
    assert not RoundFollowUp.objects.filter(round=round).exists()
    assert FollowUp.objects.filter(closing__finding=finding_of(round)).count() == 1


def test_whoever_corrects_it_after_the_draw_cannot_confirm_it(office: RoundsWorld, summer: None) -> None:
    round = under_way(office, pooled(office))[0]
    found = finding_of(round)
    Finding.objects.filter(pk=found.pk).update(owner=inspector_of(round))
    with pytest.raises(Exception, match="参与了整改"):
        looked(round)
    assert again(round).state == "begun"


def test_the_timeline_of_the_finding_leads_to_the_visit_and_back(office: RoundsWorld, summer: None) -> None:
    round = looked(under_way(office, pooled(office))[0])
    found = finding_of(round)
    page = client_of(office.wei).get(reverse("findings:finding", args=(found.pk,)) + AT).content.decode()
    assert reverse("inspections:round", args=(round.number,)) in page
    page = client_of(office.wei).get(reverse("inspections:round", args=(round.number,)) + AT).content.decode()
    assert reverse("findings:finding", args=(found.pk,)) in page
    assert "round-sum" not in page


def test_findings_and_objects_of_a_checklist_can_be_drawn_together(office: RoundsWorld, summer: None) -> None:
    draw = pooled(office, planned(office, checklist=(office.pack, "point")))
    lines = [f"{one.unit.code}\t{one.place}\t{one.stratum.name}\t{one.weight}" for one in queries.objects_of(draw)]
    draw = actions.set_pool(draw=draw, table="\n".join([*lines, "QH-02\t大厅\t现场\t1"]), by=office.feng)
    rounds = under_way(office, draw)
    assert sorted({one.checklist for one in rounds}) == ["follow-up", "point"]


def test_what_was_seen_again_is_told_in_the_result_and_counts_no_items(office: RoundsWorld, summer: None) -> None:
    first, second, *rest = under_way(office, pooled(office))
    inspection = first.inspection
    assert inspection is not None
    looked(first)
    looked(second, "again", "又堆上了")
    for one in rest:
        actions.call_off(round=one, reason="下大雨", by=office.wei)
    outcome = outcome_of(inspection)
    assert outcome.tally.items == 0
    assert sorted(one.result for one in outcome.followed) == ["", "", "confirmed", "recurred"]
    page = client_of(office.wei).get(reverse("inspections:result", args=(inspection.pk,)) + AT).content.decode()
    words = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))
    assert "没有反弹1件" in words
    assert "反弹了1件" in words
    for column in ("项次", "合格", "不涉及", "发现问题", "现在已销号"):
        assert column not in words, column
    assert WORDS not in words
    paper = client_of(office.wei).get(reverse("web:inspection_file", args=(inspection.pk, "docx")) + AT).content
    printed = docx.Document(BytesIO(paper))
    [objects] = [[cell.text for cell in table.rows[0].cells] for table in printed.tables[:1]]
    assert objects == ["对象", "查完", "谁查的"]
    assert "项次" not in "".join(one.text for one in printed.paragraphs)
    public(inspection, office)


def test_a_problem_noted_while_looking_again_is_told_in_the_result(office: RoundsWorld, summer: None) -> None:
    first, *rest = under_way(office, pooled(office))
    inspection = first.inspection
    assert inspection is not None
    Phone(inspector_of(first)).do(
        first, "note", words="门前台阶破了", category="facility", severity="grave", place="北门"
    )
    looked(first)
    for one in rest:
        actions.call_off(round=one, reason="下大雨", by=office.wei)
    said = client_of(office.wei).get(reverse("inspections:result", args=(inspection.pk,)) + AT).content.decode()
    [noted] = outcome_of(inspection).findings
    assert noted.finding.number in said
    assert "发现问题" in said
    assert "项次" not in said
    actions.finish_inspection(inspection=inspection, by=office.wei)
    page = Client().get(reverse("inspections:open_inspection", args=(inspection.pk,))).content.decode()
    assert "发现问题" in page
    assert "合格" not in page
    paper = client_of(office.wei).get(reverse("web:inspection_file", args=(inspection.pk, "docx")) + AT).content
    printed = docx.Document(BytesIO(paper))
    assert [cell.text for cell in printed.tables[0].rows[0].cells] == ["对象", "查完", "问题", "谁查的"]
    assert "发现问题1件" in "".join(one.text for one in printed.paragraphs)


def public(inspection: Inspection, office: RoundsWorld) -> None:
    actions.finish_inspection(inspection=inspection, by=office.wei)
    content = Client().get(reverse("inspections:open_result", args=(inspection.pk, "result", "json"))).content
    said = json.loads(content)
    assert said["follow_ups"] == {"looked_at": 2, "still_good": 1, "came_back": 1}
    assert WORDS not in content.decode()
    page = Client().get(reverse("inspections:open_inspection", args=(inspection.pk,))).content.decode()
    assert "回头看了销过号的问题2件" in page
    assert "合格" not in page


# --- what the database holds --------------------------------------------------------------------------------------


def test_a_finding_is_in_a_pool_once(office: RoundsWorld, summer: None) -> None:
    draw = pooled(office)
    one = draw.pool.order_by("number")[0]
    with pytest.raises(IntegrityError, match="pool_object_finding_once"), transaction.atomic():
        PoolObject.objects.create(
            draw=draw, number=99, unit=one.unit, place="另一处", stratum=one.stratum, finding=one.finding
        )


def test_how_weights_were_reckoned_stands_once_the_roster_is_published(office: RoundsWorld, summer: None) -> None:
    draw = office.published(office.settled(pooled(office), (1, 1)))
    with pytest.raises(IntegrityError, match="published"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(weighing="随便")


def test_that_a_finding_was_seen_in_a_visit_is_never_changed(office: RoundsWorld, summer: None) -> None:
    round = looked(under_way(office, pooled(office))[0])
    with pytest.raises(Exception, match="refused"), transaction.atomic():
        RoundFollowUp.objects.filter(round=round).update(follow_up=1)


# --- pages --------------------------------------------------------------------------------------------------------


def test_the_pool_is_taken_from_findings_on_the_page(office: RoundsWorld, summer: None) -> None:
    draw = planned(office)
    client = client_of(office.feng)
    address = reverse("inspections:act", args=(draw.inspection_id, 1, "findings")) + AT
    form = {"unit": "柳岸社区", "last": "2026-07-17", "weight-grave": "3", "weight-minor": "1"}
    assert client.post(address, form).status_code == 302
    assert sorted(draw.pool.values_list("weight", flat=True)) == [1, 1, 1, 3]
    page = client.get(reverse("inspections:draw", args=(draw.inspection_id, 1)) + AT).content.decode()
    assert "权重按问题的程度：严重3，一般1" in page
    wrong = client.post(address, form | {"unit": "没有的社区"})
    assert wrong.status_code == 422
    assert "没有单位“没有的社区”" in wrong.content.decode()
