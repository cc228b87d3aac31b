# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies a host may start with: Microsoft's own by name, files whole, fragments on top."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lab.estate import EstateError, EstateOptions, build_estate
from lab.host import Host
from lab.starting_policy import STOCK_FOLDER, STOCK_POLICIES, WINDOWS
from lab.testing import Lab
from lab.windows.addresses import EVERYTHING, NOTHING
from lab.windows.firewall_service import GROUP_POLICY_STORE, LOCAL_STORE
from lab.windows.policy import TCP, Listener, admitted
from lab.windows.rules import parse_rule

# Rules a fresh server has, from the table of the folder's README.
RULES = {
    "ws2008r2-sp1": 129, "ws2012": 140, "ws2012r2": 141, "ws2016-core": 150, "ws2019-desktop": 222,
    "ws2019-roles": 301, "ws2022-core": 166,
}  # fmt: skip


def started(**options: object) -> Host:
    """One Front End as it starts, without sockets."""
    (spec,) = build_estate(EstateOptions(count=1, services=False, **options))  # type: ignore[arg-type]
    return Host(spec)


def stored_rules(host: Host) -> dict[str, str]:
    key = host.registry.find(LOCAL_STORE + r"\FirewallRules")
    assert key is not None
    return {value.name: value.data for value in key.values.values()}


def who_reaches(host: Host, profile: str, port: int = 5985) -> str:
    """`all`, `subnet` or `nobody`."""
    assert host.firewall.policy is not None
    listener = Listener(host.spec.address, TCP, port, "System")
    found = admitted(host.firewall.policy, profile, listener, host.spec.network)
    return {EVERYTHING: "all", NOTHING: "nobody"}.get(found, "subnet")


@pytest.mark.parametrize("name", STOCK_POLICIES)
def test_a_stock_policy_has_all_its_rules_and_each_can_be_read(name: str) -> None:
    rules = stored_rules(started(policy=name, lync_rules="none"))
    assert len(rules) == RULES[name]
    assert all(parse_rule(text) for text in rules.values())


@pytest.mark.parametrize("name", STOCK_POLICIES)
def test_every_rule_of_a_stock_policy_has_a_source(name: str) -> None:
    with (STOCK_FOLDER / f"{name}.sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["value_name"]: row for row in csv.DictReader(file)}
    rules = stored_rules(started(policy=name, lync_rules="none"))
    assert rules.keys() <= sources.keys()
    assert all(sources[rule_id]["evidence"] and sources[rule_id]["source"] for rule_id in rules)


@pytest.mark.parametrize("windows", [name for name in WINDOWS if name != "2008r2"])
def test_stock_winrm_is_for_domain_and_private_and_in_public_for_the_subnet(windows: str) -> None:
    host = started(policy="stock", windows=windows)
    found = [who_reaches(host, profile) for profile in ("Domain", "Private", "Public")]
    assert found == ["all", "all", "subnet"]
    assert who_reaches(host, "Domain", 5986) == "nobody"


def test_2008_r2_has_one_winrm_rule_which_quickconfig_enables() -> None:
    managed, fresh = started(policy="ws2008r2-sp1"), started(policy="ws2008r2-sp1", winrm_rule=False)
    for profile in ("Domain", "Private", "Public"):
        assert (who_reaches(managed, profile), who_reaches(fresh, profile)) == ("all", "nobody")
    assert who_reaches(managed, "Domain", 80) == "nobody"


def test_stock_follows_the_version_of_windows_and_the_version_is_told() -> None:
    host = started(policy="stock", windows="2022")
    assert "v2.31|" in stored_rules(host)["WINRM-HTTP-In-TCP"]
    assert (host.version, host.schema_version) == ("10.0.20348", (2, 31))
    key = host.registry.find(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion")
    assert key is not None
    assert [value.data for value in key.values.values()] == [
        "Windows Server 2022 Standard",
        "6.3",
        "20348",
        "20348",
        "ServerStandard",
        "Server Core",
        "0xa",
        "0x0",
        "0x24b",
    ]


def test_a_stock_policy_may_be_off() -> None:
    on, off = started(policy="ws2012r2"), started(policy="ws2012r2-off")
    assert [who_reaches(off, profile, 5061) for profile in ("Domain", "Private", "Public")] == ["all"] * 3
    assert who_reaches(on, "Domain", 5061) == "nobody"
    assert stored_rules(off) == stored_rules(on)


@pytest.mark.parametrize("windows", WINDOWS)
def test_a_host_starts_with_the_stock_policy_of_its_windows(windows: str) -> None:
    assert stored_rules(started(windows=windows)) == stored_rules(
        started(policy=WINDOWS[windows].stock, windows=windows)
    )
    assert who_reaches(started(windows=windows, policy="off"), "Public", 5061) == "all"


def test_nothing_admits_winrm_in_public_from_everywhere_unless_asked(registry_data: Path) -> None:
    assert who_reaches(started(), "Public") == "subnet"
    dump = str(registry_data / "win8.1-client.reg.txt")
    assert [who_reaches(started(policy=dump), profile) for profile in ("Domain", "Private", "Public")] == [
        "all", "all", "subnet",
    ]  # fmt: skip
    assert [who_reaches(started(policy=dump, winrm_rule=False), profile) for profile in ("Domain", "Public")] == [
        "nobody", "nobody",
    ]  # fmt: skip
    assert who_reaches(started(policy=dump, winrm_from_any=True), "Public") == "all"


def test_winrm_from_any_is_asked_for_by_name() -> None:
    host = started(policy="stock", winrm_from_any=True)
    assert [who_reaches(host, profile) for profile in ("Domain", "Private", "Public")] == ["all"] * 3


def test_an_unknown_policy_says_which_there_are() -> None:
    with pytest.raises(EstateError, match="ws2012r2"):
        build_estate(EstateOptions(policy="ws2003"))


GROUP_RULE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=by policy|"


def _with_group_policy(folder: Path) -> Path:
    path = folder / "whole.reg.txt"
    text = (STOCK_FOLDER / "ws2012r2.reg.txt").read_text(encoding="utf-8")
    group = GROUP_POLICY_STORE.replace("HKLM", "HKEY_LOCAL_MACHINE")
    other = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Contoso"
    path.write_text(
        f"{text}\n{group}\\FirewallRules\n    gp-1    REG_SZ    {GROUP_RULE}\n\n{other}\n    A    REG_SZ    b\n",
        encoding="utf-8",
    )
    return path


def test_every_key_of_a_file_is_kept_that_of_group_policy_too(tmp_path: Path) -> None:
    host = started(policy=str(_with_group_policy(tmp_path)))
    assert who_reaches(host, "Domain", 5061) == "all"
    assert host.registry.find(r"HKLM\SOFTWARE\Policies\Contoso") is not None
    replaced = started(policy=str(_with_group_policy(tmp_path)), group_policy="block")
    assert who_reaches(replaced, "Domain", 5061) == "nobody"


def test_a_fragment_on_top_of_a_stock_policy(tmp_path: Path) -> None:
    path = tmp_path / "fragment.reg.txt"
    group = GROUP_POLICY_STORE.replace("HKLM", "HKEY_LOCAL_MACHINE")
    path.write_bytes(
        f"\r\n{group}\\PublicProfile\r\n    AllowLocalPolicyMerge    REG_DWORD    0x0\r\n".encode("utf-16")
    )
    with Lab(hosts=["wac01"], policy="stock", registry=[path]) as lab:
        wac01 = lab.host("wac01")
        assert wac01.tcp_open(5985)
        wac01.set_profile("Public")
        assert not wac01.tcp_open(5985, source=wac01.address, timeout=0.3)
