# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says would be cut on a host, and whether that is all of what would be cut now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...module_utils._firewall.change.impact import Endpoint
from ...module_utils._texts import said
from .._report.parts import ResultError, count_of, list_of, text_of, texts_of
from .._said import fitting, size_of

ROOM_FOR_CUTS = 8_000
"""Bytes of a result for what would be cut, so that a plan can be held to it: some 300 connections."""

_LONGEST_PROGRAM = 64
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Cuts:
    """What is in use on a host and would be cut.

    Attributes:
        closed: Ports that are closed as the firewall begins to filter or a group is switched off, with those who are
            connected now.
        kept_out: Ports with those who are connected now and are kept out by block rules. Others still get in there.
        left_out: How many connections there are besides that a plan had no room for.
    """

    closed: tuple[Endpoint, ...] = ()
    kept_out: tuple[Endpoint, ...] = ()
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.closed or self.kept_out or self.left_out)


def as_dict(cuts: Cuts) -> dict[str, Any]:
    """What would be cut as a result has it, as far as there is room."""
    items = [_item(kind, one) for kind in ("closed", "kept_out") for one in getattr(cuts, kind)]
    kept = fitting(items, ROOM_FOR_CUTS, lambda item: size_of(item[1]))
    found: dict[str, Any] = {"closed": [], "kept_out": []}
    for kind, item in kept:
        found[kind].append(item)
    room = ROOM_FOR_CUTS - sum(size_of(item) for _kind, item in kept)
    rest = items[len(kept) :]
    left_out = sum(max(1, len(item["peers"])) for _kind, item in rest)
    if rest:  # the first one that does not fit as a whole, with as many who are connected as do
        kind, item = rest[0]
        peers = fitting(item["peers"], room - size_of({**item, "peers": []}), lambda peer: len(peer) + 4)
        if peers:
            found[kind].append({**item, "peers": peers})
            left_out -= len(peers)
    return {**found, "left_out": left_out}


def _item(kind: str, one: Endpoint) -> tuple[str, dict[str, Any]]:
    program = said(one.program, _LONGEST_PROGRAM)
    return kind, {"protocol": one.protocol, "port": one.port, "program": program, "peers": list(one.peers)}


def read_cuts(item: Mapping[str, Any]) -> Cuts:
    """What `as_dict` has written.

    Raises:
        ResultError: It is something else.
    """
    closed, kept_out = (tuple(map(_endpoint, list_of(item, kind))) for kind in ("closed", "kept_out"))
    return Cuts(closed, kept_out, count_of(item, "left_out"))


def _endpoint(item: Any) -> Endpoint:
    protocol = text_of(item, "protocol")
    if protocol not in ("tcp", "udp"):
        raise ResultError(f"{protocol[:40]!r} is no protocol that ports belong to")
    return Endpoint(protocol, count_of(item, "port"), text_of(item, "program"), texts_of(item, "peers"))


def in_words(cuts: Cuts) -> tuple[str, ...]:
    """All of what would be cut, for whoever approves it: nobody else may be cut."""
    more = f"{cuts.left_out} connections more. A run that is held to this plan leaves the host alone if they are there"
    return (
        *(f"{_sentence(one)}: the port is closed" for one in cuts.closed),
        *(f"{_sentence(one)}: kept out by block rules" for one in cuts.kept_out),
        *([more] if cuts.left_out else []),
    )


def _sentence(one: Endpoint) -> str:
    connected = f", {len(one.peers)} connected ({', '.join(one.peers)})" if one.peers else ""
    return f"{one.protocol} {one.port} {said(one.program)}{connected}"


def more_than(planned: Cuts, now: Cuts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What would be cut now and is not what a plan says, in words.

    That a port is closed is approved, whoever is connected by the time it is done, and those are only to be named. Who
    is kept out of a port that stays open is a question of each address.

    Args:
        planned: What the plan says.
        now: What would be cut now.

    Returns:
        What is more than was approved, and who would be cut from ports that were to be closed for all.
    """
    ports = {_key(one) for one in planned.closed}
    known = {(*_key(one), peer) for one in planned.closed for peer in one.peers}
    kept_out = {(*_key(one), peer) for one in planned.kept_out for peer in one.peers}
    more = [one for one in now.closed if _key(one) not in ports]
    more += _not_of(now.kept_out, kept_out)
    newcomers = _not_of((one for one in now.closed if _key(one) in ports), known)
    return tuple(map(_sentence, more)), tuple(map(_sentence, newcomers))


def named(sentences: Iterable[str]) -> str:
    """The first of them, for a message."""
    found = list(sentences)
    more = len(found) - _MOST_NAMED
    return "; ".join(found[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _not_of(endpoints: Iterable[Endpoint], known: set[tuple[Any, ...]]) -> list[Endpoint]:
    """Endpoints with only those who are connected and not known."""
    found = ((one, tuple(peer for peer in one.peers if (*_key(one), peer) not in known)) for one in endpoints)
    return [replace(one, peers=peers) for one, peers in found if peers]


def _key(one: Endpoint) -> tuple[str, int, str]:
    return one.protocol, one.port, said(one.program, _LONGEST_PROGRAM).casefold()
