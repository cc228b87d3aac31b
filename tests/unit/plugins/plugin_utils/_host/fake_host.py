# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A RemoteHost for tests: a WindowsModel behind a line that breaks where a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost, Output
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

Trouble = Callable[["FakeHost", str, bytes], str]
"""What happens in place of a command; the text is what it prints."""


@dataclass
class FakeHost:
    """Keeps count of what is sent. `trouble` is taken one entry a command; None means that the command runs."""

    model: WindowsModel = field(default_factory=WindowsModel)
    trouble: list[Trouble | None] = field(default_factory=list)
    before_each: Callable[[WindowsModel], None] | None = None
    commands: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    reconnects: int = 0
    refused_reconnects: int = 0

    def run(self, command: str, stdin: bytes = b"", deadline: float = 120.0) -> Output:
        """As RemoteHost.run."""
        assert 0 < deadline < 3600
        self.commands.append(command)
        if self.before_each:
            self.before_each(self.model)
        trouble = self.trouble.pop(0) if self.trouble else None
        text = trouble(self, command, stdin) if trouble else self.model.run(command, stdin)
        return Output(text, "", 0)

    def reconnect(self) -> None:
        """As RemoteHost.reconnect."""
        self.reconnects += 1
        if self.reconnects <= self.refused_reconnects:
            raise ConnectionLost("connection refused")

    def sleep(self, seconds: float) -> None:
        """In place of time.sleep."""
        self.slept.append(seconds)

    @property
    def reads(self) -> int:
        """How many commands only read."""
        return sum("reg query" in command for command in self.commands)

    @property
    def writes(self) -> list[str]:
        """The commands that change the host."""
        return [command for command in self.commands if "reg query" not in command]


def lost_before(_host: FakeHost, _command: str, _stdin: bytes) -> str:
    """The line breaks and the command never arrives."""
    raise ConnectionLost("connection reset by peer")


def lost_after(host: FakeHost, command: str, stdin: bytes) -> str:
    """The command is carried out, its answer is lost."""
    host.model.run(command, stdin)
    raise ConnectionLost("connection reset by peer")


def lost_and_late(host: FakeHost, _command: str, stdin: bytes) -> str:
    """The answer is lost, and netsh works on: two lines between any two later commands."""
    pending = stdin.decode("ascii").split("\r\n")[:-2]

    def work_on(model: WindowsModel) -> None:
        for _line in pending[:2]:
            model.netsh(pending.pop(0))

    host.before_each = work_on
    raise ConnectionLost("connection reset by peer")


def half_an_answer(host: FakeHost, command: str, stdin: bytes) -> str:
    """The output is cut off in the middle."""
    text = host.model.run(command, stdin)
    return text[: len(text) // 2]
