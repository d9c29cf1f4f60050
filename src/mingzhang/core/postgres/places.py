"""Where the embedded server keeps its things, seen from the data folder."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _
from mingzhang.core.postgres.account import Account

PORT = 5432
LONGEST_SOCKET_FOLDER = 80  # bytes: with the socket's own name it stays below the 107 of sockaddr_un
CLUSTERS = Path("/var/lib/mingzhang/clusters")


@dataclass(frozen=True)
class Places:
    """Paths that belong to one data folder. `folder` is absolute."""

    folder: Path

    @property
    def run(self) -> Path:
        """Locks, the log and the socket."""
        return self.folder / "run"

    @property
    def start_gate(self) -> Path:
        """Locked by the one process that is starting or joining the server."""
        return self.run / "start.lock"

    @property
    def client_lock(self) -> Path:
        """Shared by every client."""
        return self.run / "clients.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for its life."""
        return self.run / "keeper.lock"

    @property
    def log(self) -> Path:
        """What the server and its keeper say."""
        return self.run / "postgres.log"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own files; a link into CLUSTERS where the server's account cannot enter the data folder."""
        return self.folder / "pgdata"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: short enough for the kernel, and open to the server's account."""
        inside = self.run / "socket"
        if self.open_to_server and len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(f"/tmp/mingzhang-{os.geteuid()}-{mark}")  # noqa: S108 - `make_socket_folder` checks its owner

    @property
    def open_to_server(self) -> bool:
        """Whether the server's account gets to the data folder. Under root it is a system user, who passes only
        through folders that are open to everyone."""
        if os.geteuid() != 0:
            return True
        return all(parent.stat().st_mode & 0o001 for parent in self.folder.parents if parent.exists())

    def prepare(self) -> None:
        """Make the folders that the locks and the log need. Raises Refusal where the disk does not let us."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.run.mkdir(exist_ok=True)
            self.folder.chmod(mode)
            self.run.chmod(mode)
        except OSError as error:
            raise Refusal(
                _("数据文件夹 %(folder)s 不能写入：%(reason)s。")
                % {"folder": self.folder, "reason": error.strerror},
                remedy=_("请检查它的权限和磁盘空间，或用 MINGZHANG_DATA 换一个文件夹。"),
            ) from error

    def new_log(self) -> BinaryIO:
        """An empty log, open for writing. The one before is kept: it may tell why the server fell."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        return self.log.open("ab")

    def make_socket_folder(self, account: Account) -> None:
        """Only the server's account may enter it. In /tmp another user could have been there first: refuse that."""
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
            raise Refusal(
                _("文件夹 %(folder)s 属于别的用户，数据库没有启动。") % {"folder": folder},
                remedy=_("请删除它，或用 MINGZHANG_DATA 换一个较短的数据文件夹。"),
            )
        folder.chmod(0o700)
        account.own(folder)

    def new_cluster_folder(self, account: Account) -> Path:
        """An empty folder of the server's account, on the disk where the cluster is going to stay."""
        if self.open_to_server:
            folder = self.folder / f"pgdata.{secrets.token_hex(4)}"
        else:
            CLUSTERS.mkdir(parents=True, exist_ok=True)
            CLUSTERS.parent.chmod(0o711)
            CLUSTERS.chmod(0o711)
            folder = CLUSTERS / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        account.own(folder)
        return folder

    def adopt_cluster(self, made: Path) -> None:
        """Make a complete cluster the one of this data folder, in one step."""
        if made.parent == self.folder:
            made.rename(self.cluster)
        else:
            self.cluster.symlink_to(made, target_is_directory=True)
