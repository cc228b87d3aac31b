# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's log, pfirewall.log: where it is, when it is written, and what a line looks like.

Documented: the three settings and their defaults, 4,096 KB and `%windir%\\system32\\logfiles\\firewall\\pfirewall.log`
(Microsoft, "Configure Windows Firewall logging"; "no logging occurs until" one of the two switches is on; the service
neither makes the folder nor changes who may write there); how stores are merged ([MS-FASP] 2.2.38: of the switches "on"
wins, of path and size Group Policy where it has them); the head of the file and its fields, a hyphen where a packet has
none, times in local time (Microsoft, "Interpreting the Windows Firewall Log" of Windows Server 2003; W3C extended log
file format).

From public captures: version 1.5, the empty line below the head, CR LF, `DROP` and `ALLOW`, sizes of dropped packets
and 0 for those let through, and a last column `pid`, 4 for what no program has been given. A log that would grow over
its size becomes `….old`, in place of the one before; Microsoft says only that old entries make room.

The lab's own choices, for nothing says so: `pid` is there from Server 2022 on (quirk ``log_pid``); a line is written at
once; each connection is one line, though Windows logs every packet that it drops, so those sent again too; sequence
numbers, which nobody can see from outside, are made up.
"""

from __future__ import annotations

import contextlib
import ntpath
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from lab.windows.cmd_syntax import expand
from lab.windows.environment import SYSTEM_VARIABLES
from lab.windows.filesystem import FileSystem, FileSystemError
from lab.windows.network import PROFILES, TCP, UDP
from lab.windows.policy import Policy
from lab.windows.security import SYSTEM_TOKEN

DEFAULT_PATH = r"%systemroot%\system32\LogFiles\Firewall\pfirewall.log"
DEFAULT_KILOBYTES = 4096
FIELDS = (
    "date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode "
    "info path"
)
_NAMES = {TCP: "TCP", UDP: "UDP", 1: "ICMP", 58: "ICMP"}
_SYN_SIZE, _WINDOW, _HEADERS = 52, 64240, 28


@dataclass(frozen=True)
class LogSettings:
    """What is logged in a profile, all stores taken together. path: may hold variables."""

    dropped: bool = False
    allowed: bool = False
    path: str = DEFAULT_PATH
    kilobytes: int = DEFAULT_KILOBYTES


def log_settings(policy: Policy | None, profile: str) -> LogSettings:
    """What counts in a profile now; nothing is logged while nothing is filtered."""
    if policy is None:
        return LogSettings()
    index = PROFILES.index(profile)
    local, group = policy.local_profiles[index], policy.policy_profiles[index]
    if (group.enabled if group.enabled is not None else local.enabled) is False:
        return LogSettings()
    return LogSettings(
        dropped=bool(group.log_dropped or local.log_dropped),
        allowed=bool(group.log_allowed or local.log_allowed),
        path=group.log_path or local.log_path or DEFAULT_PATH,
        kilobytes=group.log_kilobytes or local.log_kilobytes or DEFAULT_KILOBYTES,
    )


@dataclass(frozen=True)
class Packet:
    """An inbound packet that begins something: where from and to (address, port), and octets of UDP data."""

    protocol: int
    source: tuple[str, int]
    target: tuple[str, int]
    size: int = 0


def log_head(*, pid: bool) -> str:
    """The first lines of a log."""
    fields = f"{FIELDS} pid" if pid else FIELDS
    return (
        "#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n"
        f"#Fields: {fields}\r\n\r\n"
    )  # fmt: skip


def log_line(moment: datetime, packet: Packet, *, allowed: bool, pid: bool) -> str:
    """A line of the log, with its end."""
    source, target = packet.source, packet.target
    size, rest = 0, "- - - - - - -"
    if packet.protocol == TCP:
        made_up = crc32(f"{source} {target} {moment}".encode())
        size, rest = (0, "- 0 0 0 - - -") if allowed else (_SYN_SIZE, f"S {made_up} 0 {_WINDOW} - - -")
    elif not allowed:
        size = packet.size + _HEADERS
    words = [
        f"{moment:%Y-%m-%d %H:%M:%S}", "ALLOW" if allowed else "DROP",
        _NAMES.get(packet.protocol, str(packet.protocol)), source[0], target[0], str(source[1]), str(target[1]),
        str(size), rest, "RECEIVE", *(["4"] if pid else []),
    ]  # fmt: skip
    return " ".join(words) + "\r\n"


class FirewallLog:
    """Writes the logs of one host. files, now, pid: its disk, its local time, whether lines have that column, now."""

    def __init__(self, files: Callable[[], FileSystem], now: Callable[[], datetime], pid: Callable[[], bool]) -> None:
        self._files, self._now, self._pid = files, now, pid

    def note(self, settings: LogSettings, packet: Packet, *, allowed: bool) -> None:
        """Log a packet if such packets are; without a folder, or the right to write there, nothing is written."""
        if not (settings.allowed if allowed else settings.dropped):
            return
        pid = self._pid()
        line = log_line(self._now(), packet, allowed=allowed, pid=pid).encode()
        with contextlib.suppress(FileSystemError):
            self._append(expand(settings.path, SYSTEM_VARIABLES), line, settings.kilobytes * 1024, pid=pid)

    def _append(self, path: str, line: bytes, most: int, *, pid: bool) -> None:
        files = self._files()
        size = files.size(path)
        if size is not None and size + len(line) > most:
            old = f"{path}.old"
            files.remove_file(old, token=SYSTEM_TOKEN)
            files.rename(path, ntpath.basename(old), token=SYSTEM_TOKEN)
            size = None
        if not size:
            line = log_head(pid=pid).encode() + line
        files.write(path, line, append=True, token=SYSTEM_TOKEN)
