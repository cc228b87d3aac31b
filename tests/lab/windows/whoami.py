# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""whoami.exe: `/user`, `/groups`, `/priv`, `/all`, each with `/fo table|list|csv` and `/nh` (Microsoft's reference).

The rows and their order are those of public captures in English, German and French: the integrity label last, its
attributes empty, S-1-16-12288 of an elevated administrator, S-1-16-16384 of LocalSystem, S-1-16-8192 of a filtered
token or a plain user. A table has a title and a ruler; CSV has neither, and an empty line between its sections (as a
capture of `/user /groups /fo csv /nh` has it). Names are localised, SIDs and the names of privileges are not.

Not confirmed: lists (`/fo list`), and what a bad switch says. `/upn`, `/fqdn` and `/logonid` are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.windows.netsh import split_words
from lab.windows.process import Process
from lab.windows.security import ADMINISTRATORS, AUTHENTICATED, EVERYONE, INTERACTIVE, NETWORK, USERS

_FORMATS = ("table", "list", "csv")
_SECTIONS = ("/user", "/groups", "/priv")
_KNOWN = (
    (EVERYONE, "everyone", "well_known_group"),
    (ADMINISTRATORS, "administrators", "alias"),
    (USERS, "users", "alias"),
    (NETWORK, "network_logon", "well_known_group"),
    (INTERACTIVE, "interactive_logon", "well_known_group"),
    (AUTHENTICATED, "authenticated", "well_known_group"),
)
_LABELS = {
    "system": ("system_label", "S-1-16-16384"),
    "admin": ("high_label", "S-1-16-12288"),
    "filtered": ("medium_label", "S-1-16-8192"),
    "user": ("medium_label", "S-1-16-8192"),
}
_PRIVILEGES = {
    "admin": ("SeSecurityPrivilege", "SeTakeOwnershipPrivilege", "SeBackupPrivilege", "SeRestorePrivilege"),
    "system": ("SeTcbPrivilege", "SeSecurityPrivilege", "SeTakeOwnershipPrivilege"),
}
_EVERYBODY_S = "SeChangeNotifyPrivilege"


@dataclass(frozen=True)
class _Section:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


async def run(process: Process) -> int:
    """The program's entry point; returns its exit code."""
    words = [word.lower() for word in split_words(process.arguments)]
    if not words:
        process.out(f"{_account(process)}\r\n")
        return 0
    form = "table"
    wanted: set[str] = set()
    without_heads = "/nh" in words
    if "/fo" in words:
        at = words.index("/fo")
        form = words[at + 1] if at + 1 < len(words) else ""
        del words[at : at + 2]
    for word in words:
        wanted.update(_SECTIONS if word == "/all" else (word,) if word != "/nh" else ())
    if form not in _FORMATS or not wanted or not wanted <= set(_SECTIONS) or (without_heads and form == "list"):
        process.err(process.message("whoami_syntax") + "\r\n")
        return 1
    makers = {"/user": _user, "/groups": _groups, "/priv": _privileges}
    sections = [makers[name](process) for name in _SECTIONS if name in wanted]
    show = {"table": _table, "list": _list, "csv": _csv}[form]
    between = "\r\n" if form == "csv" else ""
    process.out(between.join(show(section, without_heads=without_heads) for section in sections))
    return 0


def _account(process: Process) -> str:
    """`computer\\user`, in small letters; a service's account as its language names it."""
    if process.token.kind == "system":
        return process.message("system_account").lower()
    return f"{process.host.computer_name}\\{process.token.name}".lower()


def _user(process: Process) -> _Section:
    say = process.message
    return _Section(say("user_info"), (say("user_name"), "SID"), ((_account(process), process.token.user),))


def _groups(process: Process) -> _Section:
    say, token = process.message, process.token
    rows = []
    for sid, name, kind in _KNOWN:
        if sid in token.deny_only:
            rows.append((say(name), say(kind), sid, say("deny_only")))
        elif sid in token.groups:
            owner = sid == ADMINISTRATORS and token.elevated
            rows.append((say(name), say(kind), sid, say("mandatory") + (f", {say('group_owner')}" if owner else "")))
    label, sid = _LABELS[token.kind]
    rows.append((say(label), say("label"), sid, ""))
    head = (say("group_name"), say("type"), "SID", say("attributes"))
    return _Section(say("group_info"), head, tuple(rows))


def _privileges(process: Process) -> _Section:
    say = process.message
    names = (*_PRIVILEGES.get(process.token.kind, ()), _EVERYBODY_S)
    rows = tuple((name, say(f"privilege_{name}"), say("privilege_on")) for name in names)
    return _Section(say("privilege_info"), (say("privilege_name"), say("description"), say("privilege_state")), rows)


def _table(section: _Section, *, without_heads: bool) -> str:
    widths = [max(len(row[column]) for row in (section.head, *section.rows)) for column in range(len(section.head))]

    def line(cells: tuple[str, ...]) -> str:
        return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + "\r\n"

    body = "".join(line(row) for row in section.rows)
    if without_heads:
        return f"\r\n{body}"
    ruler = " ".join("=" * width for width in widths)
    return f"\r\n{section.title}\r\n{'-' * len(section.title)}\r\n\r\n{line(section.head)}{ruler}\r\n{body}"


def _csv(section: _Section, *, without_heads: bool) -> str:
    rows = section.rows if without_heads else (section.head, *section.rows)
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)


def _list(section: _Section, *, without_heads: bool) -> str:
    width = max(map(len, section.head)) + 1
    rows = (
        "".join(f"{name + ':':<{width}} {cell}\r\n" for name, cell in zip(section.head, row, strict=True))
        for row in section.rows
    )
    return f"\r\n{section.title}\r\n{'-' * len(section.title)}\r\n\r\n" + "\r\n".join(rows)
