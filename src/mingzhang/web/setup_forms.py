"""What the steps of the set-up ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.organisation.forms import CODE_LENGTH, day, text
from mingzhang.packs.queries import builtin_ids, builtin_pack
from mingzhang.packs.wording import language


class StepForm(forms.Form):
    """A step that shows what is refused where it belongs."""

    def refuse(self, refusal: Refusal) -> None:
        """At the fields that a refusal names, else above them all."""
        problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
        known = {path: said for path, said in problems.items() if path in self.fields}
        for path, said in known.items():
            for one in said:
                self.add_error(path, one)
        if not known:
            self.add_error(None, f"{refusal.message}{refusal.remedy}")


def password_field(label: Any, purpose: str, help: Any = "") -> Any:
    """A password; `purpose` tells the browser's keeper of passwords which."""
    widget = forms.PasswordInput(attrs={"class": "in", "autocomplete": purpose})
    return forms.CharField(label=label, strip=False, max_length=1000, help_text=help, widget=widget)


def new_password(label: Any) -> Any:
    """A password to be chosen."""
    help = gettext_lazy("至少10个字符，不要全是数字，不要和姓名、用户名相近")
    return password_field(label, "new-password", help)


def same_twice(form: StepForm, given: dict[str, Any]) -> dict[str, Any]:
    """Notes a slip of the fingers."""
    if given.get("password") and given.get("again") and given["password"] != given["again"]:
        form.add_error("again", _("两次输入的密码不一样。"))
    return given


class CodeForm(StepForm):
    """The code that stands on the console."""

    code = text(
        gettext_lazy("设置码"),
        length=60,
        help=gettext_lazy("运行 mingzhang serve 的窗口里有；也可以在服务器上运行 mingzhang setup-code 另取一个"),
        spellcheck="false",
        autocapitalize="characters",
    )


class BodyForm(StepForm):
    """The accountable body."""

    name = text(gettext_lazy("名称"), help=gettext_lazy("例如：云川县、青禾街道办事处"))
    code = text(
        gettext_lazy("代码"),
        length=CODE_LENGTH,
        help=gettext_lazy("字母、数字和 . _ -，例如行政区划代码；定了不再改"),
    )
    level = forms.ChoiceField(label=gettext_lazy("级别"), widget=forms.Select(attrs={"class": "in"}))
    language = forms.ChoiceField(
        label=gettext_lazy("语言"),
        choices=[("zh-hans", "简体中文"), ("en", "English")],
        widget=forms.Select(attrs={"class": "in"}),
    )
    created_on = day(gettext_lazy("从哪一天起记账"), help=gettext_lazy("可以补记这一天以来的事"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels: dict[str, str] = {}
        for pack in builtin_ids():
            known = builtin_pack(pack).levels
            levels = {code: name.text(language()) for code, name in known.items()} | levels
        field = self.fields["level"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, name) for code, name in levels.items()]
        self.fields["created_on"].initial = clock.today().replace(month=1, day=1)


class AdministratorForm(StepForm):
    """The first administrator."""

    name = text(gettext_lazy("姓名"))
    username = text(
        gettext_lazy("用户名"),
        length=64,
        help=gettext_lazy("登录用，定了不再改；文字、数字和 . @ + - _"),
        autocomplete="username",
        autocapitalize="none",
    )
    password = new_password(gettext_lazy("密码"))
    again = password_field(gettext_lazy("再输一遍"), "new-password")

    def clean(self) -> dict[str, Any]:
        return same_twice(self, super().clean() or {})


class PasteForm(StepForm):
    """A list pasted from a spreadsheet."""

    pasted = forms.CharField(
        label=gettext_lazy("名单"),
        max_length=8_000_000,
        widget=forms.Textarea(attrs={"class": "in", "rows": 10, "spellcheck": "false", "wrap": "off"}),
    )
