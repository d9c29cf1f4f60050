"""Packs: what is in force, what is installed, what each holds, and checking or installing a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import NotFound
from mingzhang.organisation import actions, forms, queries, rules
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.views.doing import Act, Done, perform
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_ids, builtin_pack, installed, pack_of
from mingzhang.packs.wording import language
from mingzhang.packs.zips import check_zip, install_zip


@require_safe
@placed(Permission.PACK_INSTALL)
def packs(request: HttpRequest, place: Place) -> HttpResponse:
    """Every installed version, which of them is in force, and the builtin ones that are not installed."""
    force = {version.pk for version in queries.packs_in_force(place.person.book)}
    versions = [
        {"version": version, "pack": pack_of(version.pk), "in_force": version.pk in force}
        for version in installed()
    ]
    there = {(version.pack, version.version) for version in installed()}
    builtin = [builtin_pack(id) for id in builtin_ids()]
    context = {
        "versions": versions,
        "builtin": [pack for pack in builtin if (pack.id, pack.version) not in there],
        "language": language(),
        "uploads": rules.user_can_upload_packs(place.person),
    }
    return render(request, "organisation/packs.html", context)


@require_safe
@placed(Permission.PACK_INSTALL)
def pack(request: HttpRequest, place: Place, pack_id: str, version: str) -> HttpResponse:
    """What a version holds: kinds of record sheets, figures, reports, and its notes."""
    found = _version(pack_id, version)
    context = {
        "version": found,
        "pack": pack_of(found.pk),
        "in_force": found in queries.packs_in_force(place.person.book),
    }
    return render(request, "organisation/pack.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PACK_INSTALL)
def adopt(request: HttpRequest, place: Place, pack_id: str, version: str) -> HttpResponseBase:
    """Work by an installed version, or by a builtin one, which is then installed."""
    top = _root(place)
    name = f"{pack_id} {version}"
    return perform(request, place, ADOPT, (top, pack_id, version), title=name, back=reverse("organisation:packs"))


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PACK_INSTALL)
def upload(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Check a pack in a zip file, and install it when it has no faults."""
    top = _root(place)
    rules.check_user_can_upload_packs(place.person)
    return perform(request, place, UPLOAD, top, title=_("体系包"), back=reverse("organisation:packs"))


def _root(place: Place) -> Unit:
    top = queries.root(place.person.book)
    rules.check_can(place.person, Permission.PACK_INSTALL, top)
    return top


def _version(pack_id: str, version: str) -> PackVersion:
    found = PackVersion.objects.defer("content").filter(pack=pack_id, version=version).first()
    if found is None:
        raise NotFound(_("没有安装%(pack)s %(version)s。") % {"pack": pack_id[:60], "version": version[:20]})
    return found


def _adopt(place: Place, asked: tuple[Unit, str, str], _given: Mapping[str, Any]) -> Done:
    top, pack_id, version = asked
    adopted = actions.adopt_version(book=top.book, pack=pack_id, version=version, by=place.person)
    said = _("从现在起按%(pack)s %(version)s办。") % {"pack": adopted.pack, "version": adopted.version}
    return Done(reverse("organisation:packs"), said)


def _upload(place: Place, _top: Unit, given: Mapping[str, Any]) -> Done:
    if not given["install"]:
        checked = check_zip(given["file"])
        said = _(
            "%(pack)s %(version)s没有错：%(kinds)s种记录单，%(figures)s个数据项，%(reports)s份报告。什么也没有装。"
        ) % {
            "pack": checked.id,
            "version": checked.version,
            "kinds": len(checked.kinds),
            "figures": len(checked.figures),
            "reports": len(checked.reports),
        }
        return Done(reverse("organisation:packs"), said)
    made = install_zip(given["file"], by=place.person.ref)
    said = _("%(pack)s %(version)s装好了。要按它办，请再启用。") % {"pack": made.pack, "version": made.version}
    return Done(reverse("organisation:packs"), said)


ADOPT = Act(
    gettext_lazy("启用这一版"),
    gettext_lazy("从现在起，新的记录单按这一版填写；以前的记录仍按当时的版本。想回到原来的，再启用原来的就行。"),
    forms.SureForm,
    _adopt,
)
UPLOAD = Act(
    gettext_lazy("检查或安装体系包"),
    gettext_lazy("体系包里只有数据，没有程序。先检查，错在哪个文件第几行会逐条列出来。"),
    forms.UploadForm,
    _upload,
)
