"""`mingzhang book|unit|person|post|appoint`: books, their tree of units, and who holds which post."""

from __future__ import annotations

import getpass
import secrets
from datetime import date

import click
from django.utils.translation import gettext as _

from mingzhang.access.actions import take_away_second_steps
from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import DAY, book_option, by_option
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Appointment, Book, Person, Post, Unit

on_option = click.option("--on", type=DAY, help=_("从哪一天起（默认今天）"))
password_option = click.option("--ask-password", is_flag=True, help=_("逐字输入密码；不写就生成一个并显示一次"))


def _new_password(ask: bool) -> str:
    if ask:
        given: str = click.prompt(_("密码"), hide_input=True, confirmation_prompt=_("再输一遍"))
        return given
    return secrets.token_urlsafe(9)


def _tell_password(username: str, password: str, asked: bool) -> None:
    if not asked:
        said = _("用户名 %(username)s，密码 %(password)s（只显示这一次）")
        click.echo(said % {"username": username, "password": password})


def _acting(username: str) -> tuple[Person, Book]:
    """The person a command acts for, and their book."""
    check_migrated()
    person = queries.person_by_username(username)
    return person, person.book


def _appointment(unit: Unit, post: str, username: str) -> Appointment:
    """The newest appointment of a person to a post in their own right."""
    person = queries.person_by_username(username)
    own = Appointment.objects.filter(post=_post(unit, post), person=person, stands_in_for=None)
    found = own.order_by("valid").last()
    if found is None:
        said = _("%(name)s没有任过“%(unit)s”%(post)s。")
        raise NotFound(said % {"name": person.name, "unit": unit.name, "post": post})
    return found


def _post(unit: Unit, name: str) -> Post:
    post = Post.objects.filter(unit=unit, name=name).first()
    if post is None:
        names = Post.objects.filter(unit=unit).order_by("pk").values_list("name", flat=True)
        there = "、".join(names) or _("（没有岗位）")
        raise NotFound(
            _("“%(unit)s”没有岗位“%(post)s”。") % {"unit": unit.name, "post": name},
            remedy=_("现有岗位：%(there)s。") % {"there": there},
        )
    return post


# --- books --------------------------------------------------------------------------------------------------------


@click.group(help=_("新建和列出账套。"))
def book() -> None: ...


@book.command(name="create", help=_("新建账套，连同最上级单位和第一位管理员。"))
@click.argument("code")
@click.argument("name")
@click.option("--level", default="county", show_default=True, help=_("最上级单位的级别"))
@click.option("--since", type=DAY, help=_("从哪一天起有（默认今年1月1日）"))
@click.option("--admin", metavar="USERNAME", required=True, help=_("管理员的用户名"))
@click.option("--admin-name", metavar="NAME", required=True, help=_("管理员的姓名"))
@password_option
def book_create(
    code: str, name: str, level: str, since: date | None, admin: str, admin_name: str, ask_password: bool
) -> None:
    check_migrated()
    password = _new_password(ask_password)
    made = actions.create_book(
        code=code,
        name=name,
        level=level,
        created_on=since or clock.today().replace(month=1, day=1),
        administrator=actions.NewPerson(admin, admin_name, password),
        by=f"console:{getpass.getuser()}",
    )
    click.echo(_("账套 %(code)s %(name)s 建好了。") % {"code": made.code, "name": made.name})
    _tell_password(admin, password, ask_password)


@book.command(name="list", help=_("列出账套和各自启用的体系包。"))
def book_list() -> None:
    check_migrated()
    for one in Book.objects.order_by("code"):
        click.echo("\t".join([one.code, one.name, *map(str, queries.packs_in_force(one))]))


# --- units --------------------------------------------------------------------------------------------------------


@click.group(help=_("新建、调整和列出单位。"))
def unit() -> None: ...


@unit.command(name="add", help=_("在一个单位下面新建单位。"))
@click.argument("code")
@click.argument("name")
@click.option("--below", metavar="CODE", required=True, help=_("上级单位"))
@click.option("--level", required=True, help=_("级别，例如 street、community"))
@on_option
@by_option
def unit_add(code: str, name: str, below: str, level: str, on: date | None, username: str) -> None:
    person, its_book = _acting(username)
    parent = queries.unit_by_code(its_book, below)
    day = on or clock.today()
    made = actions.create_unit(parent=parent, code=code, name=name, level=level, created_on=day, by=person)
    click.echo(_("“%(unit)s”建好了，在“%(parent)s”下面。") % {"unit": made.name, "parent": parent.name})


@unit.command(name="move", help=_("把单位连同下面的全部单位划到另一个单位下面。"))
@click.argument("code")
@click.argument("below")
@on_option
@by_option
def unit_move(code: str, below: str, on: date | None, username: str) -> None:
    person, its_book = _acting(username)
    moving, parent = queries.unit_by_code(its_book, code), queries.unit_by_code(its_book, below)
    day = on or clock.today()
    actions.move_unit(unit=moving, parent=parent, on=day, by=person)
    said = _("“%(unit)s”从%(day)s起在“%(parent)s”下面。")
    click.echo(said % {"unit": moving.name, "day": day, "parent": parent.name})


@unit.command(name="merge", help=_("把单位并入另一个单位；它下面的单位一并转过去。"))
@click.argument("code")
@click.argument("into")
@on_option
@by_option
def unit_merge(code: str, into: str, on: date | None, username: str) -> None:
    person, its_book = _acting(username)
    ending, successor = queries.unit_by_code(its_book, code), queries.unit_by_code(its_book, into)
    day = on or clock.today()
    actions.merge_unit(unit=ending, into=successor, on=day, by=person)
    said = _("“%(unit)s”从%(day)s起并入“%(into)s”。")
    click.echo(said % {"unit": ending.name, "day": day, "into": successor.name})


@unit.command(name="rename", help=_("给单位改名；以前的日子仍叫旧名。"))
@click.argument("code")
@click.argument("name")
@on_option
@by_option
def unit_rename(code: str, name: str, on: date | None, username: str) -> None:
    person, its_book = _acting(username)
    renamed = queries.unit_by_code(its_book, code)
    day = on or clock.today()
    old, now = renamed.name, actions.rename_unit(unit=renamed, name=name, on=day, by=person).name
    click.echo(_("“%(old)s”从%(day)s起叫“%(now)s”。") % {"old": old, "day": day, "now": now})


@unit.command(name="close", help=_("撤销单位。下面还有单位或还有人任职时不行。"))
@click.argument("code")
@on_option
@by_option
def unit_close(code: str, on: date | None, username: str) -> None:
    person, its_book = _acting(username)
    day = on or clock.today()
    closed = actions.close_unit(unit=queries.unit_by_code(its_book, code), on=day, by=person)
    click.echo(_("“%(unit)s”从%(day)s起撤销。") % {"unit": closed.name, "day": day})


@unit.command(name="list", help=_("按代码列出账套的全部单位，撤销的也在内。"))
@book_option
def unit_list(book_code: str) -> None:
    check_migrated()
    for one in Unit.objects.filter(book=queries.book_by_code(book_code)).order_by("code"):
        ended = _("%(day)s撤销") % {"day": one.closed_on} if one.closed_on else ""
        click.echo("\t".join([one.code, one.name, one.level, one.created_on.isoformat(), ended]).rstrip())


@unit.command(name="tree", help=_("画出单位的树：现在的，或某一天的。"))
@book_option
@click.option("--on", type=DAY, help=_("哪一天的（默认今天）"))
def unit_tree(book_code: str, on: date | None) -> None:
    check_migrated()
    for span in queries.tree(queries.root(queries.book_by_code(book_code)), on=on):
        click.echo(f"{'  ' * (len(span.ancestors) - 1)}{span.name} {span.unit.code}")


# --- people -------------------------------------------------------------------------------------------------------


@click.group(help=_("登记人员。"))
def person() -> None: ...


@person.command(name="add", help=_("登记一个人。登记后还要任职才能做事。"))
@click.argument("new_username", metavar="USERNAME")
@click.argument("name")
@password_option
@by_option
def person_add(new_username: str, name: str, ask_password: bool, username: str) -> None:
    by, its_book = _acting(username)
    password = _new_password(ask_password)
    made = actions.create_person(book=its_book, username=new_username, name=name, password=password, by=by)
    click.echo(_("%(name)s登记好了。") % {"name": made.name})
    _tell_password(made.username, password, ask_password)


@person.command(name="password", help=_("给一个人换密码；正在登录的会退出。"))
@click.argument("whose", metavar="USERNAME")
@password_option
@by_option
def person_password(whose: str, ask_password: bool, username: str) -> None:
    by, _book = _acting(username)
    password = _new_password(ask_password)
    actions.set_password(person=queries.person_by_username(whose), password=password, by=by)
    click.echo(_("密码换好了。"))
    _tell_password(whose, password, ask_password)


@person.command(name="second-step", help=_("清除一个人的两步验证，丢了手机又没有恢复码时用；正在登录的会退出。"))
@click.argument("whose", metavar="USERNAME")
@by_option
def person_second_step(whose: str, username: str) -> None:
    by, _book = _acting(username)
    take_away_second_steps(person=queries.person_by_username(whose), by=by)
    click.echo(_("清除好了。现在只凭密码就能登录，请本人马上重新启用。"))


@click.group(help=_("设置岗位。"))
def post() -> None: ...


@post.command(name="add", help=_("在单位里设一个岗位，带上角色。"))
@click.argument("code")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help=_("角色，可写多个"))
@by_option
def post_add(code: str, name: str, roles: tuple[str, ...], username: str) -> None:
    by, its_book = _acting(username)
    made = actions.create_post(unit=queries.unit_by_code(its_book, code), name=name, roles=roles, by=by)
    click.echo(_("“%(unit)s”有了岗位“%(post)s”。") % {"unit": made.unit.name, "post": made.name})


@post.command(name="end", help=_("定下一个人在岗位上的最后一天。"))
@click.argument("whose", metavar="USERNAME")
@click.argument("code")
@click.argument("post_name", metavar="POST")
@click.option("--last-day", type=DAY, required=True, help=_("最后一天"))
@by_option
def post_end(whose: str, code: str, post_name: str, last_day: date, username: str) -> None:
    by, its_book = _acting(username)
    ending = _appointment(queries.unit_by_code(its_book, code), post_name, whose)
    actions.end_appointment(appointment=ending, last_day=last_day, by=by)
    said = _("%(name)s任“%(unit)s”%(post)s到%(day)s为止。")
    unit_name, name = ending.post.unit.name, ending.person.name
    click.echo(said % {"name": name, "unit": unit_name, "post": ending.post.name, "day": last_day})


@post.command(name="delegate", help=_("让另一个人代理一段时间，有同样的角色。"))
@click.argument("whose", metavar="USERNAME")
@click.argument("code")
@click.argument("post_name", metavar="POST")
@click.option("--to", "delegate", metavar="USERNAME", required=True, help=_("由谁代理：用户名"))
@on_option
@click.option("--last-day", type=DAY, required=True, help=_("最后一天"))
@by_option
def post_delegate(
    whose: str, code: str, post_name: str, delegate: str, on: date | None, last_day: date, username: str
) -> None:
    by, its_book = _acting(username)
    held = _appointment(queries.unit_by_code(its_book, code), post_name, whose)
    to, start = queries.person_by_username(delegate), on or clock.today()
    actions.delegate(appointment=held, to=to, start=start, last_day=last_day, by=by)
    said = _("%(name)s从%(start)s到%(last)s代理%(holder)s的“%(unit)s”%(post)s。")
    click.echo(
        said
        % {
            "name": to.name,
            "start": start,
            "last": last_day,
            "holder": held.person.name,
            "unit": held.post.unit.name,
            "post": held.post.name,
        }
    )


@click.command(help=_("让一个人到单位的岗位上任职。"))
@click.argument("appointed", metavar="USERNAME")
@click.argument("code")
@click.argument("post_name", metavar="POST")
@on_option
@click.option("--last-day", type=DAY, help=_("最后一天；不写就一直任职"))
@by_option
def appoint(
    appointed: str, code: str, post_name: str, on: date | None, last_day: date | None, username: str
) -> None:
    by, its_book = _acting(username)
    place = _post(queries.unit_by_code(its_book, code), post_name)
    who, start = queries.person_by_username(appointed), on or clock.today()
    actions.appoint(person=who, post=place, start=start, last_day=last_day, by=by)
    said = _("%(name)s从%(day)s起任“%(unit)s”%(post)s。")
    click.echo(said % {"name": who.name, "day": start, "unit": place.unit.name, "post": place.name})
