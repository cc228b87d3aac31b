# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edge Servers: two interfaces with a profile each, rules that know addresses, a local account, no domain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from winrm.exceptions import InvalidCredentialsError, WSManFaultError
from winrm.protocol import Protocol

from lab.edge import EdgeAddresses
from lab.estate import EDGE_USER, EstateError, EstateOptions, build_estate
from lab.inventory import read_inventory, write_inventory
from lab.probe import as_table
from lab.products import PRODUCTS
from lab.testing import Lab, LabHost
from lab_tests.test_networks import ADDRESSES as ADDRESS_CLASS
from lab_tests.test_networks import OPTIMIZED, Enumerator
from real_data import shared_folder

UAC = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
RULE = "netsh advfirewall firewall add rule name=edge dir=in action=allow protocol={} localport={} {}"
LEGACY = {"edge-listen-07", "edge-listen-08"}
"""Inbound media for partners with Office Communications Server 2007, which are to be asked for."""


@pytest.fixture(scope="module")
def edge_lab() -> Iterator[Lab]:
    """Two Edge Servers of Skype for Business Server 2015."""
    with Lab(product="skype_2015", hosts=["edge01", "edge02"], edges=2) as lab:
        yield lab


@pytest.fixture
def edge(edge_lab: Lab) -> Iterator[LabHost]:
    """The first of them in its starting state."""
    host = edge_lab.host("edge01")
    yield host
    host.reset()


def addresses_of(host: LabHost) -> EdgeAddresses:
    assert host.spec.edge is not None
    return host.spec.edge


def login(host: LabHost, user: str = EDGE_USER, transport: str = "ntlm") -> Protocol:
    return Protocol(host.endpoint, transport=transport, username=user, password=Lab.password)


def said(host: LabHost, command: str, user: str = EDGE_USER) -> str:
    protocol = login(host, user)
    shell = protocol.open_shell(codepage=65001)
    out, _unused, _code = protocol.get_command_output(shell, protocol.run_command(shell, command))
    protocol.close_shell(shell)
    return out.decode()


@pytest.mark.parametrize("product", PRODUCTS)
def test_it_listens_as_the_port_summaries_say(product: str) -> None:
    (spec,) = build_estate(EstateOptions(product=product, edges=1, names=("edge01",), bystanders=()))
    assert spec.edge is not None
    documented = set()
    for row in json.loads((shared_folder() / "seed" / "edge_rows.json").read_text())["listeners"]:
        if product not in row["products"] or row["id"] in LEGACY:
            continue
        low, _unused, high = row["port"].partition("-")
        transport = {"TCP": 6, "UDP": 17}[row["transport"]]
        address = spec.edge.as_dict()[row["interface"]]
        documented |= {(address, transport, port) for port in range(int(low), int(high or low) + 1)}
    assert {(one.address, one.protocol, one.port) for one in spec.listeners} == documented


def test_one_external_address_is_shared_by_ports() -> None:
    (spec,) = build_estate(EstateOptions(edges=1, edge_addresses=1, names=("edge01",), bystanders=()))
    assert spec.edge is not None
    (outside,) = spec.edge.external
    ports = sorted((one.port, one.service) for one in spec.listeners if one.address == outside)
    assert ports == [
        (443, "RTCMEDIARELAY"), (444, "RTCDATAPROXY"), (3478, "RTCMEDIARELAY"), (5061, "RTCSRV"),
        (5269, "RTCXMPPTGWPXY"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [EstateOptions(edges=-1), EstateOptions(edges=41), EstateOptions(edges=1, edge_addresses=2)],
)
def test_impossible_edges(options: EstateOptions) -> None:
    with pytest.raises(EstateError):
        build_estate(options)


def test_a_local_address_opens_one_of_four(edge: LabHost) -> None:
    at = addresses_of(edge)
    four = (at.internal, at.external_access, at.external_webconf, at.external_av)
    assert not any(edge.tcp_open(443, address=each) for each in four)
    edge.run(RULE.format("tcp", 443, f"localip={at.external_webconf}"))
    assert [edge.tcp_open(443, address=each) for each in four] == [False, False, True, False]
    edge.run(RULE.format("udp", 3478, f"localip={at.external_av}"))
    assert edge.udp_open(3478, address=at.external_av)
    assert not edge.udp_open(3478, address=at.internal)


def test_each_interface_has_its_profile(edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run(RULE.format("tcp", 443, "profile=public"))
    assert edge.tcp_open(443, address=at.external_access)
    assert edge.tcp_open(443, address=at.external_av)
    assert not edge.tcp_open(443, address=at.internal)
    edge.set_profile("Public")
    assert edge.tcp_open(443, address=at.internal)
    edge.set_profile("Private")
    edge.run("netsh advfirewall set privateprofile state off")
    assert edge.tcp_open(5062, address=at.internal)
    assert not edge.tcp_open(5061, address=at.external_access)


def test_the_current_profiles_are_both(edge: LabHost) -> None:
    at = addresses_of(edge)
    listing = edge.run("netsh advfirewall show currentprofile state").stdout
    assert "Private Profile" in listing
    assert "Public Profile" in listing
    assert "Domain Profile" not in listing
    edge.run("netsh advfirewall set currentprofile state off")
    assert edge.tcp_open(5062)
    assert edge.tcp_open(5061, address=at.external_access)


def test_the_local_subnet_is_the_interface_s(edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run(RULE.format("tcp", 443, "remoteip=localsubnet"))
    neighbour_outside = at.external_access.rpartition(".")[0] + ".250"
    neighbour_inside = at.internal.rpartition(".")[0] + ".250"
    assert edge.tcp_open(443, neighbour_outside, 0.4, address=at.external_access)
    assert not edge.tcp_open(443, neighbour_inside, 0.4, address=at.external_access)
    assert edge.tcp_open(443, neighbour_inside, 0.4, address=at.internal)
    assert not edge.tcp_open(443, neighbour_outside, 0.4, address=at.internal)


def test_internal_ports_have_no_socket_outside(edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run("netsh advfirewall set allprofiles state off")
    assert edge.tcp_open(5062, address=at.internal)
    assert not any(edge.tcp_open(port, address=each) for port in (5062, 8057, 4443, 50001) for each in at.external)
    assert edge.tcp_open(3389, address=at.external_av), "what is nobody's listens on all addresses"


def test_winrm_is_inside_only(edge: LabHost) -> None:
    at = addresses_of(edge)
    assert edge.tcp_open(5985)
    edge.run("netsh advfirewall set allprofiles state off")
    assert not any(edge.tcp_open(5985, address=each) for each in at.external)
    edge.set_winrm_listeners({"*+HTTP": 5985})
    assert all(edge.tcp_open(5985, address=each) for each in at.external)
    edge.run("netsh advfirewall set allprofiles state on")
    assert edge.tcp_open(5985)
    assert not any(edge.tcp_open(5985, address=each) for each in at.external), "Public admits the local subnet only"


def test_a_service_stops_at_one_address(edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run("netsh advfirewall set allprofiles state off")
    edge.stop_listening(443, address=at.external_access)
    assert not edge.tcp_open(443, address=at.external_access)
    assert edge.tcp_open(443, address=at.external_webconf)
    edge.stop_listening(443)
    assert not edge.tcp_open(443, address=at.external_webconf)


def test_netstat_tells_the_addresses(edge: LabHost) -> None:
    at = addresses_of(edge)
    lines = [line.split() for line in edge.run("netstat -ano").stdout.splitlines() if line.strip()]
    listening = [words for words in lines if words[-2] == "LISTENING"]
    owners = {words[1]: words[-1] for words in listening}
    assert f"{at.internal}:5062" in owners
    assert "0.0.0.0:5062" not in owners
    assert owners[f"{at.external_access}:443"] != owners[f"{at.external_webconf}:443"]
    assert owners[f"{at.external_av}:443"] == owners[f"{at.internal}:443"]
    assert [words[1] for words in listening].count("0.0.0.0:3389") == 1
    assert ["UDP", f"{at.external_av}:3478"] in [words[:2] for words in lines]


def test_the_registry_and_wmi_tell_the_addresses(edge: LabHost) -> None:
    at = addresses_of(edge)
    text = edge.registry_text(r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces")
    assert f"REG_MULTI_SZ    {at.internal}\r\n" in text
    assert "REG_MULTI_SZ    " + r"\0".join(at.external) + "\r\n" in text
    assert r"255.255.255.0\0255.255.255.0\0255.255.255.0" in text
    enumerator = Enumerator.__new__(Enumerator)
    enumerator.protocol = login(edge, transport="basic")
    items = enumerator.enumerate(OPTIMIZED, ADDRESS_CLASS).items
    assert [item["IPAddress"] for item in items] == [at.internal, *at.external]
    profiles = enumerator.enumerate(OPTIMIZED).items
    assert [(item["InterfaceAlias"], item["NetworkCategory"]) for item in profiles] == [
        ("Internal", "1"), ("External", "0"),
    ]  # fmt: skip


def test_drops_are_logged_by_address(edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run("netsh advfirewall set publicprofile logging droppedconnections enable")
    assert not edge.tcp_open(5061, timeout=0.3, address=at.external_access)
    assert not edge.tcp_open(5061, timeout=0.3, address=at.internal)
    log = edge.run(r"type C:\Windows\System32\LogFiles\Firewall\pfirewall.log").stdout
    assert f"DROP TCP 127.0.0.1 {at.external_access} " in log
    assert at.internal not in log, "the private profile logs nothing"


def test_the_account_is_a_local_one(edge: LabHost, edge_lab: Lab) -> None:
    assert said(edge, "whoami").strip() == f"edge01\\{EDGE_USER}"
    assert said(edge, "whoami", f"EDGE01\\{EDGE_USER}").strip() == f"edge01\\{EDGE_USER}"
    assert "S-1-16-12288" in said(edge, "whoami /groups")
    assert "-1001" in said(edge, "whoami /user")
    assert said(edge, "cd").strip() == f"C:\\Users\\{EDGE_USER}"
    for user in ("Administrator", f"CONTOSO\\{EDGE_USER}"):
        with pytest.raises(InvalidCredentialsError):
            login(edge, user).open_shell()


def test_a_filtered_account_is_refused_until_the_policy_is_set() -> None:
    with Lab(hosts=["edge01", "fe01"], edges=1, local_account_tokens=False, login="ntlm") as lab:
        edge = lab.host("edge01")
        with pytest.raises(WSManFaultError) as refused:
            login(edge).open_shell()
        assert refused.value.wsman_fault_code == 5
        assert "S-1-16-12288" in said(lab.host("fe01"), "whoami /groups", Lab.user), "the built-in one is not filtered"
        edge.run(f'reg add "{UAC}" /v LocalAccountTokenFilterPolicy /t REG_DWORD /d 1 /f')
        assert "S-1-16-12288" in said(edge, "whoami /groups")
        edge.run(f'reg delete "{UAC}" /v LocalAccountTokenFilterPolicy /f')
        with pytest.raises(WSManFaultError):
            login(edge).open_shell()
        edge.run(f'reg add "{UAC}" /v EnableLUA /t REG_DWORD /d 0 /f')
        assert "S-1-16-12288" in said(edge, "whoami /groups")


def test_no_domain_reaches_it(edge_lab: Lab) -> None:
    with Lab(edges=1, hosts=["fe01", "edge01"], group_policy="block") as lab:
        fe01, edge = lab.host("fe01"), lab.host("edge01")
        parameters = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
        assert "    Domain    REG_SZ    contoso.test" in fe01.registry_text(parameters)
        assert "    Domain    " not in edge.registry_text(parameters)
        policy = r"reg query HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
        assert (fe01.run(policy).rc, edge.run(policy).rc) == (0, 1)
        assert (fe01.quirks()["profile"], edge.quirks()["profile"]) == ("Domain", "Private")


def test_https_with_the_certificate_of_the_local_account(tmp_path: Path) -> None:
    with Lab(product="skype_2019", hosts=["edge02"], edges=2, https=True, login="ntlm") as lab:
        edge = lab.host("edge02")
        assert lab.authority is not None
        pair = lab.certificate_of(edge)
        protocol = Protocol(
            edge.https_endpoint,
            transport="certificate",
            ca_trust_path=str(lab.authority.certificate),
            cert_pem=str(pair.certificate),
            cert_key_pem=str(pair.key),
        )
        shell = protocol.open_shell(codepage=65001)
        out, _unused, _code = protocol.get_command_output(shell, protocol.run_command(shell, "whoami"))
        assert out.decode().strip() == f"edge02\\{EDGE_USER}"
        assert not edge.tcp_open(5986, address=addresses_of(edge).external_access)


def test_the_inventory_has_what_a_user_would_write(tmp_path: Path) -> None:
    specs = build_estate(EstateOptions(product="skype_2019", edges=2))
    path = tmp_path / "inventory.yml"
    write_inventory(path, specs, "Administrator", "some word", "ntlm")
    lync = yaml.safe_load(path.read_text())["all"]["children"]["lync"]
    assert lync["vars"] == {"lync_firewall_product": "skype_2019"}
    group = lync["children"]["lync_edge"]
    assert group["vars"] == {"ansible_user": EDGE_USER, "ansible_password": "some word"}
    assert group["hosts"]["edge02.contoso.test"]["lync_firewall_edge_addresses"] == {
        "internal": "127.77.0.19",
        "external_access": "127.77.200.15",
        "external_webconf": "127.77.200.16",
        "external_av": "127.77.200.17",
    }
    assert [(host.product, host.edge) for host in read_inventory(path)] == [(spec.product, spec.edge) for spec in specs]


def test_the_probe_asks_every_interface(edge_lab: Lab, edge: LabHost) -> None:
    at = addresses_of(edge)
    edge.run(RULE.format("tcp", 443, f"localip={at.external_av}"))
    report = next(report for report in edge_lab.probe() if report.host.name == edge.name)
    assert report.winrm
    assert {finding.name for finding in report.findings if finding.open} == {"443/tcp external_av"}
    assert len(report.findings) == 16
    row = next(line for line in as_table([report]).splitlines() if line.startswith(edge.name))
    assert row.split()[1:3] == ["Edge", "open"]
    assert "1 of 16   access:443 access:5061 access:5269 … 12 more" in row
