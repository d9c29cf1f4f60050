"""`mingzhang serve`: the web site."""

from __future__ import annotations

import os
import socket

import click
from django.db import connections
from django.utils.translation import gettext as _
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mingzhang.cli.beside import worker
from mingzhang.cli.migrate import check_migrated
from mingzhang.core import database
from mingzhang.core.errors import InvalidInput, Refusal
from mingzhang.organisation.actions import make_setup_code
from mingzhang.organisation.queries import needs_setup

WORKERS, BLOCKING_THREADS = 2, 4
STOP_SECONDS = 10  # what a request still running at the end may take


@click.command(help=_("打开网站，直到按 Ctrl-C。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听的地址"))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", help=_("监听的端口")
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help=_("处理请求的进程数")
)
def serve(host: str, port: int, workers: int) -> None:
    run(host=host, port=port, workers=workers)


def run(*, host: str = "127.0.0.1", port: int = 8000, workers: int = WORKERS) -> None:
    """Serve until interrupted. The database must have been ensured and migrated. Raises Refusal when the address
    cannot be had or the database is not migrated."""
    check_migrated()
    check_address(host, port)
    code = make_setup_code() if needs_setup() else ""
    connections.close_all()
    database.keep_up()
    address = site_address(host, port)
    os.environ.setdefault("MINGZHANG_ADDRESS", address)  # what links in messages begin with
    os.environ["MINGZHANG_SERVE_PROCESS"] = str(os.getpid())  # its workers end with it
    server = Server(
        "mingzhang.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    told = _("明账已打开：%(address)s 按 Ctrl-C 关闭。") % {"address": address}
    if code:
        told += "\n" + setup_said(code)
    server.on_startup(lambda: click.echo(told))
    with worker():
        server.serve()


def setup_said(code: str) -> str:
    """What the console tells whoever sets a new installation up."""
    return _("还没有账套。用浏览器打开上面的地址，输入设置码：%(code)s") % {"code": code}


def site_address(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}/"


def check_address(host: str, port: int) -> None:
    """Raises Refusal when another program listens there, InvalidInput when it is no address of this machine. The
    server itself would share the port with another of its kind, and each would get half of the requests."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _name, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise InvalidInput(_("地址 %(host)s 找不到。") % {"host": host}, remedy=_("请写本机的地址。")) from None
    except PermissionError:
        raise Refusal(
            _("没有权限使用端口 %(port)d。") % {"port": port}, remedy=_("请用 --port 换一个大于 1023 的端口。")
        ) from None
    except OSError as error:
        raise Refusal(
            _("不能监听 %(host)s 的端口 %(port)d：%(reason)s。")
            % {"host": host, "port": port, "reason": error.strerror},
            remedy=_("可能已有程序占用，请用 --port 换一个端口，或先关闭那个程序。"),
        ) from None


def free_port(port: int, host: str = "127.0.0.1") -> int:
    """The first port from `port` on that nobody uses, of a few. Raises Refusal when there is none."""
    for candidate in range(port, min(port + 20, 65535)):
        try:
            check_address(host, candidate)
        except Refusal:
            continue
        return candidate
    check_address(host, port)
    return port
