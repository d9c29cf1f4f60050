"""The form of a plan. It reads what was typed; whether it may be done is asked by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.inspections import queries
from mingzhang.inspections.actions import Plan
from mingzhang.inspections.models import MOST_DRAWS, Inspection
from mingzhang.organisation.forms import ActForm, day, text
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language

ANNOUNCED = {"yes": gettext_lazy("预告：批准以后就公开"), "no": gettext_lazy("不预告：开始以前只有下面的人知道")}


def long_text(label: Any, *, rows: int, required: bool = True, help: Any = "") -> Any:
    """Several lines."""
    widget = forms.Textarea(attrs={"class": "in", "rows": rows})
    return forms.CharField(label=label, max_length=2000, required=required, help_text=help, widget=widget)


def whole(label: Any, *, required: bool = True, help: Any = "", initial: int | None = None) -> Any:
    """A small whole number from one."""
    widget = forms.NumberInput(attrs={"class": "in is-number", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=MOST_DRAWS, required=required, help_text=help, widget=widget,
        initial=initial,
    )  # fmt: skip


class PlanForm(ActForm):
    """Who inspects what, why, and when."""

    title = text(gettext_lazy("名称"), help=gettext_lazy("会对外公开，不写人名"))
    reason = long_text(gettext_lazy("为什么查"), rows=2, help=gettext_lazy("会对外公开，不写人名"))
    basis = long_text(gettext_lazy("依据"), rows=1, required=False)
    first = day(gettext_lazy("从哪天"))
    last = day(gettext_lazy("到哪天"))
    announced = forms.ChoiceField(
        label=gettext_lazy("事先说不说"), choices=list(ANNOUNCED.items()), widget=forms.RadioSelect, initial="yes"
    )
    checklist = forms.ChoiceField(
        label=gettext_lazy("检查表"), required=False, widget=forms.Select(attrs={"class": "in"})
    )
    draws = whole(gettext_lazy("抽几次"), help=gettext_lazy("检查期间一共抽几批"), initial=1)
    coverage = whole(
        gettext_lazy("每个对象至少查几次"),
        required=False,
        help=gettext_lazy("不写就不要求；写了，到最后几批还差的必查"),
    )
    team = forms.MultipleChoiceField(
        label=gettext_lazy("还有谁知道"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("安排和抽取检查的人。批准的人、承诺的两个人要在里面；抽到的检查人抽定以后自然知道"),
    )

    def __init__(self, place: Place, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(place, *args, **kwargs)
        self._lists = checklists_for(unit)
        self._people = {
            str(one.person_id): one for one in queries.may_be_told(unit) if one.person_id != place.person.pk
        }
        self._choose(
            "checklist", [("", _("（不用检查表）")), *((key, name) for key, (_v, _i, name) in self._lists.items())]
        )
        self._choose("team", [(key, f"{one.person.name} {one.post.name}") for key, one in self._people.items()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def plan(self) -> Plan:
        """What was written."""
        given = self.cleaned_data
        chosen = self._lists.get(given["checklist"])
        return Plan(
            title=given["title"],
            reason=given["reason"],
            basis=given["basis"],
            first=given["first"],
            last=given["last"],
            announced=given["announced"] == "yes",
            draws=given["draws"],
            coverage=given["coverage"],
            checklist=chosen[:2] if chosen else None,
            team=[self._people[key].person for key in given["team"]],
        )


def checklists_for(unit: Unit) -> dict[str, tuple[PackVersion, str, str]]:
    """The checklists of the packs in force, by pack and id: the version, the id, and the name."""
    found = {}
    for version in packs_in_force(unit.book):
        for one in pack_of(version.pk).checklists:
            found[f"{version.pack}/{one.id}"] = (version, one.id, one.name.text(language()))
    return found


def initial_of(inspection: Inspection, team: list[Person]) -> dict[str, Any]:
    """What a plan says, for the form that changes it."""
    version = inspection.pack_version
    return {
        "title": inspection.title,
        "reason": inspection.reason,
        "basis": inspection.basis,
        "first": inspection.first,
        "last": inspection.last,
        "announced": "yes" if inspection.announced else "no",
        "checklist": f"{version.pack}/{inspection.checklist}" if version else "",
        "draws": inspection.draws,
        "coverage": inspection.coverage,
        "team": [str(one.pk) for one in team],
    }


class SelfCheckForm(ActForm):
    """Which checklist a unit goes through itself, and where."""

    checklist = forms.ChoiceField(label=gettext_lazy("检查表"), widget=forms.RadioSelect)
    place = text(gettext_lazy("地点"), required=False, help=gettext_lazy("不写就是整个单位"))

    def __init__(self, place: Place, *args: Any, **kwargs: Any) -> None:
        super().__init__(place, *args, **kwargs)
        self.lists = {
            key: one for key, one in checklists_for(place.unit).items() if _is_for(one[0], one[1], place.unit)
        }
        field = self.fields["checklist"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, name) for key, (_version, _id, name) in self.lists.items()]


def _is_for(version: PackVersion, checklist: str, unit: Unit) -> bool:
    levels = pack_of(version.pk).checklists_by_id[checklist].levels
    return not levels or unit.level in levels
