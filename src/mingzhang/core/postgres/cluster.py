"""Making a cluster and keeping its configuration, its roles and its database as the application needs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _
from mingzhang.core.postgres.account import Account, own_name
from mingzhang.core.postgres.binaries import Programs, clean_environment
from mingzhang.core.postgres.places import PORT, Places

SUPERUSER = "postgres"
ROLE = "mingzhang"
DATABASE = "mingzhang"
MEGABYTE = 1 << 20


def prepare(places: Places, programs: Programs, account: Account) -> None:
    """Make the cluster if there is none and write who may connect. Raises Refusal when the cluster was made by
    another major version, whose files these programs cannot read."""
    if places.cluster.exists():
        _check_version(places.cluster, programs)
    else:
        _make(places, programs, account)
    _write_access(places.cluster, account)


def furnish(places: Places) -> None:
    """Make the application's role and database where they are missing. The role is no superuser, so what is
    revoked from it stays revoked."""
    with connect(places) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))


def connect(places: Places) -> psycopg.Connection:
    """A connection as the superuser, each statement its own transaction. Raises psycopg.OperationalError."""
    return psycopg.connect(
        host=str(places.socket_folder),
        port=PORT,
        user=SUPERUSER,
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _check_version(cluster: Path, programs: Programs) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != str(programs.major):
        raise Refusal(
            _("数据是 PostgreSQL %(made_by)s 存的，现有的程序是 PostgreSQL %(major)d，读不了。")
            % {"made_by": made_by, "major": programs.major},
            remedy=_("请用 MINGZHANG_PG_BIN 指明 PostgreSQL %(made_by)s 的程序文件夹。数据没有改动。")
            % {"made_by": made_by},
        )


def _make(places: Places, programs: Programs, account: Account) -> None:
    draft = places.new_cluster_folder(account)
    try:
        _initdb(draft, programs, account)
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.write(_configuration())
        places.adopt_cluster(draft)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _initdb(folder: Path, programs: Programs, account: Account) -> None:
    """The locale is given, never taken from the environment: sorting and case must not depend on who started it."""
    locale = ["--locale=C.UTF-8", "--encoding=UTF8"]
    if programs.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603
        [programs.folder / "initdb", "-D", folder, "-U", SUPERUSER, "-A", "peer", "--no-instructions", *locale],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(),
        **account.identity,
    )
    if done.returncode:
        raise Refusal(
            _("没能新建数据库：\n%(said)s") % {"said": done.stderr.strip()},
            remedy=_("请检查磁盘空间和数据文件夹的权限。"),
        )


def _configuration() -> str:
    """Sized for one office's machine. `jit` costs more than it gives on statements of a few milliseconds."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    shared = 256 * MEGABYTE if memory >= 2048 * MEGABYTE else 64 * MEGABYTE
    settings = {
        "max_connections": "100",
        "shared_buffers": f"{shared // MEGABYTE}MB",
        "effective_cache_size": f"{max(memory // 2, shared) // MEGABYTE}MB",
        "maintenance_work_mem": f"{shared // 2 // MEGABYTE}MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
    }
    return "\n# Mingzhang\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def _write_access(cluster: Path, account: Account) -> None:
    """Rewritten at each start, because the user that we are may have been renamed."""
    people = sorted({own_name(), account.name})
    rows = [f'mingzhang "{person}" {role}\n' for person in people for role in (SUPERUSER, ROLE)]
    (cluster / "pg_hba.conf").write_text("local all all peer map=mingzhang\n")
    (cluster / "pg_ident.conf").write_text("".join(rows))
