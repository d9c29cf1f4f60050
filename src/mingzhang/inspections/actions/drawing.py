"""Drawing: the roster is published, the seed comes about, objects and inspectors are drawn; a draw that fails or
does not serve ends with a reason, and stays."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.inspections import flows, queries, rules
from mingzhang.inspections.actions.hands import check_awaiting, recuse_hands
from mingzhang.inspections.actions.pools import locked
from mingzhang.inspections.actions.rounds import call_off_rest, check_none_finished, make_rounds
from mingzhang.inspections.models import Commitment, Draw, Drawn, DrawnInspector, Round
from mingzhang.inspections.rosters import commitment_said, post_said, roster_of
from mingzhang.inspections.rules import LONGEST_SECRET
from mingzhang.inspections.verify_draw import Json, canonical, check_roster, commitment, digest, document_of
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_line, needed_note
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import holding, today_in
from mingzhang.organisation.roles import Permission, roles_with

SALT_BYTES = 16


@transaction.atomic
def publish_roster(*, draw: Draw, by: Person) -> Draw:
    """From now on the roster stands: its digest is published before anybody can know the seed. Raises NotAllowed,
    StateRefused, InvalidInput for a roster that cannot be drawn from."""
    held = locked(draw)
    rules.check_user_can_draw(by, held, "publish")
    today = today_in(held.inspection.book)
    check_awaiting(held)
    recuse_hands(held)
    rules.check_publishable(held, today)
    roster = roster_of(held)
    check_roster(roster)
    held.roster, held.roster_digest = canonical(roster).decode(), digest(roster)
    held.published_on, held.published_at, held.published_by = today, clock.now(), by
    data = {"roster": held.roster_digest, "objects": len(roster["objects"]), "source": held.source}
    fields = ("roster", "roster_digest", "published_on", "published_at", "published_by")
    _move(held, "publish", by, *fields, data=data)
    return held


@transaction.atomic
def commit_secret(*, draw: Draw, secret: str, by: Person) -> Commitment:
    """One of two people says by a digest what they will say later. The secret itself is not kept. Raises
    NotAllowed, StateRefused, InvalidInput for one that could be guessed."""
    held = locked(draw)
    rules.check_user_can_draw(by, held, "commit")
    secret = clean_line(secret, LONGEST_SECRET, _("这段话"))
    rules.check_secret(secret)
    slot, salt, post = len(queries.commitments_of(held)) + 1, secrets.token_hex(SALT_BYTES), _post_of(by, held)
    made = Commitment.objects.create(
        draw=held,
        slot=slot,
        person=by,
        post=post,
        salt=salt,
        commitment=commitment(held.roster_digest, slot, post, salt, secret),
        committed_at=clock.now(),
    )
    data = {"slot": slot, "commitment": made.commitment}
    _move(held, "commit", by, case="both" if slot == 2 else "one", data=data)
    return made


@transaction.atomic
def reveal_secret(*, draw: Draw, secret: str, by: Person) -> Draw:
    """Somebody who committed says what it was to; with the second, the draw is made. Raises NotAllowed,
    StateRefused, InvalidInput for something else than was committed to."""
    lock_position(draw.inspection.book)  # before anything else, as posting does
    held = locked(draw)
    rules.check_user_can_draw(by, held, "reveal")
    both = queries.commitments_of(held)
    own = next(one for one in both if one.person_id == by.pk)
    secret = clean_line(secret, LONGEST_SECRET, _("这段话"))
    if commitment(held.roster_digest, own.slot, own.post, own.salt, secret) != own.commitment:
        raise InvalidInput(
            _("和您承诺时写的不一样。"),
            problems={"secret": [_("要一字不差，连标点和空格。")]},
            remedy=_("想不起来，就请写明原因作废这次抽取，重新承诺。"),
        )
    own.secret, own.revealed_at = secret, clock.now()
    own.save(update_fields=["secret", "revealed_at"])
    if not all(one.secret for one in both):
        _move(held, "reveal", by, case="one", data={"slot": own.slot})
        return held
    return _draw(held, "reveal", by, [commitment_said(one) for one in both], case="both")


@transaction.atomic
def state_value(*, draw: Draw, value: str, by: Person) -> Draw:
    """The public value that the roster named, once its day has come. Raises NotAllowed, StateRefused,
    InvalidInput."""
    held = locked(draw)
    rules.check_user_can_draw(by, held, "state")
    if held.value_on and today_in(held.inspection.book) < held.value_on:
        raise StateRefused(
            _("%(day)s还没有到。") % {"day": held.value_on.isoformat()}, remedy=_("请到那一天公布以后再填。")
        )
    held.value, held.value_by = rules.clean_value(value), by
    _move(held, "state", by, "value", "value_by", data={"value": held.value})
    return held


@transaction.atomic
def take_back_value(*, draw: Draw, by: Person) -> Draw:
    """It was not the value that was published: somebody states it anew. Raises NotAllowed, StateRefused."""
    held = locked(draw)
    rules.check_user_can_draw(by, held, "take_back")
    data = {"value": held.value}
    held.value, held.value_by = "", None
    _move(held, "take_back", by, "value", "value_by", data=data)
    return held


@transaction.atomic
def confirm_value(*, draw: Draw, value: str, by: Person) -> Draw:
    """Somebody else types the value from its source; if it is the same, the draw is made. Raises NotAllowed,
    StateRefused, InvalidInput when the two differ."""
    lock_position(draw.inspection.book)  # before anything else, as posting does
    held = locked(draw)
    rules.check_user_can_draw(by, held, "confirm")
    if rules.clean_value(value) != held.value:
        raise InvalidInput(
            _("和填写的不一样。"),
            problems={"value": [_("两个人填的要一样。")]},
            remedy=_("请对照出处。填错了的是前一个人，就收回，重新填写。"),
        )
    held.confirmed_by = by
    return _draw(held, "confirm", by, [])


@transaction.atomic
def void_draw(*, draw: Draw, reason: str, by: Person) -> Draw:
    """It cannot be completed: somebody does not reveal, or the value was never published. It stays, with the
    reason. Raises NotAllowed, StateRefused, InvalidInput without a reason."""
    return _end(draw, "void", reason, by)


@transaction.atomic
def redraw(*, draw: Draw, reason: str, by: Person) -> Draw:
    """Its result does not serve. It stays, with the reason, and another may be begun; nobody is inspected by it any
    more. Raises as `void_draw`, and StateRefused once somebody was."""
    lock_position(draw.inspection.book)  # before anything else, as posting does
    check_none_finished(draw)
    ended = _end(draw, "redraw", reason, by)
    call_off_rest(Round.objects.filter(drawn__draw=ended), ended.ended_because, by)
    return ended


def _end(draw: Draw, verb: str, reason: str, by: Person) -> Draw:
    held = locked(draw)
    rules.check_user_can_draw(by, held, verb)
    if held.inspection.state not in ("approved", "under_way"):
        raise StateRefused(_("检查已经结束，抽取不能再动。"))
    held.ended_because = needed_note(reason, _("原因"), _("要写明原因，它会公开。"))
    held.ended_by, held.ended_at = by, clock.now()
    private = {} if held.inspection.secret else {"reason": held.ended_because}
    _move(held, verb, by, "ended_because", "ended_by", "ended_at", private=private)
    return held


def _draw(draw: Draw, verb: str, by: Person, commitments: list[Json], case: str = "") -> Draw:
    """The one place where a result comes about, by the code that anybody may run."""
    document = document_of(json.loads(draw.roster), commitments, draw.value)
    draw.seed, draw.drawn_at = document["seed"], clock.now()
    draw.result = canonical(document["result"]).decode()
    _keep_rows(draw, document["result"])
    data = {"seed": draw.seed, "result": digest(document["result"]), "roster": draw.roster_digest}
    _move(draw, verb, by, "value", "value_by", "confirmed_by", "seed", "result", "drawn_at", case=case, data=data)
    if draw.inspection.state == "under_way":
        make_rounds(draw.inspection, [draw], by)
    return draw


def _keep_rows(draw: Draw, result: Json) -> None:
    numbers = {one["object"] for one in result["chosen"]}
    objects = dict(draw.pool.filter(number__in=numbers).values_list("number", "pk"))
    inspectors = dict(draw.inspectors.values_list("number", "pk"))
    Drawn.objects.bulk_create(
        Drawn(object_id=objects[one["object"]], draw=draw, why=one["why"], chance=one["chance"])
        for one in result["chosen"]
    )
    DrawnInspector.objects.bulk_create(
        DrawnInspector(drawn_id=objects[one["object"]], inspector_id=inspectors[number])
        for one in result["chosen"]
        for number in one["inspectors"]
    )


def _post_of(person: Person, draw: Draw) -> str:
    """By which post somebody takes part: the nearest one that lets them."""
    unit = draw.inspection.unit
    held = holding().filter(
        person=person, post__roles__overlap=roles_with(Permission.INSPECTION_DRAW), post__unit_id__in=unit.ancestors
    )
    found = sorted(
        held.select_related("post__unit").order_by("id"),
        key=lambda one: -unit.ancestors.index(one.post.unit_id),
    )
    return post_said(found[0].post)


def _move(
    draw: Draw,
    verb: str,
    by: Person,
    *fields: str,
    case: str = "",
    data: dict[str, Any] | None = None,
    private: dict[str, str] | None = None,
) -> None:
    draw.state = flows.DRAW.target(draw.state, verb, case)
    draw.save(update_fields=["state", *fields])
    append.event(
        book=draw.inspection.book.code,
        actor=by.ref,
        verb=f"draw.{verb}",
        subject=draw.ref,
        data=data,
        private=private,
    )
