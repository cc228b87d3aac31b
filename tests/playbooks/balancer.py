# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HAProxy in master-worker mode, as the role configures it, and what a client sees of it."""

from __future__ import annotations

import contextlib
import csv
import io
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

_PATIENCE = 30.0  # for a machine that does ten things at a time
_PAUSE = 0.05


def eventually(looks_right: Callable[[], bool], what: str) -> None:
    """Wait until it does."""
    deadline = time.monotonic() + _PATIENCE
    while not looks_right():
        assert time.monotonic() < deadline, what
        time.sleep(_PAUSE)


def greeting(address: str, port: int, source: str) -> str:
    """What whoever is reached says, which in the lab is its name and port; empty where nobody is."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), 5, (source, 0)) as connection:
        return connection.makefile().readline().strip()
    return ""


@dataclass(frozen=True)
class Server:
    """A member behind a listener, as HAProxy's own statistics have it."""

    listener: str
    name: str
    status: str


class HaProxy:
    """The process; it runs from `with` to its end, at first with a configuration that listens nowhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "haproxy.cfg"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def lines(self) -> list[str]:
        """The section `global`: what Debian's has, for a process that is nobody else's."""
        return [f"stats socket {self.folder}/admin.sock mode 600 level admin expose-fd listeners", "stats timeout 30s"]

    @property
    def reload(self) -> list[str]:
        """What has it read its configuration again, as systemd's unit of Debian does it."""
        assert self._process is not None
        return ["kill", "-USR2", str(self._process.pid)]

    def __enter__(self) -> Self:
        self.config.write_text("global\n" + "".join(f"    {line}\n" for line in self.lines))
        with (self.folder / "haproxy.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["haproxy", "-W", "-f", str(self.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        eventually(lambda: bool(self.ask("show info")), self.log())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(_PATIENCE)

    def log(self) -> str:
        """What it said."""
        return (self.folder / "haproxy.log").read_text()

    def ask(self, command: str) -> str:
        """The answer of its statistics socket; empty while there is none."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(f"{self.folder}/admin.sock")
            connection.sendall(f"{command}\n".encode())
            return connection.makefile().read()
        return ""

    def worker(self) -> str:
        """The id of the process that serves now; each reload makes another."""
        return dict(line.partition(": ")[::2] for line in self.ask("show info").splitlines()).get("Pid", "")

    def servers(self) -> Iterator[Server]:
        """All members behind all listeners."""
        for line in csv.DictReader(io.StringIO(self.ask("show stat").removeprefix("# "))):
            if line["svname"] not in ("FRONTEND", "BACKEND"):
                yield Server(line["pxname"], line["svname"], line["status"])

    def statuses(self, name: str) -> set[str]:
        """What it says of one member, behind whichever listener."""
        return {server.status for server in self.servers() if server.name == name}
