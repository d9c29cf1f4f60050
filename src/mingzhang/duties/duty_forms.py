"""What people write to change a duty or to add one, read into the words of a pack. Problems are said in Chinese
before anything reads them as a pack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.duties.models import Adaptation
from mingzhang.duties.saying import EVERY, kind_said, role_said, said
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.duty_schema import DUTY_KINDS, DUTY_ROLES, Basis, Duty
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Kind, Pack
from mingzhang.packs.wording import language

Form = Mapping[str, str]

MONTHS = {"quarter": "3,6,9,12", "half": "6,12", "year": "12"}
LONGEST = 2000
MOST_SHEETS = 1000
LAST_SAFE_DAY = 28


def needed_day(text: str, missing: str) -> date:
    """A day that has to be there. Raises InvalidInput."""
    found = read_day(text)
    if found is None:
        raise InvalidInput(missing, remedy=_("请填日期。"))
    return found


def narrowed(duty: Duty, form: Form) -> dict[str, Any]:
    """The duty with what the form says otherwise. Raises InvalidInput, also when nothing is otherwise."""
    content = duty.model_dump(mode="json", exclude_defaults=True)
    new = content | _texts(duty, form)
    if duty.every and form.get("every"):
        new = {key: value for key, value in new.items() if key != "rule"} | _times(form, duty.kind)
    if duty.fulfilled_by:
        new["count"] = _count(form.get("count", ""))
    if Duty.model_validate(new, strict=False) == duty:
        raise InvalidInput(_("一个字都没有改。"), remedy=_("请改了再保存，或者先不改。"))
    return new


def _texts(duty: Duty, form: Form) -> dict[str, Any]:
    """Only what was changed is written anew: the other texts keep their other languages."""
    found: dict[str, Any] = {}
    for name, label in (("name", _("名称")), ("text", _("职责"))):
        words = _needed(form, name, label)
        if words != said(getattr(duty, name)):
            found[name] = {language(): words}
    evidence = _optional(form, "evidence", _("佐证"))
    if evidence != said(duty.evidence):
        found["evidence"] = {language(): evidence} if evidence else None
    return found


def written(place: Place, form: Form) -> tuple[str, dict[str, Any], date]:
    """The pack, the words and the first day of a new duty. Raises InvalidInput."""
    version = next((one for one in packs_in_force(place.unit.book) if one.pack == form.get("pack")), None)
    if version is None:
        raise InvalidInput(_("没有选归哪个体系包。"), remedy=_("请选一个体系包。"))
    pack = pack_of(version.pk)
    basis = Basis(regulation=_needed(form, "basis", _("依据")), clause=_optional(form, "clause", _("条款")) or None)
    content: dict[str, Any] = {
        "name": {language(): _needed(form, "name", _("名称"))},
        "text": {language(): _needed(form, "text", _("职责"))},
        "kind": _chosen(form, "kind", DUTY_KINDS, _("没有选类别。")),
        "levels": [place.unit.level],
        "basis": [basis.model_dump(exclude_none=True)],
        "answers": {"handler": _chosen(form, "handler", DUTY_ROLES, _("没有选由谁经办。"))},
    }
    if evidence := _optional(form, "evidence", _("佐证")):
        content["evidence"] = {language(): evidence}
    content |= _times(form, content["kind"]) | _closing(pack, place.unit, form)
    return pack.id, content, needed_day(form.get("start", ""), _("要写明从哪天起。"))


def _times(form: Form, kind: str) -> dict[str, Any]:
    """What the level above took back comes no more."""
    if kind == "recalled":
        return {}
    every = _chosen(form, "every", EVERY, _("没有选多久一次。"))
    if not (day := form.get("day", "").strip()):
        return {"every": every}
    if not (day.isascii() and day.isdecimal() and 1 <= int(day) <= LAST_SAFE_DAY):
        raise InvalidInput(
            _("“几日以前”要写1到%(most)d。") % {"most": LAST_SAFE_DAY}, remedy=_("到月底为止的请空着。")
        )
    rule = "FREQ=MONTHLY" if every == "month" else f"FREQ=YEARLY;BYMONTH={MONTHS[every]}"
    return {"every": every, "rule": f"{rule};BYMONTHDAY={int(day)}"}


def _closing(pack: Pack, unit: Unit, form: Form) -> dict[str, Any]:
    if not form.get("sheet"):
        return {}
    kinds = {kind.id: kind for kind in kinds_for(pack, unit)}
    sheet = _chosen(
        form, "sheet", kinds, _("“%(pack)s”没有这种记录单，或者这个层级不填它。") % {"pack": said(pack.name)}
    )
    return {"fulfilled_by": sheet, "count": _count(form.get("count", "") or "1")}


def kinds_for(pack: Pack, unit: Unit) -> list[Kind]:
    """The sheets of the pack that the unit writes."""
    return [kind for kind in pack.kinds if not kind.levels or unit.level in kind.levels]


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_SHEETS):
        raise InvalidInput(_("要几张写1到%(most)d的整数。") % {"most": MOST_SHEETS}, remedy=_("请改张数。"))
    return int(text)


def _needed(form: Form, name: str, label: str) -> str:
    if not (text := _optional(form, name, label)):
        raise InvalidInput(_("“%(label)s”没有写。") % {"label": label}, remedy=_("请补上。"))
    return text


def _optional(form: Form, name: str, label: str) -> str:
    text = form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST:
        raise InvalidInput(
            _("“%(label)s”太长，最多%(most)d字。") % {"label": label, "most": LONGEST}, remedy=_("请写短些。")
        )
    return text


def _chosen(form: Form, name: str, known: Collection[str], missing: str) -> str:
    if (choice := form.get(name, "")) not in known:
        raise InvalidInput(missing, remedy=_("请选一个。"))
    return choice


def new_code(unit: Unit, pack: str) -> str:
    """A code of its own for an added duty: unlike any of the pack and of what the unit ever added."""
    own = Adaptation.objects.filter(unit=unit, pack=pack, duty__startswith="own_")
    return f"own_{clock.today():%Y%m%d}_{own.values('duty').distinct().count() + 1}"


def new_context(place: Place) -> dict[str, Any]:
    """What the form of a new duty offers."""
    packs = [pack_of(version.pk) for version in packs_in_force(place.unit.book)]
    return {
        "packs": [(pack.id, said(pack.name)) for pack in packs],
        "kinds": [(code, kind_said(code)) for code in DUTY_KINDS],
        "every": list(EVERY.items()),
        "roles": [(role, role_said(role)) for role in DUTY_ROLES],
        "sheets": [
            (said(pack.name), [(kind.id, said(kind.name)) for kind in kinds_for(pack, place.unit)])
            for pack in packs
        ],
        "today": clock.today(),
    }


def _sheets(pack: Pack, unit: Unit) -> list[tuple[str, str]]:
    return [(kind.id, said(kind.name)) for kind in kinds_for(pack, unit)]
