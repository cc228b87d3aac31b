# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scoped rows that Lync's own rules open to everybody: the audit says so, and block rules close them to all others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.testing import Lab
from lab.windows.netstat import Socket
from playbooks.runs import LONG, NEWEST_ONLY, Runner

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from playbooks.warm import Warm

# What is judged and written; the plays are those of site and audit.
pytestmark = NEWEST_ONLY


GATEWAY = "127.0.0.9"
NOBODY = (
    "admin", "branch_appliance", "edge", "file_store", "load_balancer", "pbx", "reverse_proxy", "sql", "sql_client",
    "trusted_application",
)  # fmt: skip
SCOPED: dict[str, Any] = {
    "lync_firewall_scope": "topology",
    "lync_firewall_extra_peers": {**{kind: [] for kind in NOBODY}, "gateway": [GATEWAY]},
}
BLOCKING = {**SCOPED, "lync_firewall_on_wider": "block_others"}
FROM_GATEWAYS = ("server-23", "server-24", "server-47", "server-48")
UNLISTED = "127.0.0.1"  # where the probe and the controller are


@pytest.fixture(scope="module")
def estate() -> Iterator[Lab]:
    """Fresh Lync hosts: everything listens, and Lync's own rules are as setup makes them."""
    with Lab(count=6, lync_rules="enabled", bystanders=()) as lab:
        yield lab


@pytest.fixture
def runner(estate: Lab, tmp_path: Path, warm: Warm) -> Runner:
    for host in estate.hosts:
        host.reset()
    return Runner(estate, tmp_path, warm)


def reached(host: LabHost, row: dict[str, Any], source: str) -> list[bool]:
    """Which of the sampled ports of a row answer to somebody."""
    numbers = {int(part) for part in row["ports"].replace("-", ",").split(",")}
    return [
        host.tcp_open(port, source) if transport == "tcp" else host.udp_open(port, source)
        for transport in row["transports"]
        for port in sorted(numbers)
        if (transport, port) in {("tcp" if one.protocol == 6 else "udp", one.port) for one in host.spec.listeners}
    ]


def cells(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Row id to the row and what is said of it on a host."""
    host = next(host for host in report["hosts"] if host["name"].startswith(name))
    found = {}
    for place, verdict, *_rest, more in host["cells"]:
        found[report["requirements"][place]["id"]] = (report["requirements"][place], verdict, more)
    return found


def the_matrix_says_it_too(runner: Runner, certain: set[tuple[str, str]]) -> None:
    """Which rows on which hosts are wider than meant, as of the audit, which it finds by itself."""
    run = runner.play("matrix", variables=SCOPED)
    assert run.code == 0, run.output
    created = runner.report()["created"]
    folder = runner.folder / "lync_firewall_matrix"
    document = json.loads((folder / "lync-traffic-matrix.json").read_text())
    assert document["in_effect"] == {"report": "lync-firewall.json", "created": created, "not_audited": []}
    wider = [item for line in document["lines"] for item in line.get("in_effect", {}).get("wider", ())]
    found = {(host.partition(".")[0], item["row"]) for item in wider if not item["perhaps"] for host in item["hosts"]}
    assert found == {(host.partition(".")[0], row) for host, row in certain}
    assert {address for item in wider for address in item["addresses"]} == {"everybody else"}
    table = list(csv.DictReader(io.StringIO((folder / "lync-traffic-matrix.csv").read_text())))
    wide = [line for line in table if "everybody else" in line["wider"].split("; ")]
    assert f"as of {created}, by lync-firewall.json: {len(wide)} lines wider than meant" in run.output
    by_row = [[part.rpartition(": ")[2] for part in line["admits"].split("; ")] for line in wide]
    assert all("any" in said and "CS " in line["wider_by"] for said, line in zip(by_row, wide, strict=True))
    assert "wider: everybody else, by CS RTC" in (folder / "lync-traffic-matrix.md").read_text()


def test_a_scope_that_lyncs_own_rules_undo_is_said_and_block_rules_make_it_true(estate: Lab, runner: Runner) -> None:
    assert runner.play("site", variables=SCOPED).code == 0
    run = runner.play("audit", variables=SCOPED)
    assert run.code == 0, run.output
    report = runner.report()
    wide = report["totals"]["wider_rows"]
    assert f"6 compliant, {wide} rows wider than wanted" in run.output
    certain = [
        (host, row)
        for host in estate.hosts
        for row, verdict, more in cells(report, host.name).values()
        if verdict == "open" and "wider" in more and not more["wider"].get("perhaps")
    ]
    assert len(certain) == wide > 20
    the_matrix_says_it_too(runner, {(host.name, row["id"]) for host, row in certain})
    answers = [reached(host, row, UNLISTED) for host, row in certain]
    assert sum(map(len, answers)) > 20
    assert all(map(all, answers)), "what is said to be wider is open to somebody whom no row names"

    run = runner.play("site", variables=BLOCKING)
    assert run.code == 0, run.output
    peer = estate.host("fe01").address
    with ThreadPoolExecutor(len(certain)) as at_once:  # a packet that is dropped takes a second to be missed
        shut = list(at_once.map(lambda one: reached(*one, UNLISTED), certain))
    for (host, row), answers_now in zip(certain, shut, strict=True):
        assert not any(answers_now), (host.name, row)
        source = GATEWAY if row["id"] in FROM_GATEWAYS else peer
        assert all(reached(host, row, source)), (host.name, row)
    again = runner.play("site", variables=BLOCKING)
    assert (again.code, again.changed) == (0, set()), again.output
    assert runner.play("audit", variables=BLOCKING).code == 0
    assert runner.report()["totals"]["wider_rows"] == 0
    assert all("CS RTC" in text for host in estate.hosts[:2] for text in [str(host.rules())]), (
        "nobody's rule is touched"
    )

    assert runner.play("site", variables=SCOPED).changed, "what is wanted no more is taken away"
    assert all("Block" not in str(host.rules()) for host in estate.hosts)


def test_fail_stops_site_and_makes_a_host_ineffective_in_the_audit(runner: Runner) -> None:
    failing = {**SCOPED, "lync_firewall_on_wider": "fail"}
    run = runner.play("site", "--limit", "med01*", variables=failing)
    assert run.code == 2
    assert "server-46 (in tcp 5070) admits everybody else" in run.output
    assert "by 'CS RTCMEDSRV'" in run.output
    run = runner.play("audit", "--limit", "med01*", variables=failing)
    assert run.code == 2
    assert runner.classes() == {"med01": "ineffective"}
    (host,) = runner.report()["hosts"]
    assert "rows wider than wanted: rules of others admit more, and on_wider is fail" in host["message"]


@LONG
def test_whoever_is_connected_and_not_meant_to_be_is_named_before_anything_is_sent(estate: Lab, runner: Runner) -> None:
    med01 = estate.host("med01")
    runner.play("site", "--limit", "med01*", variables=SCOPED)
    before = med01.rules()
    med01.show_sockets(Socket(5070, ("10.9.9.9", 50001), local="10.0.0.4"))
    for flags in (("--check",), ()):
        run = runner.play("site", "--limit", "med01*", *flags, variables=BLOCKING)
        assert run.code == 2
        assert "block rules would cut it: tcp 5070" in run.output
        assert "1 connected (10.9.9.9)" in run.output
        assert med01.rules() == before
    run = runner.play("site", "--limit", "med01*", variables={**BLOCKING, "lync_firewall_accept_impact": True})
    assert run.code == 0, run.output
    assert not med01.tcp_open(5070, UNLISTED)


@LONG
def test_nobody_is_cut_whom_the_plan_does_not_show(estate: Lab, runner: Runner) -> None:
    med01, only = estate.host("med01"), ("--limit", "med01*")
    runner.play("site", *only, variables=SCOPED)
    accepted = {**BLOCKING, "lync_firewall_accept_impact": True}
    shown = Socket(5070, ("10.9.9.9", 50001), local="10.0.0.4")
    med01.show_sockets(shown)
    made = runner.play("plan", *only, variables=accepted)
    page = (runner.folder / "lync_firewall_plan" / "lync-firewall-plan.md").read_text()
    assert "1 connected (10.9.9.9): kept out by block rules" in page.replace("\\", "")
    variables = {**accepted, **made.artifacts}
    before = med01.rules()
    more = [Socket(port, (peer, 50002), local="10.0.0.4") for port, peer in ((5070, "10.9.1.1"), (5067, "10.9.1.2"))]
    for others in ([more[0]], [more[1]]):
        med01.show_sockets(shown, *others)
        run = runner.play("remediate", *only, variables=variables)
        assert (run.code, set(run.failed)) == (2, {"med01.contoso.test"}), run.output
        told = " ".join(run.output.split())
        assert "this is in use and would be cut, and the plan" in told
        assert (
            f"1 connected ({others[0].remote[0]})"
            in told.partition("does not say so: ")[2].partition("The host is left")[0]
        )
        assert med01.rules() == before
    med01.show_sockets()  # the one that was to be cut has gone by itself
    run = runner.play("remediate", *only, variables=variables)
    assert (run.code, run.changed) == (0, {"med01.contoso.test"}), run.output


def test_a_plan_with_block_rules_is_commit_confirmed(estate: Lab, runner: Runner) -> None:
    med01 = estate.host("med01")
    armed = []
    for variables in (SCOPED, BLOCKING):
        med01.reset_stats()
        run = runner.play("site", "--limit", "med01*", variables=variables)
        assert run.code == 0, run.output
        armed.append("schtasks /create" in str(med01.stats()))
    assert armed == [False, True]
    assert any("block-in-tcp-5070" in text for text in med01.rules().values())
    assert "LyncOpsRollback" not in str(med01.tasks()["tasks"]), "and it is taken away again"


@pytest.mark.long
def test_a_row_for_nobody_is_open_to_everybody_until_block_rules_close_it(estate: Lab, runner: Runner) -> None:
    nobody = {**SCOPED, "lync_firewall_extra_peers": {kind: [] for kind in (*NOBODY, "gateway")}}
    blocking = {**nobody, "lync_firewall_on_wider": "block_others"}
    med, only = estate.host("med01"), ("--limit", "med01*")
    ports = (5067, 5068)
    assert runner.play("site", *only, variables=nobody).code == 0
    run = runner.play("audit", *only, variables={**nobody, "lync_firewall_on_wider": "fail"})
    assert run.code == 2
    found = {row["ports"]: (verdict, more) for row, verdict, more in cells(runner.report(), "med01").values()}
    for port in ports:
        verdict, more = found[str(port)]
        assert verdict == "open"
        assert more["wider"]["addresses"] == ["everybody"]
        assert med.tcp_open(port, UNLISTED)

    run = runner.play("site", *only, variables=blocking)
    assert run.code == 0, run.output
    assert "LyncOps block-in-tcp-5067 g1" in str(med.rules())
    assert not any(med.tcp_open(port, source) for port in ports for source in (UNLISTED, GATEWAY))
    run = runner.play("audit", *only, variables=blocking)
    assert (run.code, runner.report()["totals"].get("wider_rows", 0)) == (0, 0), run.output

    # Block rules go with the option, also where nothing else is removed.
    run = runner.play("site", *only, variables={**nobody, "lync_firewall_exclusive": False})
    assert run.code == 0, run.output
    assert "LyncOps block-" not in str(med.rules())
