"""Installing: all or nothing, once, and never changed afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import Error, connection, connections, transaction

from mingzhang.audit.models import Event
from mingzhang.cli.main import main
from mingzhang.core import digests
from mingzhang.core.errors import NotFound, StateRefused
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.actions import install
from mingzhang.packs.faults import PackInvalid
from mingzhang.packs.loader import load
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.queries import builtin_folder, builtin_ids, installed, kind_ids, pack_of
from tests.cast import Cast
from tests.conftest import FreshDatabase
from tests.packs.packs import VISIT, spoilt, write

NEWER = spoilt("pack.yaml", "1.0.0", "1.1.0")


@pytest.mark.django_db
def test_an_installed_pack_comes_back_whole(tmp_path: Path) -> None:
    version = install(folder=write(tmp_path), by="console:test")
    pack = load(tmp_path)
    assert (version.pack, version.version) == ("garden", "1.0.0")
    assert pack_of(version.pk) == pack
    assert bytes(version.digest) == digests.digest(digests.canonical_json(pack.content()))
    assert list(installed()) == [version]
    [event] = Event.objects.filter(verb="pack.install")
    assert (event.actor, event.subject) == ("console:test", "pack:garden@1.0.0")
    assert event.data == {"digest": digests.show(bytes(version.digest))}


@pytest.mark.django_db
def test_installing_again_changes_nothing(tmp_path: Path) -> None:
    first = install(folder=write(tmp_path / "a"), by="console:test")
    again = install(folder=write(tmp_path / "b"), by="console:other")
    assert again == first
    assert Event.objects.filter(verb="pack.install").count() == 1


@pytest.mark.django_db
def test_a_changed_pack_needs_another_version_number(tmp_path: Path) -> None:
    install(folder=write(tmp_path / "a"), by="console:test")
    changed = write(tmp_path / "b", spoilt("pack.yaml", "花园管护", "花园养护"))
    with pytest.raises(StateRefused, match="版本号"):
        install(folder=changed, by="console:test")
    assert PackVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_kind_keeps_its_number_from_version_to_version(tmp_path: Path) -> None:
    first = kind_ids(pack_of(install(folder=write(tmp_path / "a"), by="console:test").pk))
    more = {**NEWER, "kinds/repair.yaml": VISIT.replace("id: visit\n", "id: repair\n")}
    second = kind_ids(pack_of(install(folder=write(tmp_path / "b", more), by="console:test").pk))
    assert set(first) == {"visit", "visit.problems"}
    assert set(second) == {"visit", "visit.problems", "repair", "repair.problems"}
    assert first.items() <= second.items()


@pytest.mark.django_db
def test_a_broken_pack_installs_nothing(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid):
        install(
            folder=write(tmp_path, spoilt("figures/visit.yaml", "of: visit\n", "of: vist\n")), by="console:test"
        )
    assert not PackVersion.objects.exists()
    assert not RecordKind.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE packs_packversion SET content = '{}'",
        "UPDATE packs_packversion SET version = '9.9.9' WHERE false",
        "DELETE FROM packs_packversion",
        "UPDATE packs_recordkind SET code = 'other'",
        "DELETE FROM packs_recordkind",
    ],
)
def test_the_database_refuses_to_change_what_is_installed(tmp_path: Path, statement: str) -> None:
    version = install(folder=write(tmp_path), by="console:test")
    with pytest.raises(Error, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    version.refresh_from_db()
    assert version.version == "1.0.0"
    assert RecordKind.objects.count() == 2


def test_eight_installs_at_once_install_once(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    folder = write(tmp_path)

    def one(number: int) -> int:
        try:
            return int(install(folder=folder, by=f"console:{number}").pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(one, range(8)))) == 1
    assert RecordKind.objects.count() == 2
    assert Event.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("id", builtin_ids())
def test_every_builtin_pack_installs(id: str) -> None:
    assert install(folder=builtin_folder(id), by="console:test").pack == id


@pytest.mark.django_db
def test_a_pack_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match="street-office"):
        builtin_folder("street-ofice")
    with pytest.raises(NotFound):
        builtin_folder("..")
    with pytest.raises(NotFound):
        pack_of(2_000_000_000)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["pack", *arguments])


def test_pack_check_prints_every_fault_and_exits_with_2(tmp_path: Path) -> None:
    result = run("check", str(write(tmp_path, spoilt("kinds/visit.yaml", "type: money", "type: mony"))))
    assert result.exit_code == 2
    assert "kinds/visit.yaml:12:" in result.stderr
    assert "您要写的是不是“money”？" in result.stderr
    assert "Traceback" not in result.output


def test_pack_check_says_what_is_in_a_good_pack(tmp_path: Path) -> None:
    result = run("check", str(write(tmp_path)))
    assert result.exit_code == 0
    assert "garden 1.0.0：记录类型1种，数据项6个，报告1种" in result.stdout


@pytest.mark.django_db
def test_pack_install_lets_a_book_work_by_it(tmp_path: Path, cast: Cast) -> None:
    folder = str(write(tmp_path))
    result = run("install", folder, "--book", cast.book.code, "--by", cast.admin.username)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "garden" in [version.pack for version in packs_in_force(cast.book)]
    assert "garden 1.0.0\t" in run("list").stdout


@pytest.mark.django_db
def test_pack_install_installs_nothing_when_the_book_may_not_have_it(tmp_path: Path, cast: Cast) -> None:
    result = run("install", str(write(tmp_path)), "--book", cast.book.code, "--by", cast.chen.username)
    assert result.exit_code == 3
    assert not PackVersion.objects.filter(pack="garden").exists()
    assert run("install", str(tmp_path), "--book", "nowhere", "--by", cast.admin.username).exit_code == 4
    assert run("install", str(tmp_path), "--book", cast.book.code).exit_code == 2
    assert not PackVersion.objects.filter(pack="garden").exists()


@pytest.mark.django_db
def test_pack_list_names_the_builtin_packs_that_are_not_installed() -> None:
    assert "street-office" in run("list").stdout
