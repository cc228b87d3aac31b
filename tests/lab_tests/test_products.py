# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate of each product: its hosts, services, programs, rules, Windows, inventory and topology."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from lab.background import free_network
from lab.estate import EstateError, EstateOptions, build_estate
from lab.host_spec import HostSpec
from lab.products import PRODUCTS
from lab.starting_policy import STOCK_FOLDER, WINDOWS, dump_text
from lab.testing import Lab
from lab.topology import topology_document
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.registry import Registry
from lab.windows.rules import parse_rule
from lab.windows.services import SERVICES_KEY

TESTS = Path(__file__).resolve().parents[1]
SKYPE = [name for name in PRODUCTS if name != "lync_2013"]
T = "{urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008}"


def estate(product: str, **more: object) -> dict[str, HostSpec]:
    specs = build_estate(EstateOptions(product=product, edges=2, **more))  # type: ignore[arg-type]
    return {spec.name.partition(".")[0]: spec for spec in specs}


def ports(spec: HostSpec) -> set[tuple[int, int]]:
    return {(listener.protocol, listener.port) for listener in spec.role_listeners}


def rules(spec: HostSpec) -> dict[str, str | None]:
    key = spec.registry.find(LOCAL_STORE + r"\FirewallRules")
    assert key is not None
    parsed = (parse_rule(value.data) for value in key.values.values())
    return {rule.name: rule.first("App") for rule in parsed if rule.name.startswith("CS ")}


def test_hosts_of_each_product() -> None:
    assert list(estate("lync_2013")) == ["fe01", "fe02", "dir01", "med01", "chat01", "wac01", "edge01", "edge02"]
    for product in SKYPE:
        hosts = estate(product)
        assert list(hosts) == ["fe01", "fe02", "dir01", "med01", "chat01", "oos01", "vis01", "edge01", "edge02"]
        assert hosts["oos01"].groups == ("lync_office_online",)
        assert hosts["vis01"].groups == ("lync_video_interop",)


@pytest.mark.parametrize(
    ("product", "brand", "folder", "sql"),
    [
        ("lync_2013", "Lync Server", "Microsoft Lync Server 2013", "MSSQL11"),
        ("skype_2015", "Skype for Business Server", "Skype for Business Server 2015", "MSSQL12"),
        ("skype_2019", "Skype for Business Server", "Skype for Business Server 2019", "MSSQL13"),
    ],
)
def test_names_and_paths_are_the_product_s(product: str, brand: str, folder: str, sql: str) -> None:
    for name, spec in estate(product, lync_rules="enabled").items():
        services = spec.registry.find(SERVICES_KEY)
        assert services is not None
        for key in services.subkeys.values():
            display, image = key.get("DisplayName"), key.get("ImagePath")
            if display is None or image is None or not key.name.startswith(("RTC", "REPLICA", "MSSQL")):
                continue
            assert (brand in display.data and folder in image.data) or sql in image.data, (name, key.name)
        programs = [listener.program for listener in spec.listeners if listener.service.startswith("RTC")]
        assert all(folder in program for program in programs)
        assert all(folder in (program or "") for program in rules(spec).values())


def test_rules_of_setup_by_role() -> None:
    hosts = estate("skype_2015", lync_rules="enabled")
    assert {"CS RTCSRV", "CS RTCDATAPROXY", "CS RTCMRAUTH", "CS RTCMEDIARELAY"} <= set(rules(hosts["edge01"]))
    assert set(rules(hosts["med01"])) == {"CS RTCMEDSRV"}
    assert set(rules(hosts["vis01"])) == set(), "nobody knows what its setup makes"
    assert "CS RTCXMPPTGWPXY" not in rules(estate("skype_2019", lync_rules="enabled")["edge01"])
    assert set(rules(estate("skype_se")["edge02"])) == {"CS RTCSRV"}


def test_listeners_that_came_and_went() -> None:
    lync, skype, newer = (estate(product)["fe01"] for product in ("lync_2013", "skype_2015", "skype_2019"))
    mcx = {(6, 5086), (6, 5087)}
    assert ports(lync) == ports(skype)
    assert mcx <= ports(skype)
    assert ports(skype) - ports(newer) == mcx
    asked = {name: estate("skype_se", extended=True)[name] for name in ("fe01", "chat01", "oos01", "vis01")}
    assert ports(asked["fe01"]) - ports(newer) == {(6, 6008), (17, 50000), (17, 58000)}
    assert (6, 6008) not in ports(estate("skype_2015", extended=True)["fe01"])
    assert (6, 8011) in ports(asked["chat01"])
    assert {(6, 80), (6, 443), (6, 809)} == ports(asked["oos01"])
    assert ports(asked["vis01"]) == {(17, 1434), (6, 6001)}
    assert ports(estate("skype_se")["vis01"]) == {(17, 1434)}
    assert not (ports(estate("lync_2013", extended=True)["fe01"]) - ports(lync))


@pytest.mark.parametrize(
    ("product", "windows"), [(one.name, each) for one in PRODUCTS.values() for each in one.windows]
)
def test_each_windows_that_a_product_runs_on(product: str, windows: str) -> None:
    spec = estate(product, windows=windows, lync_rules="none")["edge01"]
    assert spec.version == WINDOWS[windows].version
    stock, key = Registry(), spec.registry.find(LOCAL_STORE + r"\FirewallRules")
    stock.load_dump(dump_text(STOCK_FOLDER / f"{WINDOWS[windows].stock}.reg.txt"))
    expected = stock.find(LOCAL_STORE + r"\FirewallRules")
    assert key is not None
    assert expected is not None
    assert set(key.values) == set(expected.values)


def test_the_first_windows_is_the_default_and_others_are_refused() -> None:
    assert [estate(product)["fe01"].version for product in PRODUCTS] == [
        WINDOWS[name].version for name in ("2012r2", "2012r2", "2019", "2022")
    ]
    with pytest.raises(EstateError, match=r"Subscription Edition does not run on Windows Server 2012 R2.*2022, 2016"):
        estate("skype_se", windows="2012r2")
    with pytest.raises(EstateError, match="no product is called 'teams'; there are lync_2013, skype_2015"):
        build_estate(EstateOptions(product="teams"))


def services_of(document: bytes) -> dict[tuple[str, str], ElementTree.Element]:
    """Role and name of the cluster to its service, as an independent reader finds them."""
    root = ElementTree.fromstring(document)
    clusters = {
        tuple(cluster.find(f"{T}ClusterId").attrib.values()): cluster.get("Fqdn", "")  # type: ignore[union-attr]
        for cluster in root.iter(f"{T}Cluster")
    }
    found = {}
    for service in root.iter(f"{T}Service"):
        at = service.find(f"{T}InstalledOn/{T}ClusterId")
        if at is not None:
            role = service.find(f"{T}ServiceId").get("RoleName", "")  # type: ignore[union-attr]
            found[role, clusters[tuple(at.attrib.values())]] = service
    return found


@pytest.mark.parametrize(("product", "version"), list(zip(PRODUCTS, ("6", "7", "8", "8"), strict=True)))
def test_the_topology_is_the_product_s(product: str, version: str, tmp_path: Path) -> None:
    document = topology_document(estate(product).values())
    root = ElementTree.fromstring(document)
    assert {service.get("ServiceVersion") for service in root.iter(f"{T}Service")} == {version}
    services = services_of(document)
    edge = services["EdgeServer", "edge.contoso.test"]
    owners = {(port.get("Owner", "").rpartition(":")[2], port.get("Port")) for port in edge.iter() if port.get("Owner")}
    assert (("SkypeSearchProxy", "4443") in owners) == (version != "6")
    assert (("XmppFederationProxy", "23456") in owners) == (version in "67")
    web = services["WebServices", "fe01.contoso.test"]
    assert any(port.get("Port") == "6008" for port in web.iter()) == (version == "8")
    assert (("VideoInteropServer", "vis01.contoso.test") in services) == (version != "6")
    assert services["CentralMgmt", "fe01.contoso.test"] is not None
    assert ("MediationServer", "fe01.contoso.test") not in services


def test_the_topology_has_the_edge_s_addresses() -> None:
    hosts = estate("skype_2015")
    root = ElementTree.fromstring(topology_document(hosts.values()))
    (machine,) = (one for one in root.iter(f"{T}Machine") if one.get("Fqdn") == "edge02.contoso.test")
    found = [
        (at.get("InterfaceSide"), at.get("InterfaceNumber"), at.get("IPAddress"), at.get("ConfiguredIPAddress"))
        for at in machine.iter(f"{T}NetInterface")
    ]
    edge = hosts["edge02"].edge
    assert edge is not None
    assert found[0][0::2] == ("Internal", edge.internal)
    assert [each[2] for each in found[1:]] == list(edge.external)
    assert [each[3] for each in found[1:]] == ["203.0.113.15", "203.0.113.16", "203.0.113.17"]


def test_serve_a_product(tmp_path: Path) -> None:
    inventory, ready, network = tmp_path / "inventory.yml", tmp_path / "ready", free_network()
    command = [sys.executable, "-m", "lab", "serve", "--product", "skype_se", "--network", network]
    command += ["--inventory", str(inventory), "--ready-file", str(ready)]
    process = subprocess.Popen(command, env={"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, text=True)
    try:
        for _unused in range(300):
            if ready.exists():
                break
            time.sleep(0.1)
        probe = [sys.executable, "-m", "lab", "probe", "--json", "--inventory", str(inventory)]
        seen = json.loads(subprocess.check_output(probe, env={"PYTHONPATH": str(TESTS)}, text=True))
    finally:
        process.send_signal(signal.SIGINT)
        text = process.communicate(timeout=30)[0]
    data = yaml.safe_load(inventory.read_text())["all"]["children"]
    assert data["lync"]["vars"] == {"lync_firewall_product": "skype_se"}
    assert set(data["lync"]["children"]["lync_edge"]["hosts"]) == {"edge01.contoso.test", "edge02.contoso.test"}
    assert "vis01.contoso.test" in data["lync"]["children"]["lync_video_interop"]["hosts"]
    assert b'ServiceVersion="8"' in (tmp_path / "topology.xml").read_bytes()
    assert "topology.xml" in text
    services = seen["hosts"]["edge01.contoso.test"]["services"]
    assert sorted(name for name in services if name.startswith("443/")) == [
        "443/tcp external_access", "443/tcp external_av", "443/tcp external_webconf", "443/tcp internal",
    ]  # fmt: skip


@pytest.mark.parametrize("product", SKYPE)
def test_a_lab_of_each_product_opens_and_closes(product: str) -> None:
    with Lab(product=product, edges=2, hosts=["fe01", "edge01", "vis01"], policy="off") as lab:
        reports = {report.host.name.partition(".")[0]: report for report in lab.probe()}
        assert all(report.winrm for report in reports.values())
        assert all(report.open_count == len(report.findings) for report in reports.values())
