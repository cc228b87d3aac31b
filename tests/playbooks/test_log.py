# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts' own firewall logs in an audit: real drops of the lab's live firewall, read back beside the verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.ready_logs import ReadyLog, Seen
from lab.testing import Lab
from playbooks.runs import LONG, NEWEST_ONLY, Runner

if TYPE_CHECKING:
    from lab.lab_host import LabHost
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY  # What a log says is read and judged; the plays are those of audit.


PATH = r"C:\Windows\System32\LogFiles\Firewall\pfirewall.log"
STRANGER, WANTED = "127.0.0.77", "127.0.0.9"
SCOPE = {"lync_firewall_remote_addresses": ["127.0.0.1", WANTED]}
ASKED = {"lync_firewall_log": "24h"}


@pytest.fixture(scope="module")
def estate() -> Iterator[Lab]:
    """Hosts on which everything listens, and no rule is ours or Lync's."""
    with Lab(hosts=["dir01", "fe01"], bystanders=()) as lab:
        yield lab


@pytest.fixture
def runner(estate: Lab, tmp_path: Path, warm: Warm) -> Runner:
    for host in estate.hosts:
        host.reset()
    return Runner(estate, tmp_path, warm)


def switch_on(host: LabHost, what: str = "dropped") -> None:
    assert host.run(f"netsh advfirewall set allprofiles logging {what}connections enable").rc == 0


def audited(runner: Runner, **variables: Any) -> dict[str, Any]:
    """The host dir01 in the report of an audit that reads the logs; it fails for the drift of the hosts, if at all."""
    run = runner.play("audit", variables={**ASKED, "lync_firewall_fail_on_drift": False, **variables})
    assert run.code == 0, run.output
    return said(runner)


def said(runner: Runner) -> dict[str, Any]:
    (found,) = (host for host in runner.report()["hosts"] if host["name"].startswith("dir01"))
    return dict(found)


def logged(host: dict[str, Any]) -> set[tuple[Any, ...]]:
    """Case, source, name, transport, ports and count of all that the cells of a host have."""
    return {tuple(one[:6]) for cell in host["cells"] if len(cell) > 5 for one in cell[5].get("log", ())}


def now(host_is_ahead: timedelta = timedelta()) -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0) + host_is_ahead


def test_who_was_dropped_is_told_beside_the_verdict_and_in_the_table(estate: Lab, runner: Runner) -> None:
    host = estate.host("dir01")
    quiet = audited(runner)
    assert quiet["log"]["since"] is None
    assert "logging of dropped packets is off" in quiet["log"]["why"][0]

    switch_on(host)
    assert not host.tcp_open(5061, STRANGER, 0.2)
    assert not host.tcp_open(5061, STRANGER, 0.2)
    run = runner.play("audit", variables=ASKED)
    assert run.code == 2, "it is drifted: no rule is there"
    found = said(runner)
    assert logged(found) == {("wanted", STRANGER, "", "tcp", "5061", 2)}
    # A log that was begun a minute ago is no log of a day.
    assert found["log"]["complete"] is False
    assert "nothing is kept of what was before" in found["log"]["why"][0]
    assert "By the logs: 2 dropped though wanted" in run.output
    told = runner.play("audit", variables=ASKED, ANSIBLE_CALLBACKS_ENABLED="lyncops.firewall.fleet").output
    assert "; dropped, though wanted: " in told, "the table is cut to the width of its screen"


def test_whom_a_scope_keeps_out_and_whom_it_would(estate: Lab, runner: Runner) -> None:
    host = estate.host("dir01")
    switch_on(host)
    switch_on(host, "allowed")
    assert runner.play("remediate", "--limit", "dir01*,localhost").code == 0
    assert host.tcp_open(5061, STRANGER)
    assert host.tcp_open(5061, WANTED)
    before = audited(runner, **SCOPE)
    assert ("would_be_scoped_out", STRANGER, "", "tcp", "5061", 1) in logged(before)
    assert WANTED not in {source for _case, source, *_rest in logged(before)}

    assert runner.play("remediate", "--limit", "dir01*,localhost", variables=SCOPE).code == 0
    assert not host.tcp_open(5061, STRANGER, 0.2)
    assert host.tcp_open(5061, WANTED)
    after = audited(runner, **SCOPE)
    assert ("scoped_out", STRANGER, "", "tcp", "5061", 1) in logged(after)
    assert {cell[1] for cell in after["cells"]} == {"open"}


@LONG
def test_without_allowed_connections_nobody_is_no_answer_to_whom_a_scope_would_keep_out(
    estate: Lab, runner: Runner
) -> None:
    host = estate.host("dir01")
    assert runner.play("remediate", "--limit", "dir01*,localhost").code == 0
    hourly = {"first": now() - timedelta(days=3), "last": now()}
    switch_on(host)
    host.put_log(ReadyLog(**hourly, seen=[Seen(count=144), Seen("10.4.2.8", action="ALLOW", count=144)]))
    # What was allowed before is used; whether it is all of it nobody knows.
    found = audited(runner, **SCOPE)
    assert ("would_be_scoped_out", "10.4.2.8") in {one[:2] for one in logged(found)}
    assert found["log"]["unanswered"] == ["would_be_scoped_out"]
    assert "allowed connections are not logged" in found["log"]["why"][0]

    # Switched on this second: there is no line of it yet.
    switch_on(host, "allowed")
    host.put_log(ReadyLog(**hourly, seen=[Seen(count=144)]))
    found = audited(runner, **SCOPE)
    assert found["log"]["unanswered"] == ["would_be_scoped_out"]
    assert "has no allowed connection from" in found["log"]["why"][0]

    # A log that was written to long ago says nothing of today.
    old = now() - timedelta(days=30)
    host.put_log(ReadyLog(first=old - timedelta(days=1), last=old, seen=[Seen(count=24)]))
    found = audited(runner, **SCOPE)
    assert set(found["log"]["unanswered"]) == {"dropped", "would_be_scoped_out"}

    host.put_log(ReadyLog(**hourly, seen=[Seen(count=144), Seen("10.4.2.8", action="ALLOW", count=144)]))
    found = audited(runner, **SCOPE)
    assert (found["log"]["complete"], found["log"]["why"]) == (True, [])


def test_hosts_of_the_inventory_are_named(estate: Lab, runner: Runner) -> None:
    host, other = estate.host("dir01"), estate.host("fe01")
    switch_on(host)
    assert not host.tcp_open(5061, other.address, 0.2)
    (found,) = logged(audited(runner))
    assert found[:3] == ("wanted", other.address, other.spec.name)


@LONG
def test_a_log_of_32_megabytes_in_another_time_zone(estate: Lab, runner: Runner) -> None:
    host = estate.host("dir01")
    switch_on(host)
    host.set_quirks(time_zone="+05:30")
    last = now(timedelta(hours=5, minutes=30))
    seen = [Seen("10.4.2.9", count=300), Seen("10.4.2.10", 444, count=5), Seen("10.4.2.11", action="ALLOW")]
    host.put_log(ReadyLog(megabytes=32, first=last - timedelta(days=12), last=last, seen=seen, hostile=True))
    found = audited(runner)
    sources = {one[1] for one in logged(found)}
    assert sources <= {"10.4.2.9", "10.4.2.10"}
    assert "10.4.2.9" in sources
    assert found["log"]["until"].endswith("+05:30")
    # 32 MB in 12 days are more than 2 MB a day: how far it was read is said.
    assert found["log"]["complete"] is False
    assert "ask for a shorter time" in found["log"]["why"][0]
    reached = datetime.fromisoformat(found["log"]["since"])
    assert timedelta(hours=2) < datetime.now(timezone.utc) - reached < timedelta(hours=24)


@pytest.mark.parametrize("kind", ["locked", "utf-16", "no header", "another order", "hostile", "old"])
@pytest.mark.sample("locked", "hostile")
def test_a_log_of_another_kind_is_said_or_read_and_breaks_nothing(estate: Lab, runner: Runner, kind: str) -> None:
    host = estate.host("dir01")
    switch_on(host)
    times: dict[str, Any] = {"first": now() - timedelta(days=3), "last": now(), "seen": [Seen(count=72)]}
    held = None
    if kind == "locked":
        host.put_log(ReadyLog(**times))
        held = host.hold_file(PATH)
    elif kind == "utf-16":
        host.put_log(ReadyLog(**times, encoding="utf-16"))
    elif kind == "no header":
        host.put_log(ReadyLog(**times, header=False))
    elif kind == "another order":
        order = "path info dst-port src-port dst-ip src-ip protocol action time date size tcpflags pid"
        host.put_log(ReadyLog(**times, fields=order))
    elif kind == "hostile":
        host.put_log(ReadyLog(**times, megabytes=1, hostile=True, nuls=4096, pid=True))
    else:
        host.put_log(ReadyLog(first=times["last"], last=times["last"], seen=[Seen()]))
        host.put_log(ReadyLog(**times), old=True)
    try:
        found = audited(runner)
    finally:
        if held:
            held.close()
    counts = {one[5] for one in logged(found)}
    if kind in ("locked", "utf-16", "no header", "another order"):
        assert counts == set()
        assert found["log"]["complete"] is False
        (why,) = found["log"]["why"]
        assert {"locked": "cannot be read", "another order": "another order"}.get(kind, "is no log of") in why
    else:
        assert all("could not be understood" in why for why in found["log"]["why"]), found["log"]["why"]
        assert kind == "hostile" or found["log"]["complete"]
        assert counts <= {23, 24, 25, 26}
        assert counts


def test_a_misspelt_span_is_the_trouble_of_the_option(runner: Runner) -> None:
    run = runner.play("audit", variables={"lync_firewall_log": "yesterday"})
    assert run.code != 0
    assert "write minutes, hours or days, as in 90m, 24h or 7d" in run.output
