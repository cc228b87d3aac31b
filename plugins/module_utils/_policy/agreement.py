# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict, a probe and the host's own socket table say together of one port.

Each alone is an opinion: a verdict knows nothing of the firewalls between, and a probe cannot tell a port that nothing
listens on from one that is closed, since Windows in stealth mode answers neither (Microsoft KB 2586744).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .._firewall.traffic.reasons import Status
from .._probe.target import FILTERED, OPEN, REFUSED, SENT, UDP, UNREACHABLE


class Says(str, Enum):
    """What they say together, what asks for something first."""

    SHUT_OUT = "shut_out"
    ELSEWHERE = "elsewhere"
    CONTRADICTS = "contradicts"
    UNASKED = "unasked"
    NOTHING_LISTENS = "nothing_listens"
    UNDECIDED = "undecided"
    FILTERED = "filtered"
    NOT_TOLD = "not_told"
    AGREE = "agree"


FAILING = (Says.SHUT_OUT, Says.ELSEWHERE, Says.CONTRADICTS, Says.UNASKED)
"""What a verification fails for. That a service is not running is no fault of a firewall."""

TELLING = (*FAILING, Says.NOTHING_LISTENS, Says.UNDECIDED, Says.FILTERED)
"""What people are told of port by port."""

WORDS = {
    Says.AGREE: "verdict and probe agree",
    Says.NOTHING_LISTENS: "the policy lets it in, nothing listens",
    Says.SHUT_OUT: "listens, but is shut out on the way",
    Says.ELSEWHERE: "open, though nothing listens on the host itself: another machine answers there",
    Says.UNDECIDED: "listens and cannot be reached, and whether the policy lets this probe in cannot be told",
    Says.FILTERED: "no answer, and it is not known whether anything listens",
    Says.CONTRADICTS: "open, though the policy does not let this probe in",
    Says.UNASKED: "open though nobody asked for it",
    Says.NOT_TOLD: "cannot be told from outside",
}
"""What to say of them to people."""

SHORT = {
    Says.AGREE: "agree",
    Says.NOTHING_LISTENS: "nothing listens",
    Says.SHUT_OUT: "shut out on the way",
    Says.ELSEWHERE: "answered elsewhere",
    Says.UNDECIDED: "undecided",
    Says.FILTERED: "filtered",
    Says.CONTRADICTS: "contradicted",
    Says.UNASKED: "open unasked",
    Says.NOT_TOLD: "not told",
}
"""The same in a word or two, behind a number."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of a host as its audit has judged it, as far as a probe is compared with it.

    Attributes:
        verdict: The verdict.
        admits: Whom what is in effect lets in, as results list them; None where that cannot be told.
        differs: Whether the profiles differ, so that it depends on the network that a probe comes through.
    """

    verdict: Status
    admits: tuple[str, ...] | None
    differs: bool = False


def says(status: str, transport: str, *, expected: bool | None, listens: bool | None, sampled: bool) -> Says:
    """What they say together.

    Args:
        status: What the probe saw.
        transport: ``tcp`` or ``udp``.
        expected: Whether the policy lets the probe in, see `lets_in`.
        listens: Whether the host's socket table has a listener; None where it was not read.
        sampled: Whether the port stands for a range of media, which is listened to only while a call needs it.
    """
    if status == OPEN:
        return _of_open(expected, listens, sampled)
    if status == SENT:
        return Says.NOTHING_LISTENS if listens is False and expected is True and not sampled else Says.NOT_TOLD
    if status not in (REFUSED, FILTERED, UNREACHABLE):
        return Says.NOT_TOLD
    if expected is False:
        return Says.AGREE
    if sampled and not listens:
        return Says.NOT_TOLD
    if listens:
        return Says.SHUT_OUT if expected else Says.UNDECIDED
    if listens is False:
        return Says.NOTHING_LISTENS
    if status == REFUSED and expected:
        return Says.NOTHING_LISTENS  # a reset is the host's own word, or that of a firewall that pretends to be it
    if status == UNREACHABLE and expected and transport != UDP:
        return Says.SHUT_OUT  # a router or a firewall says so itself
    return Says.FILTERED


def _of_open(expected: bool | None, listens: bool | None, sampled: bool) -> Says:
    """As `says`, of a port that is open.

    Where the host itself does not listen, whatever answers is not the host: the address is that of another machine (a
    wrong record, one that was given to another host), a device on the way answers for it, or a port is mapped. A media
    port may have been opened for a call since its host was asked.
    """
    if listens is False and not sampled:
        return Says.ELSEWHERE
    if expected is False:
        return Says.CONTRADICTS
    return Says.NOT_TOLD if listens is False else Says.AGREE


def lets_in(rows: Sequence[Judged], source: str) -> bool | None:
    """Whether the policy lets an address in on a port that rows share; None where that cannot be told.

    Args:
        rows: The rows of the port.
        source: The address that the probe came from; empty where it is not known.
    """
    found = [_lets_in(row, source) for row in rows]
    if True in found:
        return True
    return False if found and None not in found else None


def _lets_in(row: Judged, source: str) -> bool | None:
    if row.admits is None or (row.verdict is Status.OPEN and not row.admits):
        return True if row.verdict is Status.OPEN else None
    if row.verdict in (Status.CONDITIONAL, Status.UNKNOWN):
        return None
    among = is_among(source, row.admits)
    return None if among is False and row.differs else among


def is_among(address: str, texts: Iterable[str]) -> bool | None:
    """Whether an address is among those that a result lists; None where the list does not tell.

    Args:
        address: The address.
        texts: Addresses, networks and ranges; ``any``; keywords of Windows, or how many more there are.
    """
    certain = True
    try:
        wanted = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True if "any" in tuple(texts) else None
    for text in texts:
        if text == "any":
            return True
        try:
            first, dash, last = text.partition("-")
            if dash:
                low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
                if low.version == wanted.version and int(low) <= int(wanted) <= int(high):
                    return True
            elif wanted in ipaddress.ip_network(text, strict=False):
                return True
        except ValueError:
            certain = False
    return False if certain else None


def worst(found: Iterable[Says]) -> Says:
    """What asks for something first.

    Args:
        found: One at least.
    """
    order = list(Says)
    return min(found, key=order.index)
