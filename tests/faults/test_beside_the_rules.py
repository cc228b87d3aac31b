# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read beside the rules: which firewall filters, and the profile of each network interface.

Neither may ever make a run fail: a host that does not tell gives nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action.lync_firewall_info import ActionModule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import Network
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.judging import judge_host
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.reading import read
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

from faults.scenarios import DIRECTOR, FIRST
from faults.stack import attempt, connect
from lab.quirks import NO_QUIRKS
from lab.testing import Lab, LabHost
from lab.windows.messages import LANGUAGES
from lab.windows.wmi import PSTN, Interface


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Windows Server 2012 R2: a Director, and a Mediation Server with a second interface."""
    with Lab(["dir01", "med01"], services=False, bystanders=()) as running:
        yield running


@pytest.fixture(scope="module")
def old_lab() -> Iterator[Lab]:
    """Windows Server 2008 R2."""
    with Lab(["dir01"], windows="2008r2", services=False, bystanders=()) as running:
        yield running


@pytest.fixture
def director(lab: Lab) -> LabHost:
    """The Director in its starting state."""
    host = lab.host("dir01")
    host.reset()
    return host


@contextlib.contextmanager
def remote(host: LabHost, log: list[str] | None = None) -> Iterator[RemoteHost]:
    """The engine's side of a connection."""
    connection = connect(host.address, host.winrm_port)
    try:
        yield RemoteHost(connection, (log if log is not None else []).append)
    finally:
        with contextlib.suppress(Exception):
            connection.close()


def networks(host: LabHost, log: list[str] | None = None) -> list[Network] | None:
    with remote(host, log) as engine:
        return engine.networks()


def info(host: LabHost, **args: object) -> dict[str, Any]:
    """A task of the info module, over the real connection."""
    connection = connect(host.address, host.winrm_port)
    task = SimpleNamespace(
        args=args, check_mode=False, diff=False, no_log=False, delegate_to=None, async_val=0, action="x"
    )
    plugin = ActionModule(
        task=task,
        connection=connection,
        play_context=SimpleNamespace(check_mode=False),
        loader=None,
        templar=None,
        shared_loader_obj=None,
    )
    plugin._load_name = "lyncops.firewall.lync_firewall_info"  # as the loader sets it
    try:
        return dict(plugin.run(task_vars={"inventory_hostname": host.name}))
    finally:
        with contextlib.suppress(Exception):
            connection.close()


def test_a_domain_member_has_one_interface_in_the_domain_profile(director: LabHost) -> None:
    before = director.stats()["requests"].get("Enumerate", 0)
    assert networks(director) == [Network("Ethernet", "contoso.test", "domain")]
    assert director.stats()["requests"]["Enumerate"] == before + 1
    assert "Pull" not in director.stats()["requests"], "one request has it all"


@pytest.mark.parametrize("profile", ["Domain", "Private", "Public"])
def test_the_profile_is_the_one_that_filters(director: LabHost, profile: str) -> None:
    director.run(
        f"netsh advfirewall firewall add rule name=w dir=in action=allow protocol=tcp localport={director.winrm_port}"
    )
    director.set_profile(profile)
    assert networks(director) == [Network("Ethernet", "contoso.test", profile.lower())]


def test_a_dual_homed_mediation_server_has_a_public_interface_too(lab: Lab) -> None:
    assert networks(lab.host("med01")) == [
        Network("Ethernet", "contoso.test", "domain"),
        Network("PSTN", "Unidentified network", "public"),
    ]


@pytest.mark.parametrize(
    "alias",
    ["Подключение по локальной сети", "Conexão Local 2", "Übergang <&> \"'", "イーサネット", "]]>&amp;", "a\u202eb"],
)
def test_interfaces_may_have_any_name(director: LabHost, alias: str) -> None:
    director.set_interfaces(Interface(alias, network=None))
    found = networks(director)
    assert found is not None
    ((interface, network, profile),) = [(item.interface, item.network, item.profile) for item in found]
    assert interface == alias.replace("\u202e", "?")
    assert (network, profile) == ("", "domain")


def test_names_are_cut_and_many_interfaces_all_come(director: LabHost) -> None:
    director.set_interfaces(*(Interface(f"{number:03} " + "x" * 300, number) for number in range(150)), PSTN)
    found = networks(director)
    assert found is not None
    assert [item.interface[:3] for item in found] == [f"{number:03}" for number in range(150)] + ["PST"]
    assert max(len(item.interface) for item in found) == 200


def test_no_connected_interface_is_an_empty_list(director: LabHost) -> None:
    director.set_interfaces()
    assert networks(director) == []


def test_2008_r2_gives_none_and_no_error(old_lab: Lab) -> None:
    log: list[str] = []
    assert networks(old_lab.host("dir01"), log) is None
    assert any("does not say which profile" in line for line in log)


FAULTS: list[dict[str, object]] = [
    {"drop_before": 1},
    {"drop_after": 1},
    {"cut_response_at": 1},
    {"http_status_at": 1, "http_status": 503},
    {"quota_at": 1},
    {"token": "user"},
]


@pytest.mark.parametrize("quirks", FAULTS, ids=lambda quirks: next(iter(quirks)))
def test_a_host_that_fails_to_tell_gives_none_and_answers_what_comes_next(
    director: LabHost, quirks: dict[str, object]
) -> None:
    log: list[str] = []
    with remote(director, log) as engine:
        director.set_quirks(**quirks, count_action="Enumerate")
        assert engine.networks() is None, log
        director.set_quirks(**{name: getattr(NO_QUIRKS, name) for name in quirks})
        assert engine.networks() == [Network("Ethernet", "contoso.test", "domain")]
        assert read(engine).service.running


@pytest.mark.parametrize("language", LANGUAGES)
def test_windows_filters_itself_in_every_language(director: LabHost, language: str) -> None:
    director.set_quirks(language=language)
    with remote(director) as engine:
        snapshot = read(engine, owner=True)
    assert snapshot.other_firewall == ""
    assert snapshot.service.running


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_registered_product_is_named_in_every_language(director: LabHost, language: str) -> None:
    director.set_quirks(language=language, firewall_product="Contoso Endpoint Security")
    with remote(director) as engine:
        snapshot = read(engine, owner=True)
        assert snapshot.other_firewall == "Contoso Endpoint Security"
        effects = judge_host(engine, DIRECTOR, snapshot)
    assert {(effect.verdict.status, effect.verdict.reason) for effect in effects} == {
        (Status.UNKNOWN, Reason.OTHER_FIREWALL)
    }


def test_nobody_is_asked_unless_it_is_wanted(director: LabHost) -> None:
    director.set_quirks(firewall_product="Contoso Endpoint Security")
    log: list[str] = []
    with remote(director, log) as engine:
        assert read(engine).other_firewall == ""
    assert not any("show global" in line for line in log)


HOSTILE = [
    "Evil\r\nFirewallRuleCategory                  Windows Firewall",
    "Evil\r\nConSecRuleCategory                    Evil",
    "@x-owner-ok",
    "\r\n@x-rules-ok\r\n",
    "Брандмауэр\tConSecRuleCategory",
    "a" * 5000,
    "\x1b[31mred\x1b[0m",
    "S-1-16-12288",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_hostile_name_is_one_short_line_and_hides_nothing(director: LabHost, language: str, name: str) -> None:
    director.set_quirks(language=language)
    with remote(director) as engine:
        honest = read(engine, owner=True)
    director.set_quirks(firewall_product=name)
    with remote(director) as engine:
        snapshot = read(engine, owner=True)
    assert snapshot.rules == honest.rules
    assert snapshot.service == honest.service
    assert len(snapshot.other_firewall) <= 100
    assert snapshot.other_firewall.isprintable()
    if name[0].isprintable():  # one that begins with a line break leaves the owner blank, and nobody can tell
        assert snapshot.other_firewall


def test_a_host_whose_netsh_is_denied_is_read_all_the_same(director: LabHost) -> None:
    director.set_quirks(deny_netsh=True, firewall_product="Contoso")
    with remote(director) as engine:
        snapshot = read(engine, owner=True)
    assert snapshot.other_firewall == ""
    assert snapshot.rules


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_info_module_tells_both(director: LabHost, language: str) -> None:
    director.set_interfaces(Interface("Локальная сеть"), PSTN)
    director.set_quirks(language=language, firewall_product="Contoso Endpoint Security")
    result = info(director, roles=["director"])
    assert not result.get("failed"), result
    assert result["other_firewall"] == "Contoso Endpoint Security"
    assert result["networks"] == [
        {"interface": "PSTN", "network": "Unidentified network", "profile": "public"},
        {"interface": "Локальная сеть", "network": "contoso.test", "profile": "domain"},
    ]
    assert {(row["verdict"], row["reason"]) for row in result["requirements"]} == {("unknown", "other_firewall")}


def test_the_info_module_asks_for_networks_only_where_a_row_is_not_open(director: LabHost) -> None:
    director.reset_stats()
    assert info(director, roles=["director"])["networks"]
    assert director.stats()["requests"]["Enumerate"] == 1
    made = attempt(director, FIRST)
    assert made.outcome is not None, made.message
    director.reset_stats()
    result = info(director, roles=["director"])
    assert {row["verdict"] for row in result["requirements"]} == {"open"}
    assert result["networks"] == []
    assert set(director.stats()["requests"]) == {"Create", "Command", "Receive", "Delete"}


def test_the_info_module_on_2008_r2(old_lab: Lab) -> None:
    result = info(old_lab.host("dir01"), roles=["director"], ruleset="extended")
    assert not result.get("failed"), result
    assert (result["networks"], result["other_firewall"]) == ([], "")
    assert any(row["id"] == "add-09" for row in result["requirements"])
