# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that answers the commands which read its log, from files in memory, as reg, dir, set and findstr do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HEADER = (
    "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n#Fields: date time action protocol "
    "src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\n\n"
)
PATH = r"%systemroot%\system32\LogFiles\Firewall\pfirewall.log"

_PART = re.compile(r"\(((?:(?! <nul&&echo ).)*) <nul&&echo @([0-9a-f]+-\w+)-ok\|\|echo @\2-no\)")


def line(
    at: datetime,
    source: str = "10.4.2.9",
    port: int = 5061,
    *,
    action: str = "DROP",
    protocol: str = "TCP",
    source_port: int = 50123,
    target: str = "10.0.0.11",
    flags: str = "S",
    path: str = "RECEIVE",
) -> str:
    return (
        f"{at:%Y-%m-%d %H:%M:%S} {action} {protocol} {source} {target} {source_port} {port} 52 {flags} 1 0 8192 - - - "
        f"{path}"
    )


def text(lines: Iterable[str], header: str = HEADER) -> str:
    return header + "".join(f"{one}\n" for one in lines)


@dataclass
class LogHost:
    """The host; `locked` are files that are there and cannot be read."""

    files: dict[str, str] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    bias: int | None = 0
    commands: list[str] = field(default_factory=list)

    def ask(self, command: str, most: int) -> tuple[str, bool]:
        """What `command` prints; cut where that is more than `most`."""
        self.commands.append(command)
        assert len(command) < 8000
        assert all(" " <= character <= "~" for character in command)
        begin, _amp, rest = command.partition("&")
        printed = [begin.removeprefix("echo ") + "\r\n"]
        for part in _PART.finditer(rest):
            found = self._run(part[1])
            printed.append(f"{found or ''}@{part[2]}-{'no' if found is None else 'ok'}\r\n")
        assert rest == "&".join(part[0] for part in _PART.finditer(rest)), "a part that is not understood"
        whole = "".join(printed)
        return (whole, True) if len(whole) <= most else (whole[:most], False)

    def _run(self, command: str) -> str | None:
        if command.startswith("reg query"):
            assert command.endswith(r'Control\TimeZoneInformation" /v ActiveTimeBias')
            if self.bias is None:
                return None
            key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
            return f"\r\n{key}\r\n    ActiveTimeBias    REG_DWORD    {self.bias % 2**32:#x}\r\n\r\n"
        name = command.rpartition('"')[0].rpartition('"')[2]
        if command.startswith("dir /b "):
            return name.rpartition("\\")[2] + "\r\n" if name in self.files or name in self.locked else None
        if name not in self.files:
            return None
        lines = self.files[name].split("\n")
        if command.startswith("((set /p "):
            variables = re.findall(r"set /p (\w+)=", command)
            found = [f"{name}={one[:1023]}\r\n" for name, one in zip(variables, lines, strict=False) if one]
            return "".join(sorted(found)) or None
        assert command.startswith("findstr /r /b ")
        patterns = [re.compile(one) for one in re.findall(r'/c:"([^"]*)"', command)]
        return "".join(f"{one}\r\n" for one in lines if any(pattern.match(one) for pattern in patterns)) or None


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


def every(start: datetime, step: timedelta, number: int) -> list[datetime]:
    return [start + step * one for one in range(number)]
