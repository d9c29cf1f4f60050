"""Setting up a book from the command line."""

from __future__ import annotations

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result

from mingzhang.cli.main import main
from mingzhang.organisation import queries
from mingzhang.organisation.models import Person, Unit
from tests.cast import Cast


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=typed)


def done(*arguments: str, typed: str | None = None) -> str:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("db")
def test_a_book_is_created_with_an_administrator_whose_password_is_told_once() -> None:
    told = done("book", "create", "YC", "云川县", "--admin", "tang", "--admin-name", "唐主任")
    password = told.split("密码 ")[1].split("（")[0]
    assert Person.objects.get(username="tang").check_password(password)
    assert done("book", "list") == "YC\t云川县\n"


@pytest.mark.usefixtures("db")
def test_a_password_that_was_typed_is_not_shown() -> None:
    arguments = ["book", "create", "YC", "云川县", "--admin", "tang", "--admin-name", "唐主任", "--ask-password"]
    told = done(*arguments, typed="yun-chuan-2026\nyun-chuan-2026\n")
    assert "yun-chuan-2026" not in told
    assert Person.objects.get(username="tang").check_password("yun-chuan-2026")


@pytest.mark.usefixtures("db")
def test_an_office_is_set_up_in_six_commands() -> None:
    done("book", "create", "YC", "云川县", "--since", "2023-01-01", "--admin", "tang", "--admin-name", "唐主任")
    done(
        "unit", "add", "QH", "青禾街道", "--below", "YC", "--level", "street", "--on", "2023-01-01", "--by", "tang"
    )
    done("post", "add", "QH", "宣传干事", "--role", "clerk", "--by", "tang")
    done("person", "add", "chen", "陈一禾", "--by", "tang")
    told = done("appoint", "chen", "QH", "宣传干事", "--on", "2023-01-01", "--by", "tang")
    assert told == "陈一禾从2023-01-01起任“青禾街道”宣传干事。\n"
    assert list(queries.people_of(Unit.objects.get(code="QH"))) == [Person.objects.get(username="chen")]


def test_the_second_step_of_a_lost_phone_is_taken_away(cast: Cast) -> None:
    Authenticator.objects.create(user=cast.admin, type=Authenticator.Type.TOTP, data={})
    done("person", "second-step", "tang", "--by", "tang")
    assert not Authenticator.objects.exists()


def test_a_forgotten_password_is_replaced(cast: Cast) -> None:
    told = done("person", "password", "chen", "--by", "tang")
    password = told.split("密码 ")[1].split("（")[0]
    assert Person.objects.get(username="chen").check_password(password)


def test_the_tree_is_shown_as_it_is_and_as_it_was(cast: Cast) -> None:
    done("unit", "move", "QH-01", "SL", "--on", "2024-06-01", "--by", "tang")
    done("unit", "rename", "SL", "石榴新街道", "--on", "2024-06-01", "--by", "tang")
    assert done("unit", "tree", "--book", "YC").splitlines() == [
        "云川县 YC",
        "  青禾街道 QH",
        "    新桥社区 QH-02",
        "  石榴新街道 SL",
        "    柳岸社区 QH-01",
        "    东园社区 SL-01",
    ]
    then = done("unit", "tree", "--book", "YC", "--on", "2024-05-31")
    assert "  青禾街道 QH\n    柳岸社区 QH-01\n    新桥社区 QH-02\n  石榴街道 SL\n" in then


def test_units_are_merged_and_closed_and_still_listed(cast: Cast) -> None:
    done("unit", "merge", "QH-02", "QH-01", "--on", "2024-06-01", "--by", "tang")
    done("unit", "close", "SL-01", "--on", "2024-07-01", "--by", "tang")
    listed = done("unit", "list", "--book", "YC")
    assert "QH-02\t新桥社区\tcommunity\t2023-01-01\t2024-06-01撤销\n" in listed
    assert "SL-01\t东园社区\tcommunity\t2023-01-01\t2024-07-01撤销\n" in listed


def test_what_is_refused_says_why_and_fails(cast: Cast) -> None:
    refused = run("unit", "close", "QH", "--on", "2024-06-01", "--by", "chen")
    assert refused.exit_code == 3
    assert "需要“管理员”角色" in refused.output
    assert run("unit", "move", "NO", "QH", "--by", "tang").exit_code == 4
    assert run("unit", "move", "QH", "QH-01", "--by", "tang").exit_code == 5
    missing = run("appoint", "lu", "QH", "没有的岗位", "--by", "tang")
    assert missing.exit_code == 4
    assert "现有岗位：宣传干事、文化站站长、分管领导。" in missing.output


def test_a_day_that_is_no_day_is_said_in_words(cast: Cast) -> None:
    refused = run("unit", "tree", "--book", "YC", "--on", "2024-02-30")
    assert refused.exit_code == 2
    assert "“2024-02-30”不是日期" in refused.output


def test_a_person_leaves_a_post_on_a_day(cast: Cast) -> None:
    told = done("post", "end", "chen", "QH", "宣传干事", "--last-day", "2024-06-30", "--by", "tang")
    assert told == "陈一禾任“青禾街道”宣传干事到2024-06-30为止。\n"
    assert cast.chen not in queries.people_of(cast.street)
    assert cast.chen in queries.people_of(cast.street, on=date(2024, 6, 30))


def test_another_person_stands_in_for_a_while(cast: Cast) -> None:
    told = done(
        "post", "delegate", "he", "QH", "文化站站长", "--to", "xin", "--on", "2024-06-01",
        "--last-day", "2024-06-30", "--by", "tang",
    )  # fmt: skip
    assert told.startswith(f"{cast.unposted.name}从2024-06-01到2024-06-30代理何站长的“青禾街道”文化站站长。")
    assert cast.unposted in queries.people_of(cast.street, on=date(2024, 6, 15))
    assert cast.unposted not in queries.people_of(cast.street)


def test_who_never_held_a_post_cannot_leave_it(cast: Cast) -> None:
    result = run("post", "end", "lu", "QH", "宣传干事", "--last-day", "2024-06-30", "--by", "tang")
    assert result.exit_code == 4
    assert "没有任过" in result.output
