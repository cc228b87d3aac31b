# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of a probe beside what is asked of each host and what its audit says: the result of `lync_port_probe`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ...module_utils._firewall.traffic.reasons import Status
from ...module_utils._net.port_set import PortError, PortSet
from ...module_utils._policy.admitted import all_admitted
from ...module_utils._policy.agreement import FAILING, Judged, Says, lets_in, says
from ...module_utils._probe.target import OPEN, TCP
from ...module_utils._texts import first_few
from .targets import Found, HostTargets
from .unprobed import is_shut, unprobed

_BADNESS = (Status.CLOSED, Status.UNKNOWN, Status.CONDITIONAL, Status.OPEN)
_STATUSES = {status.value: status for status in Status}
_MOST_NAMED = 10


def side_by_side(found: Found, answered: Mapping[str, Any], audits: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is returned of the hosts: ``probes``, ``unasked`` and so on, and ``says`` where there are audits.

    Args:
        found: What was probed.
        answered: The module's result.
        audits: Host to the result of its audit; None where nothing is to be compared.
    """
    probes: dict[str, list[dict[str, Any]]] = {}
    unasked: dict[str, list[int]] = {}
    for host in found.hosts:
        answers = {(one["transport"], one["port"]): one for one in answered["probes"].get(host.name, ())}
        audit = None if audits is None else _Audit(audits.get(host.name))
        source = answered["sources"].get(host.name, "")
        probes[host.name] = [_port(asked, answers, audit, source) for asked in host.ports]
        surplus = [port for port in host.unasked if answers.get((TCP, port), {}).get("status") == OPEN]
        if surplus:
            unasked[host.name] = surplus
    result: dict[str, Any] = {"probes": probes, "unasked": unasked, "problems": dict(found.problems)}
    result["unprobed"] = unprobed(probes)
    if audits is not None:
        counts = Counter(port["says"] for ports in probes.values() for port in ports if "says" in port)
        counts[Says.UNASKED.value] = sum(map(len, unasked.values()))
        result["says"] = {word.value: counts[word.value] for word in Says if counts[word.value]}
    return result


class _Audit:
    """The rows and the listeners of a host's audit. What cannot be read is not there: others may have made it."""

    def __init__(self, result: Any) -> None:
        known = result if isinstance(result, dict) else {}
        items = known.get("requirements")
        self._rows = {item["id"]: item for item in items if _is_row(item)} if isinstance(items, list) else {}
        listening = known.get("listening")
        self._listening = listening if isinstance(listening, dict) else {}

    def rows(self, ids: Iterable[str]) -> list[Judged]:
        """The rows that it has of these."""
        return [
            Judged(_STATUSES[row["verdict"]], _admits(row), bool(row.get("by_profile")))
            for row in map(self._rows.get, ids)
            if row
        ]

    def listens(self, transport: str, port: int) -> bool | None:
        """Whether the host listens on a port; None where it did not tell."""
        try:
            text = self._listening[transport]
            return bool(text) and port in PortSet.parse(text)
        except (KeyError, PortError, AttributeError):
            return None


def _is_row(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str) and item.get("verdict") in _STATUSES


def _admits(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    listed = row.get("admits")
    if not isinstance(listed, list):
        return None
    admits = tuple(map(str, listed))
    return all_admitted(row, admits) or admits


def _port(asked: Any, answers: Mapping[Any, Any], audit: _Audit | None, source: str) -> dict[str, Any]:
    transport = asked.transport.value
    answer = answers[transport, asked.port]
    port = {"port": asked.port, "transport": transport, "rows": list(asked.rows)}
    if asked.sampled:
        port["sampled"] = True
    if asked.unserved:
        port["unserved"] = True
    port.update({key: answer[key] for key in ("status", "tls", "detail") if key in answer})
    rows = audit.rows(asked.rows) if audit else []
    if audit and rows:
        listens = audit.listens(transport, asked.port)
        port["verdict"] = min((row.verdict for row in rows), key=_BADNESS.index).value
        if listens is not None:
            port["listens"] = listens
        expected = lets_in(rows, source)
        found = says(answer["status"], transport, expected=expected, listens=listens, sampled=asked.sampled)
        port["says"] = found.value
    return port


def to_targets(hosts: Iterable[HostTargets]) -> list[dict[str, Any]]:
    """The targets as the module takes them.

    Args:
        hosts: What to probe.
    """
    found = []
    for host in hosts:
        of_host = {"host": host.name, "address": host.address}
        for asked in host.ports:
            found.append({**of_host, "port": asked.port, "transport": asked.transport.value, "tls": asked.tls})
        found += [{**of_host, "port": port, "transport": TCP, "tls": False} for port in host.unasked]
    return found


def failure_of(result: Mapping[str, Any]) -> str:
    """What to say of a run that fails because of what was found; nothing where all is well.

    Args:
        result: What is returned.
    """
    told = []
    if "says" in result:
        failing = {word.value for word in FAILING}
        bad = {host: sum(port.get("says") in failing for port in ports) for host, ports in result["probes"].items()}
    else:
        bad = {host: sum(map(is_shut, ports)) for host, ports in result["probes"].items()}
        told += _named("that could not be probed", result["problems"])
    told += _named(
        "with ports that could not be probed", [f"{host} ({why})" for host, why in result["unprobed"].items()]
    )
    bad = {host: count for host, count in bad.items() if count}
    what = "a port that is not as it should be" if "says" in result else "a port that is not open from here"
    told = [*_named(f"with {what}", bad), *_named("with a port open that nobody asked for", result["unasked"]), *told]
    return f"Not all is as it should be: {'. '.join(told)}." if told else ""


def _named(what: str, hosts: Iterable[str]) -> list[str]:
    names = sorted(hosts)
    if not names:
        return []
    return [f"{len(names)} {'host' if len(names) == 1 else 'hosts'} {what}: {first_few(names, _MOST_NAMED)}"]
