# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a probe as one table for people: a host a line, what is not open first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils._policy.agreement import TELLING, WORDS, Says
from ...module_utils._probe.target import FILTERED, OPEN, REFUSED, SENT, TCP, UDP, UNREACHABLE
from ...module_utils._texts import printable
from .unprobed import UNPROBED, counts, is_shut, why_not_probed

MOST_HOSTS = 60
"""Hosts that the table has at most; the others are counted."""

_TITLES = ("host", "tcp open", "refused", "filtered", "not probed", "udp sent", "no tls", "not open")
_MOST_PORTS = 8


def lines_for_people(result: Mapping[str, Any]) -> list[str]:
    """The table, what a comparison says, and the figures; a line each.

    Args:
        result: The result of `lync_port_probe`.
    """
    rows = sorted(map(_row, result["probes"].items()), key=lambda row: (-row[0], row[1]))
    cells = [_TITLES, *(row[1] for row in rows[:MOST_HOSTS])]
    widths = [max(len(line[place]) for line in cells) for place in range(len(_TITLES))]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells] if rows else []
    if len(rows) > MOST_HOSTS:
        lines.append(f"and {len(rows) - MOST_HOSTS} more hosts")
    lines += [f"{printable(host)}: {printable(why)}" for host, why in sorted(result["problems"].items())[:MOST_HOSTS]]
    why = {host: text for host, ports in sorted(result["probes"].items()) if (text := why_not_probed(ports))}
    lines += [f"not probed: {printable(host)}: {text}" for host, text in list(why.items())[:MOST_HOSTS]]
    if len(why) > MOST_HOSTS:
        lines.append(f"not probed: {len(why) - MOST_HOSTS} more hosts")
    lines += _compared(result)
    lines += _without_tls(result["probes"]) + _unserved(result["probes"])
    figures = {name: count for name, count in result["counts"].items() if count}
    figures.pop("tls_missing", None)
    ports = [port for found in result["probes"].values() for port in found]
    beside = {
        "of ranges of TCP": sum(port["transport"] == TCP and bool(port.get("sampled")) for port in ports),
        "of TCP where nothing is known to listen": sum(bool(port.get("unserved")) for port in ports),
        "of ports that no row asks for": sum(figures.values()) - len(ports),
    }
    kinds = [f"{count} probe{'' if count == 1 else 's'} {kind}" for kind, count in beside.items() if count > 0]
    lines += [f"In no column: {', '.join(kinds)}"] if kinds else []
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in figures.items()) or "nothing to probe"
    lines.append(
        f"{len(rows)} host{'' if len(rows) == 1 else 's'}, {sum(figures.values())} probes: {told}; "
        f"{result['seconds']:.1f} s, {result['per_second']:.0f} a second"
    )
    return lines


def _row(item: tuple[str, Sequence[Mapping[str, Any]]]) -> tuple[int, tuple[str, ...]]:
    """How much is the matter with a host, and its cells. Ports that stand for ranges, or on which nothing is known to
    listen, count in no cell of trouble."""
    host, ports = item
    tcp = Counter(port["status"] for port in ports if counts(port))
    sent = sum(port["transport"] == UDP and port["status"] == SENT for port in ports)
    udp = sum(port["transport"] == UDP for port in ports)
    without = sum(port.get("tls") is False for port in ports)
    shut = [port for port in ports if is_shut(port)]
    left_out = sum(tcp[status] for status in UNPROBED)
    cells = (
        printable(host),
        f"{tcp[OPEN]} of {sum(tcp.values())}",
        str(tcp[REFUSED]),
        str(tcp[FILTERED] + tcp[UNREACHABLE]),
        str(left_out),
        f"{sent} of {udp}",
        str(without),
        _ports(port["port"] for port in shut),
    )
    return len(shut) + left_out, cells


def _compared(result: Mapping[str, Any]) -> list[str]:
    """A line for each thing that asks for something, and its ports by host."""
    if "says" not in result:
        return [f"{printable(host)}: open though nobody asked for it: {_ports(ports)}" for host, ports in
                sorted(result["unasked"].items())]  # fmt: skip
    lines = []
    for word in TELLING:
        found = (
            result["unasked"]
            if word is Says.UNASKED
            else {
                host: [port["port"] for port in ports if port.get("says") == word.value]
                for host, ports in result["probes"].items()
            }
        )
        if named := _by_host(found):
            lines.append(f"{WORDS[word]}: {named}")
    return lines


def _without_tls(probes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """A line for each way in which ports of TLS did not speak it: such a port is open, and may be another service's."""
    found: dict[str, dict[str, list[int]]] = {}
    for host, ports in sorted(probes.items()):
        for port in ports:
            if port.get("tls") is False:
                found.setdefault(str(port.get("detail") or ""), {}).setdefault(host, []).append(port["port"])
    return [
        f"open, and no TLS where TLS is spoken{f' ({printable(how)})' if how else ''}: {_by_host(hosts)}"
        for how, hosts in sorted(found.items())
    ]


def _unserved(probes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """A line with the ports that fail no run because nothing listens there."""
    ports = [port for found in probes.values() for port in found if port.get("unserved") and port["status"] != OPEN]
    if not ports:
        return []
    rows = sorted({row for port in ports for row in port["rows"]})
    return [
        f"not open, and no fault: {_ports(port['port'] for port in ports)}. By the documents or the topology nothing "
        f"listens there ({', '.join(rows)})"
    ]


def _by_host(found: Mapping[str, Iterable[int]]) -> str:
    named = [f"{printable(host)} {_ports(ports)}" for host, ports in sorted(found.items()) if ports]
    more = f"; and {len(named) - MOST_HOSTS} more hosts" if len(named) > MOST_HOSTS else ""
    return f"{'; '.join(named[:MOST_HOSTS])}{more}" if named else ""


def _ports(ports: Iterable[int]) -> str:
    known = sorted(dict.fromkeys(ports))
    more = f" and {len(known) - _MOST_PORTS} more" if len(known) > _MOST_PORTS else ""
    return f"{' '.join(map(str, known[:_MOST_PORTS]))}{more}"
