# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `log` of lync_firewall_info: what is asked of the host, what is said of its log, and what it costs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import Network
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import WORDS
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._log import MOST_SOURCES
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action, run
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.log_host import (
    PATH,
    LogHost,
    line,
    text,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    POLICY,
    WindowsModel,
)

DAY = timedelta(days=1)
PROFILES = ("Domain", "Standard", "Public")


@dataclass
class LoggingModel(WindowsModel):
    """A host that logs: `log` are the values below `Logging`, and `on` the profiles that have them."""

    host: LogHost = field(default_factory=LogHost)
    log: dict[str, int] = field(default_factory=lambda: {"LogDroppedPackets": 1})
    on: tuple[str, ...] = PROFILES

    def registry(self) -> dict[str, list[tuple[str, str, str]]]:
        keys = super().registry()
        for name in PROFILES:
            values = [(name, "REG_DWORD", hex(value)) for name, value in self.log.items()] if name in self.on else []
            keys[rf"{POLICY}\{name}Profile\Logging"] = [("LogFilePath", "REG_EXPAND_SZ", PATH), *values]
        return keys

    def run(self, command: str, stdin: bytes = b"") -> str:
        if "ActiveTimeBias" in command or "findstr" in command:
            return self.host.ask(command, 10**9)[0]
        return super().run(command, stdin)


def now() -> datetime:
    """UTC, as the controller has it."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def model(*lines: str, **other: Any) -> LoggingModel:
    return LoggingModel(host=LogHost({PATH: text([line(now() - 40 * DAY), *lines])}), **other)


def always(action: str = "DROP") -> list[str]:
    """Lines that prove that a kind is logged all the time, for a port that no row asks for."""
    return [line(now() - timedelta(hours=one, minutes=5), "10.9.9.9", port=9, action=action) for one in range(30)]


@pytest.fixture(autouse=True)
def in_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host tells that it is in one network: of profiles that share a file only one is in use."""
    monkeypatch.setattr(RemoteHost, "networks", lambda _host: [Network("Ethernet", "contoso.test", "domain")])


def read(host: WindowsModel, **options: Any) -> dict[str, Any]:
    result = run(host, {"roles": ["director"], "log": "24h", **options}, lync_firewall_info)
    assert not result.get("failed"), result.get("msg")
    log: dict[str, Any] = result["log"]
    return log


def test_who_was_dropped_though_wanted() -> None:
    at = now() - timedelta(hours=2)
    lines = [line(at + timedelta(seconds=one), source_port=50_000 + one) for one in range(312)]
    log = read(model(*lines, *always()))
    assert (log["complete"], log["why"], log["others"]) == (True, [], 24)
    assert log["answers"] == [{"question": "dropped", "complete": True, "since": log["since"]}]
    (found,) = log["dropped"]
    assert found == {
        "rows": found["rows"],
        "services": found["services"],
        "transport": "tcp",
        "ports": "5061",
        "source": "10.4.2.9",
        "name": "",
        "case": "wanted",
        "says": "dropped, though wanted: 10.4.2.9, 312 times",
        "count": 312,
        "first": f"{at.isoformat()}+00:00",
        "last": f"{(at + timedelta(seconds=311)).isoformat()}+00:00",
        "verdict": "closed",
    }
    assert "server-45" in found["rows"]


def test_who_is_scoped_out_and_who_would_be() -> None:
    at = now() - timedelta(hours=2)
    host = model(line(at), line(at, "10.5.5.5", action="ALLOW"), line(at, "10.0.0.9", action="ALLOW"))
    host.log = {"LogDroppedPackets": 1, "LogSuccessfulConnections": 1}
    log = read(host, remote_addresses=["10.0.0.0/24"])
    assert [one["says"] for one in log["dropped"]] == [
        "scoped out: 10.4.2.9, once",
        "would be scoped out: 10.5.5.5, once",
    ]


def test_a_host_that_logs_nothing_costs_a_sentence_and_no_command() -> None:
    plugin = action(lync_firewall_info.ActionModule, WindowsModel(), {"roles": ["director"], "log": "24h"})
    without = action(lync_firewall_info.ActionModule, WindowsModel(), {"roles": ["director"]})
    log = plugin.run(task_vars={"inventory_hostname": "lync01"})["log"]
    assert "log" not in without.run(task_vars={"inventory_hostname": "lync01"})
    assert plugin._connection.protocol.commands
    assert len(plugin._connection.protocol.commands) == len(without._connection.protocol.commands)
    assert (log["complete"], log["since"], log["dropped"]) == (False, None, [])
    assert log["answers"] == [{"question": "dropped", "complete": False, "since": None}]
    (why,) = log["why"]
    assert "profile_settings" in why


def test_a_host_that_does_not_know_its_networks_cannot_tell_whose_the_lines_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RemoteHost, "networks", lambda _host: None)
    log = read(model(*always()))
    assert (log["complete"], log["since"]) == (False, log["answers"][0]["since"])
    (why,) = log["why"]
    assert why.startswith("the domain and private and public profiles log to one file")
    assert why.endswith("unless the host is in only one of them, which it cannot tell")


def test_a_profile_that_logs_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteHost, "networks", lambda _host: None)
    log = read(model(*always(), on=("Domain",)))
    assert log["complete"] is False
    (why,) = log["why"]
    assert why.startswith("dropped packets are not logged in the private and public profiles, any of which may be")


SCOPE = {"remote_addresses": ["10.0.0.0/24"]}


@pytest.fixture
def wide() -> LoggingModel:
    """A host with our rules as they are for everybody."""
    host = model(*always())
    assert not run(host, {"roles": ["director"], "accept_impact": True}).get("failed")
    return host


def test_whom_a_scope_would_keep_out_is_not_known_without_allowed_connections(wide: LoggingModel) -> None:
    log = read(wide, **SCOPE)
    assert [(one["question"], one["complete"]) for one in log["answers"]] == [
        ("dropped", True),
        ("would_be_scoped_out", False),
    ]
    assert log["complete"] is False
    (why,) = log["why"]
    assert "allowed connections are not logged" in why
    assert "log_allowed: true" in why


def test_where_nothing_is_logged_both_questions_are_open(wide: LoggingModel) -> None:
    wide.log = {}
    log = read(wide, **SCOPE)
    assert [one["question"] for one in log["answers"]] == ["dropped", "would_be_scoped_out"]
    assert "log_dropped: true" in log["why"][0]
    assert "log_allowed: true" in log["why"][1]


def test_allowed_connections_from_before_are_told_though_their_logging_is_off(wide: LoggingModel) -> None:
    wide.host.files[PATH] += line(now() - timedelta(hours=2), "10.5.5.5", action="ALLOW") + "\n"
    log = read(wide, **SCOPE)
    assert "would be scoped out: 10.5.5.5, once" in {one["says"] for one in log["dropped"]}
    assert log["complete"] is False


NO_PEERS = "every row is for anybody, since its peers are not all named: who would be scoped out is not known"


@pytest.mark.parametrize(
    "logged", [{}, {"LogDroppedPackets": 1}, {"LogDroppedPackets": 1, "LogSuccessfulConnections": 1}]
)
def test_a_scope_of_which_no_peer_is_known_has_no_answer(logged: dict[str, int]) -> None:
    """Nobody named is no proof there either."""
    host = model(*always(), *always("ALLOW"))
    host.log = logged
    log = read(host, scope="topology")
    assert log["answers"][1] == {"question": "would_be_scoped_out", "complete": False, "since": None}
    assert log["complete"] is False
    assert any(why.startswith(NO_PEERS) for why in log["why"])
    assert "server-45" in log["rows_for_anybody"]
    assert len(read(host)["answers"]) == 1, "no scope, no question"
    assert read(host)["rows_for_anybody"] == []


def test_rows_that_clients_reach_from_everywhere_are_no_lack() -> None:
    host = model(*always())
    log = read(host, scope="topology", peers={word: ["10.0.0.9"] for word in WORDS})
    assert not any(why.startswith(NO_PEERS) for why in log["why"])


def test_rows_for_anybody_are_named(wide: LoggingModel) -> None:
    log = read(wide, scope="topology", peers={"sql_client": [], "replica": [], "admin": ["10.0.0.9"]})
    assert log["rows_for_anybody"] == ["server-42", "server-43", "server-44", "server-45"]
    assert not any(why.startswith(NO_PEERS) for why in log["why"])


def test_the_host_that_has_an_address_is_named() -> None:
    plugin = action(
        lync_firewall_info.ActionModule,
        model(line(now())),
        {"log": "1h", "host_variables": True, "roles": ["director"]},
        _uuid=secrets.token_hex(8),
    )
    hosts = {"lync01": {"ansible_host": "10.0.0.11"}, "med01": {"ansible_host": "10.4.2.9"}}
    result = plugin.run(
        task_vars={
            "inventory_hostname": "lync01",
            "group_names": ["lync_director"],
            "groups": {"all": list(hosts), "lync_director": ["lync01"], "lync_mediation": ["med01"]},
            "hostvars": hosts,
        }
    )
    assert not result.get("failed"), result.get("msg")
    assert [(one["name"], one["says"]) for one in result["log"]["dropped"]] == [
        ("med01", "dropped, though wanted: med01, once")
    ]


def test_many_sources_are_bounded_and_the_rest_is_counted() -> None:
    at = now() - timedelta(hours=1)
    lines = [line(at, f"10.4.{one // 250}.{one % 250}") for one in range(MOST_SOURCES + 70)]
    log = read(model(*lines, line(at, port=3389)))
    assert len(log["dropped"]) == MOST_SOURCES
    assert log["more"] == {"sources": 70, "connections": 70}
    assert log["others"] == 1


@pytest.mark.parametrize("span", ["yesterday", "0h", "90d", "24"])
def test_what_is_no_span_is_told_before_anything_is_sent(span: str) -> None:
    plugin = action(lync_firewall_info.ActionModule, WindowsModel(), {"roles": ["director"], "log": span})
    result = plugin.run(task_vars={"inventory_hostname": "lync01"})
    assert result["failed"]
    assert result["msg"].startswith("lync01: log: ")
    assert plugin._connection.protocol.commands == []


def test_an_answer_that_is_cut_off_fails_no_audit() -> None:
    host = model()
    host.host.ask = lambda *_asked: ("@", True)  # type: ignore[method-assign]
    log = read(host)
    assert log["complete"] is False
    assert log["why"][0].startswith("the log could not be read: the answer was cut off")


def test_a_file_that_stands_for_a_host_has_no_log(tmp_path: Path) -> None:
    dump = tmp_path / "fe01.txt"
    dump.write_text("\r\n" + rf"{POLICY}\DomainProfile" + "\r\n    EnableFirewall    REG_DWORD    0x1\r\n\r\n")
    log = read(WindowsModel(), dump=str(dump))
    assert (log["complete"], log["since"]) == (False, None)
    assert "on the host" in log["why"][0]


def test_a_result_has_room_for_all_of_it() -> None:
    at = now() - timedelta(hours=1)
    lines = [line(at, f"2001:db8::{one:x}", port=5061, protocol="TCP") for one in range(500)]
    assert len(str(read(model(*lines)))) < 20_000
