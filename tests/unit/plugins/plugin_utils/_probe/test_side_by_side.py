# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a probe beside audits, as data and as a table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Transport
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.probing import PortAsked
from ansible_collections.lyncops.firewall.plugins.plugin_utils._probe.compared import (
    failure_of,
    side_by_side,
    to_targets,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._probe.table import MOST_HOSTS, lines_for_people
from ansible_collections.lyncops.firewall.plugins.plugin_utils._probe.targets import Found, HostTargets
from ansible_collections.lyncops.firewall.plugins.plugin_utils._probe.unprobed import unprobed

SIP = PortAsked(5061, Transport.TCP, True, ("server-03",), False)
BROWSER = PortAsked(1434, Transport.UDP, False, ("server-01",), False)
MEDIA = PortAsked(57501, Transport.TCP, False, ("server-10",), True)
HOST = HostTargets("fe01", "10.1.1.1", (SIP, MEDIA, BROWSER), (3389, 21))


def answered(*statuses: str, **more: Any) -> dict[str, Any]:
    """The module's result: of 5061, 57501, 1434, 3389 and 21."""
    targets = to_targets([HOST])
    ports = [
        {"port": target["port"], "transport": target["transport"], "status": status}
        for target, status in zip(targets, statuses, strict=True)
    ]
    ports[0].update(more)
    return {"probes": {"fe01": ports}, "sources": {"fe01": "10.9.9.9"}}


def audit(verdict: str = "open", listening: Any = None, **row: Any) -> dict[str, Any]:
    rows = [
        {"id": one, "verdict": verdict, "admits": ["any"], **row} for one in ("server-03", "server-10", "server-01")
    ]
    return {"requirements": rows, "listening": listening}


SOME = [f"10.2.{number}.0/24" for number in range(6)]
WELL = ("open", "filtered", "sent", "refused", "filtered")
SHUT = ("filtered", "filtered", "sent", "open", "filtered")


def test_targets_are_those_of_rows_and_those_that_nobody_asked_for() -> None:
    assert [(one["port"], one["transport"], one["tls"]) for one in to_targets([HOST])] == [
        (5061, "tcp", True), (57501, "tcp", False), (1434, "udp", False), (3389, "tcp", False), (21, "tcp", False),
    ]  # fmt: skip
    assert {one["address"] for one in to_targets([HOST])} == {"10.1.1.1"}


def test_without_an_audit_there_is_what_was_seen() -> None:
    found = side_by_side(Found((HOST,), {"fe02": "no role"}), answered(*WELL, tls=False), None)
    assert found["probes"]["fe01"][0] == {
        "port": 5061, "transport": "tcp", "rows": ["server-03"], "status": "open", "tls": False,
    }  # fmt: skip
    assert found["probes"]["fe01"][1]["sampled"] is True
    assert (found["unasked"], found["problems"], "says" in found) == ({}, {"fe02": "no role"}, False)
    assert failure_of(found) == "Not all is as it should be: 1 host that could not be probed: fe02."
    found = side_by_side(Found((HOST,)), answered(*SHUT), None)
    assert failure_of(found) == (
        "Not all is as it should be: 1 host with a port that is not open from here: fe01. "
        "1 host with a port open that nobody asked for: fe01."
    )


@pytest.mark.parametrize(
    ("result", "listening", "said"),
    [
        (audit(), {"tcp": "5061", "udp": "1434"}, {"unasked": 1, "shut_out": 1, "not_told": 2}),
        (audit(), {"tcp": "", "udp": ""}, {"unasked": 1, "nothing_listens": 2, "not_told": 1}),
        (audit(), {"tcp": "135", "udp": "123"}, {"unasked": 1, "nothing_listens": 2, "not_told": 1}),
        (audit(), None, {"unasked": 1, "filtered": 1, "not_told": 2}),
        (audit("closed", admits=[]), None, {"unasked": 1, "agree": 2, "not_told": 1}),
        (audit(admits=["10.2.0.0/16"]), None, {"unasked": 1, "agree": 2, "not_told": 1}),
        (
            audit(admits=[*SOME, "and 1 more"], remote_addresses=[*SOME, "10.2.7.0/24"]),
            {"tcp": "5061", "udp": ""},
            {"unasked": 1, "agree": 2, "not_told": 1},
        ),
        (
            audit(admits=[*SOME, "and 1 more"]),
            {"tcp": "5061", "udp": ""},
            {"unasked": 1, "undecided": 1, "not_told": 2},
        ),
        (None, None, {"unasked": 1}),
        ({"failed": True}, None, {"unasked": 1}),
        ({"requirements": "damaged", "listening": 7}, None, {"unasked": 1}),
    ],
)
def test_beside_an_audit(result: Any, listening: Any, said: dict[str, int]) -> None:
    if isinstance(result, dict) and listening is not None:
        result["listening"] = listening
    found = side_by_side(Found((HOST,)), answered(*SHUT), {"fe01": result})
    assert found["says"] == {word: count for word, count in said.items() if count}


def test_a_table_that_fits_a_screen() -> None:
    found = side_by_side(
        Found((HOST,), {"fe\x1b02": "no role"}), answered(*SHUT), {"fe01": audit(listening={"tcp": "5061"})}
    )
    figures = {"counts": {"open": 1, "filtered": 3, "sent": 1, "tls_missing": 0}, "seconds": 3.21, "per_second": 1.6}
    lines = lines_for_people({**found, **figures})
    assert lines[0].split("  ")[0] == "host"
    assert lines[1].split() == ["fe01", "0", "of", "1", "0", "1", "0", "1", "of", "1", "0", "5061"]
    assert "\x1b" not in "".join(lines)
    assert "listens, but is shut out on the way: fe01 5061" in lines
    assert "open though nobody asked for it: fe01 3389" in lines
    assert lines[-2] == "In no column: 1 probe of ranges of TCP, 2 probes of ports that no row asks for"
    assert lines[-1] == "1 host, 5 probes: 1 open, 3 filtered, 1 sent; 3.2 s, 2 a second"


def test_ports_without_tls_are_named_by_how_they_did_not_speak_it_and_fail_nothing() -> None:
    plain, slow = "the answer to a TLS hello is no TLS", "no answer to a TLS hello in time"
    probes = {
        "fe01": [
            {"port": 443, "transport": "tcp", "status": "open", "tls": False, "detail": plain},
            {"port": 444, "transport": "tcp", "status": "open", "tls": False, "detail": slow},
            {"port": 4443, "transport": "tcp", "status": "open", "tls": False, "detail": plain},
            {"port": 5061, "transport": "tcp", "status": "open", "tls": True},
        ],
        "fe\x1b02": [{"port": 443, "transport": "tcp", "status": "open", "tls": False}],
    }
    result = {"probes": probes, "unasked": {}, "problems": {}, "unprobed": {}, **FIGURES}
    lines = [line for line in lines_for_people(result) if "no TLS where" in line]
    assert lines[0].startswith("open, and no TLS where TLS is spoken: fe")
    assert lines[0].endswith("02 443")
    assert lines[1:] == [
        f"open, and no TLS where TLS is spoken ({slow}): fe01 444",
        f"open, and no TLS where TLS is spoken ({plain}): fe01 443 4443",
    ]
    assert "\x1b" not in lines[0]
    assert failure_of(result) == ""


def test_a_port_that_nothing_serves_is_named_and_fails_nothing() -> None:
    unserved = PortAsked(5064, Transport.TCP, False, ("server-20",), False, unserved=True)
    host = HostTargets("fe01", "10.1.1.1", (SIP, unserved))
    answers = [
        {"port": 5061, "transport": "tcp", "status": "open", "tls": True},
        {"port": 5064, "transport": "tcp", "status": "filtered"},
    ]
    answer = {"probes": {"fe01": answers}, "sources": {}}
    found = side_by_side(Found((host,)), answer, None)
    assert found["probes"]["fe01"][1]["unserved"] is True
    assert (failure_of(found), found["unprobed"]) == ("", {})
    figures = {"counts": {"open": 1, "filtered": 1}, "seconds": 1.0, "per_second": 2.0}
    lines = lines_for_people({**found, **figures})
    assert lines[1].split() == ["fe01", "1", "of", "1", "0", "0", "0", "0", "of", "0", "0"]
    assert ("not open, and no fault: 5064. By the documents or the topology nothing listens there (server-20)") in lines
    assert "In no column: 1 probe of TCP where nothing is known to listen" in lines
    answers[1]["status"] = "not_probed"
    assert side_by_side(Found((host,)), answer, None)["unprobed"] == {}
    answers[1]["status"] = "open"
    assert not any("no fault" in line for line in lines_for_people({**found, **figures,
                   "probes": {"fe01": answers}}))  # fmt: skip


NOWHERE = "nosuch.invalid cannot be resolved: Name or service not known"
FIGURES = {"counts": {"error": 3}, "seconds": 0.1, "per_second": 30.0}


def test_what_was_not_probed_is_in_a_column_of_its_own_and_named_by_host() -> None:
    ports = [
        {"port": 443, "transport": "tcp", "status": "open"},
        {"port": 5061, "transport": "tcp", "status": "refused"},
        {"port": 5062, "transport": "tcp", "status": "unreachable"},
        {"port": 5063, "transport": "tcp", "status": "not_probed"},
        {"port": 5064, "transport": "tcp", "status": "error", "detail": "Too many open files"},
        {"port": 57501, "transport": "tcp", "status": "not_probed", "sampled": True},
    ]
    unknown = [
        {"port": port, "transport": "tcp", "status": "error", "detail": NOWHERE.replace("nosuch", "no\x1bsuch")}
        for port in (80, 443)
    ]
    result = {"probes": {"fe01": ports, "fe02": unknown}, "unasked": {}, "problems": {}, **FIGURES}
    lines = lines_for_people(result)
    titles, row = (re.split(r"  +", lines[number]) for number in (0, 1))
    cells = dict(zip(titles, row, strict=True))
    assert cells == {
        "host": "fe01", "tcp open": "1 of 5", "refused": "1", "filtered": "1", "not probed": "2", "udp sent": "0 of 0",
        "no tls": "0", "not open": "5061 5062",
    }  # fmt: skip
    assert lines[2].split() == ["fe02", "0", "of", "2", "0", "0", "2", "0", "of", "0", "0"]
    assert (
        "not probed: fe01: 2 of 6 ports, lync_firewall_probe_deadline ended first; 1 of 6 ports, Too many open files"
        in lines
    )
    told = next(line for line in lines if line.startswith("not probed: fe02: "))
    assert told.startswith("not probed: fe02: 2 of 2 ports, no")
    assert told.endswith("such.invalid cannot be resolved: Name or service not known")
    assert "\x1b" not in told


def test_a_name_that_cannot_be_resolved_is_no_closed_port_in_what_fails_a_run() -> None:
    ports = answered(*["error"] * 5)
    for port in ports["probes"]["fe01"]:
        port["detail"] = NOWHERE
    found = side_by_side(Found((HOST,)), ports, None)
    assert failure_of(found) == (
        f"Not all is as it should be: 1 host with ports that could not be probed: fe01 (3 of 3 ports, {NOWHERE})."
    )
    assert found["unprobed"] == {"fe01": f"3 of 3 ports, {NOWHERE}"}
    beside = side_by_side(Found((HOST,)), ports, {"fe01": audit(listening={"tcp": "5061"})})
    assert failure_of(beside) == failure_of(found), "a verification that proves nothing is none"
    late = side_by_side(Found((HOST,)), answered("refused", "not_probed", "not_probed", "refused", "refused"), None)
    assert failure_of(late) == "Not all is as it should be: 1 host with a port that is not open from here: fe01."
    assert late["unprobed"] == {}
    udp = [{"port": 1434, "transport": "udp", "status": "error", "detail": "No buffer space available"}]
    assert (
        failure_of({"probes": {"fe01": udp}, "unprobed": unprobed({"fe01": udp}), "unasked": {}, "problems": {}}) == ""
    )


def test_of_many_hosts_that_were_not_probed_some_are_shown() -> None:
    unknown = [{"port": 80, "transport": "tcp", "status": "error", "detail": NOWHERE}]
    result = {
        "probes": {f"h{number:03}": unknown for number in range(80)}, "unasked": {}, "problems": {}, **FIGURES,
    }  # fmt: skip
    lines = lines_for_people(result)
    assert sum(line.startswith("not probed: h") for line in lines) == MOST_HOSTS
    assert f"not probed: {80 - MOST_HOSTS} more hosts" in lines
    assert failure_of({**result, "unprobed": unprobed(result["probes"])}).endswith(" and 70 more.")


def test_of_many_hosts_the_worst_are_shown() -> None:
    good = [{"port": 1, "transport": "tcp", "status": "open"}]
    bad = [{"port": number, "transport": "tcp", "status": "refused"} for number in range(1, 20)]
    probes = {**{f"h{number:03}": good for number in range(80)}, "zz": bad}
    result = {
        "probes": probes,
        "unasked": {},
        "problems": {},
        "counts": {"open": 80},
        "seconds": 1.0,
        "per_second": 80.0,
    }
    lines = lines_for_people(result)
    assert lines[1].endswith("1 2 3 4 5 6 7 8 and 11 more")
    assert f"and {81 - MOST_HOSTS} more hosts" in lines
    assert lines_for_people({**result, "probes": {}, "counts": {}})[-1].startswith(
        "0 hosts, 0 probes: nothing to probe"
    )
