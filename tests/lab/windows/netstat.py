# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""netstat.exe -ano and tasklist.exe: who listens, who is connected, and which program that is.

Simulates the documented columns and the options -a, -n, -o and -p. An accepted WinRM connection is http.sys's: PID 4,
with the client's address and port as the host sees them (those of a mapping, if there is one between), and so is an
SMB one on 139 or 445; a connection that waits for its end belongs to PID 0 (public listings). A service listens on all
addresses, for IPv4 and IPv6, unless it is bound to one; SQL Server's dedicated administrator connection listens on
127.0.0.1 alone.
Headings and state words are in the host's language.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.hostile_text import padded
from lab.windows.netsh import split_words
from lab.windows.policy import TCP
from lab.windows.process import Process
from lab.windows.process_table import KERNEL, RunningProcess, all_listeners, pid_of, process_table

_NOBODY = "0.0.0.0"
_SQL_PORT, _SQL_ADMINISTRATOR_PORT = 1433, 1434


@dataclass(frozen=True)
class Socket:
    """A connection that only `netstat` knows. ``state`` is a key of lab.windows.messages_network; ``local`` an address,
    the host's own if it is empty."""

    port: int
    remote: tuple[str, int]
    state: str = "established"
    pid: int = KERNEL
    local: str = ""


async def netstat(process: Process) -> int:
    """`netstat -ano [-p tcp|udp]`, its letters in any order; other reports are not simulated."""
    words = [word.lower().lstrip("-/") for word in split_words(process.arguments)]
    protocol = ""
    if "p" in words[:-1]:
        protocol = words.pop(words.index("p") + 1)
        words.remove("p")
    letters = "".join(words)
    if not letters or set(letters) - set("ano") or "n" not in letters or protocol not in ("", "tcp", "udp"):
        process.err(process.message("cmd_syntax") + "\r\n")
        return 1
    if process.host.quirks.deny_netstat:
        process.err(process.message("access_denied") + "\r\n")
        return 1
    say = process.message
    with_pid = "o" in letters
    rows = _listening(process) if "a" in letters else []
    rows += [row for row in (*_established(process), *_others(process)) if row not in rows]
    if protocol:
        rows = [row for row in rows if row[0].lower() == protocol and not row[1].startswith("[")]
    rows.sort(key=lambda row: (row[0] == "UDP", row[1].startswith("["), row[3] != say("listening")))
    text = f"\r\n{say('connections')}\r\n\r\n"
    head = (say("proto"), say("local_address"), say("foreign_address"), say("state"), "PID")
    text += "".join(_line(row, with_pid=with_pid) for row in (head, *rows))
    quirks = process.host.quirks
    process.out(padded(text, quirks.netstat_pads, quirks.pads_kb))
    return 0


_Row = tuple[str, str, str, str, str]


def _line(row: _Row, *, with_pid: bool) -> str:
    text = f"  {row[0]:<6} {row[1]:<22} {row[2]:<22} {row[3]:<15}"
    return (f"{text} {row[4]}" if with_pid else text).rstrip() + "\r\n"


def _listening(process: Process) -> list[_Row]:
    host, rows = process.host, []
    word = process.message("listening")
    everywhere: set[tuple[int, int, str]] = set()
    for listener in all_listeners(host):
        pid = str(pid_of(host, listener))
        key = (listener.protocol, listener.port, pid)
        if not listener.bound and key in everywhere:
            continue  # the same socket, at another address of the host
        everywhere |= set() if listener.bound else {key}
        for address in (listener.address,) if listener.bound else ("0.0.0.0", "[::]"):
            local = f"{address}:{listener.port}"
            rows.append(
                ("TCP", local, f"{_NOBODY if listener.bound else address}:0", word, pid)
                if listener.protocol == TCP
                else ("UDP", local, "*:*", "", pid)
            )
        if (listener.protocol, listener.port) == (TCP, _SQL_PORT):
            rows.append(("TCP", f"127.0.0.1:{_SQL_ADMINISTRATOR_PORT}", "0.0.0.0:0", word, pid))
    return rows


def _established(process: Process) -> list[_Row]:
    host = process.host
    owners = {
        (listener.address, listener.port): pid_of(host, listener)
        for listener in all_listeners(host)
        if listener.protocol == TCP
    }
    return [
        (
            "TCP",
            f"{local[0]}:{local[1]}",
            f"{remote[0]}:{remote[1]}",
            process.message("established"),
            # A connection outlives its listener only when it is WinRM's.
            str(owners.get(local, KERNEL)),
        )
        for local, remote in sorted(host.connections())
    ]


def _others(process: Process) -> list[_Row]:
    return [
        (
            "TCP",
            f"{each.local or process.host.spec.address}:{each.port}",
            f"{each.remote[0]}:{each.remote[1]}",
            process.message(each.state),
            str(each.pid),
        )
        for each in process.host.other_sockets
    ]


async def tasklist(process: Process) -> int:
    """`tasklist /fo csv /nh`, with or without `/svc`; other forms are not simulated."""
    words = [word.lower() for word in split_words(process.arguments)]
    with_services = "/svc" in words
    rest = [word for word in words if word not in ("/svc", "/nh")]
    if rest != ["/fo", "csv"] or "/nh" not in words:
        process.err(process.message("bad_option", words[0] if words else "") + "\r\n")
        return 1
    for running in process_table(process.host):
        cells = _service_cells(process, running) if with_services else _cells(process, running)
        process.out(",".join(f'"{cell}"' for cell in cells) + "\r\n")
    return 0


def _cells(process: Process, running: RunningProcess) -> tuple[str, ...]:
    say = process.message
    size = say("memory", f"{running.memory:,}".replace(",", say("thousands")))
    return running.image, str(running.pid), "Console" if running.session else "Services", str(running.session), size


def _service_cells(process: Process, running: RunningProcess) -> tuple[str, ...]:
    return running.image, str(running.pid), ",".join(running.services) or process.message("not_available")
