"""The forms of the pages about reminders. Whether something may be done is asked by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.duties.models import AFTER, BEFORE
from mingzhang.notifications.models import Hook, Preference

HOURS = [(hour, f"{hour}:00") for hour in range(24)]


def _hour(label: Any, help: Any = "") -> Any:
    widget = forms.Select(attrs={"class": "in"})
    return forms.TypedChoiceField(label=label, choices=HOURS, coerce=int, widget=widget, help_text=help)


def _tick(label: Any, help: Any = "") -> Any:
    return forms.BooleanField(label=label, required=False, help_text=help)


class RefusedForm(forms.Form):
    """A form that can say why an action refused."""

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal where it belongs."""
        problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
        for name, said in problems.items():
            for one in said:
                self.add_error(name if name in self.fields else None, one)
        if not problems:
            self.add_error(None, str(refusal))


class PreferenceForm(RefusedForm):
    """How one wants to be told. A channel that the installation has not is not offered."""

    mail_on = _tick(_("发邮件给我"))
    mail = forms.EmailField(
        label=_("邮箱"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "in", "autocomplete": "email"}),
    )
    hook_on = _tick(_("发到单位的网关"), _("例如政务微信、浙政钉，由单位的网关转给您"))
    at_once = _tick(_("退回给我的、今天到期的，马上告诉我"), _("不勾就和别的一起，一天一次"))
    digest_hour = _hour(_("每天几点告诉我"))
    quiet_from = _hour(_("几点起不打扰"))
    quiet_to = _hour(_("到几点"), _("这段时间里要马上告诉的，等过了再说。两个写成一样就是不设"))

    def __init__(self, preference: Preference, hook: Hook | None, data: Any = None) -> None:
        initial = {name: getattr(preference, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        if not settings.EMAIL_HOST:
            del self.fields["mail_on"], self.fields["mail"]
        if hook is None:
            del self.fields["hook_on"]

    def chosen(self, preference: Preference) -> dict[str, Any]:
        """Everything that was chosen; what was not offered stays."""
        return {name: getattr(preference, name) for name in self.base_fields} | self.cleaned_data


def _days(label: Any, bounds: tuple[int, int], help: Any) -> Any:
    least, most = bounds
    widget = forms.NumberInput(attrs={"class": "in"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=widget, help_text=help)


class TermsForm(RefusedForm):
    """After how many working days people are reminded of tasks, and the next level is asked."""

    remind_before = _days(_("到期前几个工作日提醒"), BEFORE, _("0就是不提前，只在当天提醒"))
    escalate_after = _days(
        _("过期几个工作日报给上一级"),
        AFTER,
        _("报给上一级单位里分管这项责任的人；再过这么多工作日还没办，再往上报一级"),
    )


class HookForm(RefusedForm):
    """Where the gateway is."""

    address = forms.CharField(
        label=_("网关的地址"),
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=_("以 https:// 开头；空着就是不用网关"),
    )
    secret = forms.CharField(
        label=_("密钥"),
        required=False,
        min_length=16,
        max_length=200,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=_("和网关约好的，至少16个字符。加密保存，以后不再显示；不改就空着"),
    )
