"""The forms of the settings pages. They read what was typed; whether it may be done is asked by the actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.organisation.actions.words import LONGEST_NAME
from mingzhang.organisation.models import Appointment, Person, Post, Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.organisation.scopes import UnitScope
from mingzhang.organisation.searching import search_people, search_units

CODE_LENGTH = 40


def text(
    label: Any, *, length: int = LONGEST_NAME, required: bool = True, help: Any = "", offers: str = "", **attrs: Any
) -> Any:
    """One line. `offers` says what a browser offers while one types: units or people."""
    if offers:
        address = reverse_lazy("organisation:choices", args=(offers,))
        attrs |= {"list": f"{offers}-choices", "data-choices": offers, "data-address": address}
    widget = forms.TextInput(attrs={"class": "in", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=length, required=required, help_text=help, widget=widget)


def day(label: Any, *, required: bool = True, help: Any = "", today: bool = False) -> Any:
    """A date; today unless the page says otherwise."""
    widget = forms.DateInput(attrs={"class": "in", "type": "date"}, format="%Y-%m-%d")
    initial = clock.today if today else None
    return forms.DateField(label=label, required=required, help_text=help, widget=widget, initial=initial)


def unit_field(label: Any) -> Any:
    """A unit by its code or name."""
    return text(label, help=gettext_lazy("写代码，或者完整的名称"), offers="units")


def person_field(label: Any) -> Any:
    """A person by user name or name."""
    return text(label, help=gettext_lazy("写用户名，或者姓名"), offers="people")


class ActForm(forms.Form):
    """What an act on a settings page asks for. `place` says who does it and where they may."""

    def __init__(self, place: Place, *args: Any, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal where it belongs: at the fields that it names, else above them all."""
        problems: Mapping[str, list[str]] = refusal.problems if isinstance(refusal, InvalidInput) else {}
        known = {path: said for path, said in problems.items() if path in self.fields}
        for path, said in known.items():
            for one in said:
                self.add_error(path, one)
        if not known:
            others = [one for said in problems.values() for one in said]
            self.add_error(None, "".join([refusal.message, *others, refusal.remedy]))

    def unit_called(self, field: str) -> Unit | None:
        """The unit meant in `field`, among those that the place may arrange."""
        said = str(self.cleaned_data[field])
        found: Unit | None = _one(self, field, list(search_units(self.place.scope, said)[:6]), said, "code")
        return found

    def person_called(self, field: str) -> Person | None:
        """The person meant in `field`: of the whole book, since people come from elsewhere too."""
        said = str(self.cleaned_data[field])
        everybody = UnitScope(self.place.person.book_id, everything=True, unit_ids=frozenset(), tops=())
        near = [one for one in search_people(everybody, said)[:6] if one.is_active]
        found: Person | None = _one(self, field, near, said, "username")
        return found


def _one(form: ActForm, field: str, found: list[Any], said: str, key: str) -> Any:
    exact = [one for one in found if said.strip().lower() in (getattr(one, key).lower(), one.name.lower())]
    if len(exact) == 1 or (exact and getattr(exact[0], key).lower() == said.strip().lower()):
        return exact[0]
    near = "、".join(f"{one.name}（{getattr(one, key)}）" for one in (exact or found)[:5])
    if near:
        form.add_error(field, _("您要的是不是：%(near)s？请写代码或用户名。") % {"near": near})
    else:
        form.add_error(field, _("没有找到“%(said)s”。") % {"said": said})
    return None


# --- units --------------------------------------------------------------------------------------------------------


class UnitForm(ActForm):
    """A new unit."""

    code = text(gettext_lazy("代码"), length=CODE_LENGTH, help=gettext_lazy("字母、数字和 . _ -，定了不再改"))
    name = text(gettext_lazy("名称"))
    level = text(
        gettext_lazy("级别"),
        length=CODE_LENGTH,
        help=gettext_lazy("体系包里的级别，例如 street、community"),
        list="level-choices",
    )
    created_on = day(
        gettext_lazy("设立日期"), today=True, help=gettext_lazy("这一天起可以记账，可以补写过去的日子")
    )


class RenameUnitForm(ActForm):
    """Another name from a day."""

    name = text(gettext_lazy("新名称"))
    on = day(gettext_lazy("从哪一天起"), today=True, help=gettext_lazy("以前的日子仍叫旧名"))


class MoveUnitForm(ActForm):
    """Another parent from a day."""

    parent = unit_field(gettext_lazy("划到哪个单位下面"))
    on = day(gettext_lazy("从哪一天起"), today=True)

    def clean_parent(self) -> Unit | None:
        return self.unit_called("parent")


class MergeUnitForm(ActForm):
    """The unit that carries this one on."""

    into = unit_field(gettext_lazy("并入哪个单位"))
    on = day(gettext_lazy("从哪一天起"), today=True)

    def clean_into(self) -> Unit | None:
        return self.unit_called("into")


class CloseUnitForm(ActForm):
    """The first day on which the unit is no more."""

    on = day(gettext_lazy("从哪一天起撤销"), today=True)


class PostForm(ActForm):
    """A post's name and roles."""

    name = text(gettext_lazy("岗位名称"))
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("角色"),
        choices=list(ROLE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("一个岗位可以有几个角色；各个角色能做什么，见“角色”一页"),
    )


# --- people -------------------------------------------------------------------------------------------------------


class PersonForm(ActForm):
    """Someone new, with a post of the unit at hand at choice."""

    name = text(gettext_lazy("姓名"))
    username = text(
        gettext_lazy("用户名"),
        length=64,
        help=gettext_lazy("登录用，定了不再改；文字、数字和 . @ + - _"),
        autocapitalize="none",
    )
    post = forms.ChoiceField(label=gettext_lazy("岗位"), required=False, widget=forms.Select(attrs={"class": "in"}))
    start = day(gettext_lazy("从哪一天起任职"), required=False, today=True)

    def __init__(self, place: Place, *args: Any, **kwargs: Any) -> None:
        super().__init__(place, *args, **kwargs)
        posts = Post.objects.filter(unit=place.unit).order_by("name")
        field = self.fields["post"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("（先不任职）")), *((str(post.pk), post.name) for post in posts)]
        field.help_text = _("“%(unit)s”的岗位；换一个单位，用页面上方的单位") % {"unit": place.unit.name}

    def clean_post(self) -> Post | None:
        chosen = self.cleaned_data["post"]
        return Post.objects.select_related("unit").get(unit=self.place.unit, pk=chosen) if chosen else None


class NameForm(ActForm):
    """What a person is called."""

    name = text(gettext_lazy("姓名"))


class SureForm(ActForm):
    """Nothing to fill in: the page says what will happen."""


class AppointForm(ActForm):
    """Who holds a post, from when, to when."""

    person = person_field(gettext_lazy("谁"))
    start = day(gettext_lazy("从哪一天起"), today=True)
    last_day = day(gettext_lazy("最后一天"), required=False, help=gettext_lazy("不写就一直任职"))

    def clean_person(self) -> Person | None:
        return self.person_called("person")


class EndForm(ActForm):
    """The last day of an appointment."""

    last_day = day(gettext_lazy("最后一天"), today=True, help=gettext_lazy("这一天还在岗，第二天起不在"))


class DelegateForm(ActForm):
    """Who stands in, from when to when."""

    to = person_field(gettext_lazy("由谁代理"))
    start = day(gettext_lazy("从哪一天起"), today=True)
    last_day = day(gettext_lazy("最后一天"), help=gettext_lazy("代理总有一个结束的日子"))

    def clean_to(self) -> Person | None:
        return self.person_called("to")


def last_day_of(appointment: Appointment) -> date | None:
    """The last day of an appointment that has one."""
    ends: date | None = appointment.valid.upper
    return ends - timedelta(days=1) if ends else None


# --- packs --------------------------------------------------------------------------------------------------------


class UploadForm(ActForm):
    """A pack as a zip file."""

    file = forms.FileField(
        label=gettext_lazy("体系包（zip）"),
        help_text=gettext_lazy("装着 pack.yaml 的文件夹压成的 zip，不超过5MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    install = forms.BooleanField(
        label=gettext_lazy("没有错就安装"), required=False, help_text=gettext_lazy("不选，只检查，什么也不留下")
    )


# --- the working calendar -----------------------------------------------------------------------------------------


class NoticeForm(ActForm):
    """A year's days off and make-up days, as a list. A file is read into the list, where it can be looked at."""

    year = forms.IntegerField(
        label=gettext_lazy("哪一年"), widget=forms.NumberInput(attrs={"class": "in", "autocomplete": "off"})
    )
    number = text(gettext_lazy("文号"), required=False, help=gettext_lazy("例如 国办发明电〔2025〕7号"))
    issued_on = day(gettext_lazy("通知的日期"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("放假和调休上班的日子"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"class": "in", "rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "一行一天或几天：日期、类别、名称，用逗号或制表符分开，可以从表格里复制过来。类别写“放假”或“调休上班”。"
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("或者选一个xlsx或CSV文件"),
        required=False,
        help_text=gettext_lazy("选了文件，就用文件里的名单"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,text/csv,text/plain"}),
    )
