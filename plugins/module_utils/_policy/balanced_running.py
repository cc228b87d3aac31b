# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a HAProxy that runs says of itself, against the file that it is to run and the listeners that are in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from .._texts import first_few, said
from .balanced_model import Backend, BalancerListener

_UP = ("UP", "no check")  # "UP 1/3" is one whose check has just failed, and still gets connections
_HELD = ("MAINT", "DRAIN")  # by the file, or by a command on the statistics socket
_NOT_CHECKED = "INI"
_MOST_NAMED = 5
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Running:
    """What runs.

    Attributes:
        differs: Why what runs is not the file, in a sentence; empty where it is.
        unchecked: Members that were not checked since HAProxy read the file, by their names there.
        no_member: Listeners without a member that is up, with what each of these is.
    """

    differs: str
    unchecked: tuple[str, ...]
    no_member: tuple[str, ...]


def read_running(
    listeners: Iterable[BalancerListener], mark: str, table: str, token: str, file_changed: float
) -> Running:
    """Judge the answer of the socket that the configuration of the role has for this.

    The token is that of the text which was read, so it tells one rendered file from another; what was written into such
    a file by hand keeps it. Hence the times: what was read after the file last changed is what the file has. What was
    switched by a command since is in the states of the members.

    Args:
        listeners: The listeners of the file.
        mark: ``TOKEN MICROSECONDS``, the token of the file that was read and when, since 1970; empty where there is
            no answer.
        table: The statistics as CSV, as HAProxy's management guide has it in section 9.1.
        token: The token of the file.
        file_changed: When the file last changed (``ctime``, which no restored time stamp turns back), in seconds since
            1970 by the same clock.
    """
    wanted = tuple(listeners)
    states = {(row.get("# pxname", ""), row.get("svname") or ""): row for row in csv.DictReader(table.splitlines())}
    return Running(
        differs=_other_file(mark.split(), token, file_changed) or _other_states(wanted, states),
        unchecked=tuple(
            dict.fromkeys(
                member.name
                for listener in wanted
                for member in listener.members
                if _NOT_CHECKED in (_row(states, listener, member).get("check_status") or "").split()
            )
        ),
        no_member=_without_member(wanted, states),
    )


_States = Mapping[tuple[str, str], Mapping[str, str]]


def _other_file(mark: list[str], token: str, file_changed: float) -> str:
    if len(mark) != 2 or not mark[1].isdecimal():
        return "it does not say which configuration it runs"
    if mark[0] != token:
        return "it runs another configuration than the one in the file"
    read = int(mark[1]) / _MICRO
    if read < file_changed:
        return f"it has read the file at {_time(read)}, and the file changed at {_time(file_changed)}"
    return ""


def _other_states(listeners: Iterable[BalancerListener], states: _States) -> str:
    """The members that are in service and are not to be, and the other way round."""
    found = []
    for listener in listeners:
        for member in listener.members:
            status = _row(states, listener, member).get("status") or ""
            if not status:
                found.append(f"{member.name} is not there behind {listener.name}")
            elif status.startswith(_HELD) != member.drained:
                found.append(
                    f"{member.name} behind {listener.name} is {said(status)} and "
                    f"{'should be drained' if member.drained else 'should be in service'}"
                )
    return first_few(found, _MOST_NAMED)


def _without_member(listeners: Iterable[BalancerListener], states: _States) -> tuple[str, ...]:
    """The listeners, those together that have the same members in the same states."""
    alike: dict[str, list[str]] = {}
    for listener in listeners:
        rows = [(member, _row(states, listener, member)) for member in listener.members]
        if not any((row.get("status") or "").startswith(_UP) for _member, row in rows):
            alike.setdefault(", ".join(_state(member, row) for member, row in rows), []).append(listener.name)
    return tuple(f"{', '.join(names)} ({members})" for members, names in alike.items())


def _state(member: Backend, row: Mapping[str, str]) -> str:
    if member.drained:
        return f"{member.name} drained"
    check = (row.get("check_status") or "").removeprefix("* ")
    seen = f", {said(check)} on {member.check_port}" if check else ""
    return f"{member.name} {said(row.get('status') or 'not there')}{seen}"


def _row(states: _States, listener: BalancerListener, member: Backend) -> Mapping[str, str]:
    return states.get((listener.name, member.name), {})


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
