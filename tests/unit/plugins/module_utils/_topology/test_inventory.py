# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles, groups and variables of small published topologies."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.inventory import build
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    BRANCH,
    HEAD_OFFICE,
    IN_TOPOLOGY,
    cluster,
    inventory,
    machine,
    management,
    port,
    published,
    read,
    registrar,
    service,
)

FE1, FE2 = "fe01.contoso.com", "fe02.contoso.com"
POOL = cluster(1, "pool.contoso.com", machine(FE1), machine(FE2))
KNOWN_GROUPS = {
    f"lync_{name}"
    for name in (
        "front_end",
        "director",
        "mediation",
        "persistent_chat",
        "office_web_apps",
        "office_online",
        "video_interop",
        "central_management",
        "edge",
        "branch_appliance",
        "gateway",
        "sql",
        "file_store",
        "trusted_application",
    )
}


def one(services: str, **options: str) -> tuple[dict[str, object], set[str]]:
    """Variables and groups of the only machine of a cluster with these services."""
    made = inventory(published(cluster(1, FE1, machine()), services, **options))
    (variables,) = made.hosts.values()
    return variables, {group for group, members in made.groups.items() if members}


def test_all_known_groups_are_there_and_hold_their_hosts() -> None:
    made = inventory(published(POOL, registrar(1) + service("UserServices", 1)))
    told = {"lync_pool_pool.contoso.com", "lync_site_Head Office", "lync_product_lync_2013"}
    assert set(made.groups) - told == KNOWN_GROUPS
    assert {group: members for group, members in made.groups.items() if members} == {
        "lync_front_end": (FE1, FE2),
        "lync_pool_pool.contoso.com": (FE1, FE2),
        "lync_site_Head Office": (FE1, FE2),
        "lync_product_lync_2013": (FE1, FE2),
    }


def test_the_parent_group_holds_the_managed_roles_only() -> None:
    made = inventory(published(POOL, registrar(1)))
    assert made.children == {
        "lync": (
            "lync_front_end",
            "lync_director",
            "lync_mediation",
            "lync_persistent_chat",
            "lync_office_web_apps",
            "lync_office_online",
            "lync_video_interop",
            "lync_edge",
            "lync_central_management",
        )
    }


@pytest.mark.parametrize(
    ("services", "roles", "group"),
    [
        (registrar(1), ["front_end"], "lync_front_end"),
        (service("UserServices", 1), ["front_end"], "lync_front_end"),
        (registrar(1, director=True), ["director"], "lync_director"),
        (service("MediationServer", 1), ["mediation"], "lync_mediation"),
        (service("PersistentChatService", 1), ["persistent_chat"], "lync_persistent_chat"),
        (service("WacService", 1), ["office_web_apps"], "lync_office_web_apps"),
        (service("EdgeServer", 1), ["edge"], "lync_edge"),
        (service("PstnGateway", 1), [], "lync_gateway"),
        (service("FileStore", 1), [], "lync_file_store"),
        (service("UserStore", 1, sql=True), [], "lync_sql"),
        (service("PersistentChatComplianceStore", 1, sql=True), [], "lync_sql"),
        (service("ArchivingStore", 1), [], "lync_sql"),
        (service("ExternalServer", 1), [], "lync_trusted_application"),
    ],
)
def test_a_service_makes_a_role(services: str, roles: list[str], group: str) -> None:
    variables, groups = one(services)
    assert variables["lync_roles"] == roles
    of_product = {"lync_product_lync_2013"} if roles else set()
    assert groups == {group, f"lync_pool_{FE1}", "lync_site_Head Office"} | of_product


def test_roles_of_one_host_are_listed_in_one_order() -> None:
    services = management(1, active="true") + service("WacService", 1) + service("MediationServer", 1) + registrar(1)
    assert one(services)[0]["lync_roles"] == ["front_end", "mediation", "office_web_apps", "central_management"]


def test_only_the_active_central_management_counts() -> None:
    other = cluster(2, "other.contoso.com", machine())
    services = registrar(1) + registrar(2, instance=2)
    both = services + management(1, active="false") + management(2, active="true", instance=2)
    made = inventory(published(POOL + other, both))
    assert made.groups["lync_central_management"] == ("other.contoso.com",)
    assert not made.warnings


def test_central_management_that_nobody_marked() -> None:
    assert one(registrar(1) + management(1, active=""))[0]["lync_roles"] == ["front_end", "central_management"]
    other = cluster(2, "other.contoso.com", machine())
    made = inventory(published(POOL + other, management(1, active="") + management(2, active="", instance=2)))
    assert made.groups["lync_central_management"] == ()
    assert "none of 2 Central Management services" in made.warnings[0]
    # The only one, marked as not active, is not in charge either.
    assert one(registrar(1) + management(1, active="false"))[0]["lync_roles"] == ["front_end"]


SBA = cluster(1, "sba.contoso.com", machine(), site="2")


def test_registrar_and_mediation_in_a_branch_are_an_appliance() -> None:
    services = registrar(1, site="2") + service("MediationServer", 1, site="2")
    made = inventory(published(SBA, services, HEAD_OFFICE + BRANCH))
    assert made.groups["lync_branch_appliance"] == ("sba.contoso.com",)
    assert made.groups["lync_front_end"] == made.groups["lync_mediation"] == ()
    assert made.hosts["sba.contoso.com"]["lync_roles"] == []
    assert made.hosts["sba.contoso.com"]["lync_site"] == "Branch"


def test_a_branch_is_found_inside_its_central_site_too() -> None:
    nested = HEAD_OFFICE.replace("<Location />", f"<RemoteSites>{BRANCH}</RemoteSites>")
    services = registrar(1, site="2") + service("MediationServer", 1, site="2")
    assert inventory(published(SBA, services, nested)).groups["lync_branch_appliance"] == ("sba.contoso.com",)


@pytest.mark.parametrize("more", ["", service("UserServices", 1, site="2")])
def test_what_homes_users_or_lacks_a_gateway_in_a_branch_is_a_front_end(more: str) -> None:
    mediation = service("MediationServer", 1, site="2") if more else ""
    made = inventory(published(SBA, registrar(1, site="2") + mediation + more, HEAD_OFFICE + BRANCH))
    assert made.groups["lync_front_end"] == ("sba.contoso.com",)


def test_an_unknown_role_has_a_group_and_a_warning() -> None:
    made = inventory(published(POOL, registrar(1) + service("Teleporter", 1) + service("Teleporter", 1, instance=2)))
    assert made.groups["lync_role_Teleporter"] == (FE1, FE2)
    (warning,) = made.warnings
    assert warning.startswith("role 'Teleporter' of 2 services is not known")


def test_another_version_has_a_group_and_a_warning() -> None:
    made = inventory(published(POOL, registrar(1, version="9") + service("WebServices", 1)))
    assert made.hosts[FE1]["lync_version"] == 9
    assert made.groups["lync_version_9"] == (FE1, FE2)
    (warning,) = made.warnings
    assert "1 pool has services of version 9, beginning with 'pool.contoso.com'" in warning


def test_the_version_may_be_missing() -> None:
    variables, _groups = one(registrar(1, version=""))
    assert "lync_version" not in variables
    assert "lync_product" not in variables


@pytest.mark.parametrize(
    ("version", "said", "product"),
    [
        ("6", None, "lync_2013"),
        ("7", None, "skype_2015"),
        ("8", None, "skype_2019"),
        ("8", "skype_se", "skype_se"),
        ("7", "skype_2015", "skype_2015"),
        ("", "skype_se", "skype_se"),
    ],
)
def test_the_product_is_that_of_the_services(version: str, said: str | None, product: str) -> None:
    topology = read(published(POOL, registrar(1, version=version)))
    made = build(topology, said)
    assert made.hosts[FE1]["lync_product"] == product
    assert made.groups[f"lync_product_{product}"] == (FE1, FE2)
    assert made.warnings == ()


def test_an_estate_in_migration_has_a_product_each() -> None:
    clusters = cluster(1, FE1, machine()) + cluster(2, FE2, machine(FE2))
    made = inventory(published(clusters, registrar(1, version="7") + registrar(2, version="8")))
    assert made.groups["lync_product_skype_2015"] == (FE1,)
    assert made.groups["lync_product_skype_2019"] == (FE2,)


def test_a_product_that_contradicts_the_versions_is_refused_with_both_names() -> None:
    topology = read(published(POOL, registrar(1, version="8")))
    with pytest.raises(TopologyError) as caught:
        build(topology, "skype_2015")
    assert "product is skype_2015 (Skype for Business Server 2015), whose services have version 7" in str(caught.value)
    assert "version 8, which is Skype for Business Server 2019 or" in str(caught.value)


@pytest.mark.parametrize(("version", "group"), [("6", "lync_product_lync_2013"), ("7", "lync_product_skype_2015")])
def test_the_remedy_names_a_group_that_there_is(version: str, group: str) -> None:
    topology = read(published(POOL, registrar(1, version=version)))
    with pytest.raises(TopologyError, match=f"a group such as {group}$"):
        build(topology, "skype_se")
    assert group in build(topology).groups


@pytest.mark.parametrize(("version", "told"), [("6", True), ("7", False)])
def test_a_part_that_the_product_does_not_have_is_told(version: str, told: bool) -> None:
    made = inventory(published(POOL, service("VideoInteropServer", 1, version=version)))
    found = [one for one in made.warnings if "video_interop, which Lync Server 2013 does not have" in one]
    assert bool(found) is told


def test_a_pool_with_services_of_two_versions_is_warned_of() -> None:
    made = inventory(published(POOL, registrar(1, version="8") + service("WebServices", 1, version="7")))
    assert made.hosts[FE1]["lync_product"] == "skype_2019"
    assert [warning for warning in made.warnings if "services of versions 7 and 8" in warning]


@pytest.mark.parametrize(("version", "group"), [("6", "office_web_apps"), ("7", "office_online")])
def test_a_viewer_farm_is_that_of_its_time(version: str, group: str) -> None:
    variables, _groups = one(service("WacService", 1, version=version))
    assert variables["lync_roles"] == [group]


def test_a_video_interop_server_has_its_role() -> None:
    variables, _groups = one(service("VideoInteropServer", 1, version="7"))
    assert variables["lync_roles"] == ["video_interop"]
    assert variables["lync_product"] == "skype_2015"


def test_a_port_of_an_unknown_protocol_is_left_out_and_warned_of() -> None:
    made = inventory(published(POOL, registrar(1, port(5062, protocol="Quic"), port(5061))))
    assert [item["ports"] for item in made.hosts[FE1]["lync_ports"]] == ["5061"]
    assert made.warnings == ("protocol 'Quic' of a port is not known; lync_ports leaves such ports out",)


def test_ports_are_listed_once_each_in_one_order() -> None:
    media = {"owner": "MediaComp", "usage": "AudioCommunication", "protocol": "TcpOrUdp"}
    services = (
        service("ConfServices", 1, port(49152, rest='Range="8348"', **media), port(444, rest='UrlPath="/a/"'))
        + service("MediationServer", 1, port(5067, usage="SipClient", protocol="Tls", rest='InterfaceSide="Pstn"'))
        + registrar(1, port(444), port(444, rest='UrlPath="/b/"'))
    )
    made = inventory(published(POOL, services))
    common = {"owner": "urn:component:Registrar", "pool": "pool.contoso.com"}
    assert made.hosts[FE1]["lync_ports"] == [
        {
            **common,
            "service": "ConfServices",
            "usage": "SipServer",
            "side": "primary",
            "protocol": "Mtls",
            "transports": ["tcp"],
            "ports": "444",
        },
        {
            **common,
            "service": "Registrar",
            "usage": "SipServer",
            "side": "primary",
            "protocol": "Mtls",
            "transports": ["tcp"],
            "ports": "444",
        },
        {
            **common,
            "service": "MediationServer",
            "usage": "SipClient",
            "side": "pstn",
            "protocol": "Tls",
            "transports": ["tcp"],
            "ports": "5067",
        },
        {
            "service": "ConfServices",
            "owner": "urn:component:MediaComp",
            "usage": "AudioCommunication",
            "side": "primary",
            "protocol": "TcpOrUdp",
            "transports": ["tcp", "udp"],
            "ports": "49152-57499",
            "pool": "pool.contoso.com",
        },
    ]


def test_ports_are_those_of_the_cluster_and_of_no_other() -> None:
    other = cluster(2, "med.contoso.com", machine())
    made = inventory(published(POOL + other, registrar(1, port(5061)) + service("MediationServer", 2, port(5070))))
    assert [item["ports"] for item in made.hosts[FE1]["lync_ports"]] == ["5061"]
    assert [item["ports"] for item in made.hosts["med.contoso.com"]["lync_ports"]] == ["5070"]


@pytest.mark.parametrize(
    ("ports", "features"),
    [
        ((port(5061),), []),
        ((port(5060, protocol="Tcp"),), ["remote_call_control"]),
        ((port(5065, protocol="Tcp"),), ["remote_call_control"]),
        ((port(9001, owner="McuFactory", usage="WcfServer", protocol="Tcp"),), []),
        ((port(5090, owner="WinFab", usage="WinFabFederation", protocol="Tcp"),), []),
    ],
)
def test_plain_sip_on_a_registrar_is_remote_call_control(ports: tuple[str, ...], features: list[str]) -> None:
    assert one(registrar(1, *ports))[0]["lync_features"] == features


def test_plain_sip_on_a_mediation_server_is_not() -> None:
    mediation = service("MediationServer", 1, port(5068, usage="SipClient", protocol="Tcp"))
    assert one(registrar(1) + mediation)[0]["lync_features"] == []


def _edge_pool(*numbers: int) -> str:
    """An Edge Server behind address translation, and the number of the interface that each of its services is on."""
    places = (
        ("Internal", "10.0.0.9", 1, ""),
        *(("External", f"192.0.2.{number}", number, f"203.0.113.{number}") for number in sorted(set(numbers))),
    )
    interfaces = "".join(
        f'<NetInterface {IN_TOPOLOGY} InterfaceSide="{side}" InterfaceNumber="{number}" IPAddress="{address}" '
        f'ConfiguredIPAddress="{public}" />'
        for side, address, number, public in places
    )
    machine_of_it = f'<Machine Fqdn="edge.contoso.com">{interfaces}</Machine>'
    ports = [
        port(443, owner=owner, usage=usage, rest=f'InterfaceSide="External" InterfaceNumber="{number}"')
        for (owner, usage), number in zip(
            (("AccessEdge", "SipClient"), ("DataEdge", "PsomClient"), ("MediaRelayEdge", "TURNServer")),
            numbers,
            strict=True,
        )
    ]
    return published(cluster(1, "edge.contoso.com", machine_of_it), service("EdgeServer", 1, *ports))


@pytest.mark.parametrize("numbers", [(1, 2, 3), (3, 1, 2), (1, 1, 1)])
def test_addresses_of_an_edge_server_are_its_own_by_interface(numbers: tuple[int, ...]) -> None:
    found = inventory(_edge_pool(*numbers))
    assert found.hosts["edge.contoso.com"]["lync_edge_addresses"] == {
        "internal": ["10.0.0.9"],
        **{
            kind: [f"192.0.2.{number}"]
            for kind, number in zip(("external_access", "external_webconf", "external_av"), numbers, strict=True)
        },
    }
    assert found.hosts["edge.contoso.com"]["lync_roles"] == ["edge"]
    assert "lync_edge" in found.children["lync"]


def _sides(*sides: tuple[str, str], other: tuple[tuple[str, str], ...] = ()) -> tuple[str, ...]:
    """Warnings of a topology of an Edge Server with these interfaces, beside another one."""
    clusters = cluster(1, "edge.contoso.com", machine("edge.contoso.com", *sides))
    clusters += cluster(2, "more.contoso.com", machine("more.contoso.com", *other))
    return inventory(published(clusters, service("EdgeServer", 1) + service("EdgeServer", 2))).warnings


@pytest.mark.parametrize(
    ("sides", "other", "told"),
    [
        ((("Internal", "192.0.2.1"), ("External", "192.0.2.1")), (), "192.0.2.1, which is an external one"),
        ((("Internal", "192.0.2.1"),), (("External", "192.0.2.1"),), "192.0.2.1, which is an external one"),
        ((("Internal", "192.0.2.1"), ("External", "10.0.0.9")), (), "192.0.2.1, which is public, and 10.0.0.9 outside"),
        ((("Internal", "10.0.0.9"), ("Internal", "192.0.2.9")), (), "10.0.0.9 and 192.0.2.9, of different networks"),
        ((("Internal", "10.0.0.9"), ("Internal", "10.7.0.9")), (), "10.0.0.9 and 10.7.0.9, of different networks"),
        ((("Internal", "10.0.0.9"), ("Internal", "2001:db8::9"), ("External", "192.0.2.1")), (), ""),
        ((("Internal", "10.0.0.9"), ("Internal", "10.0.0.8"), ("External", "172.16.0.1")), (), ""),
        ((("Internal", "198.51.100.9"), ("External", "192.0.2.1")), (), ""),
    ],
)
def test_an_internal_interface_that_may_be_an_external_one_is_told(
    sides: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...], told: str
) -> None:
    found = [warning for warning in _sides(*sides, other=other) if "Internal" in warning]
    assert bool(found) is bool(told), found
    if told:
        assert f"Edge Server 'edge.contoso.com' has as Internal {told};" in found[0]


def test_addresses_by_side() -> None:
    edge = machine(
        "edge.contoso.com",
        ("External", "203.0.113.7"),
        ("External", "203.0.113.8"),
        ("External", "203.0.113.7"),
        ("Internal", "10.0.0.9"),
        ("Primary", "10.0.0.1"),
        ("Primary", "0.0.0.0"),
        ("Primary", ""),
        ("Pstn", "::"),
        ("Pstn", "2001:DB8:0::1"),
    )
    variables = inventory(published(cluster(1, "edge.contoso.com", edge), service("EdgeServer", 1))).hosts[
        "edge.contoso.com"
    ]
    assert variables["lync_addresses"] == ["10.0.0.1", "10.0.0.9"]
    assert variables["lync_addresses_by_side"] == {"external": ["203.0.113.7", "203.0.113.8"], "pstn": ["2001:db8::1"]}


def test_one_machine_under_several_names_of_no_pool_of_lync() -> None:
    """A server with SQL and a file share may also be a gateway; then it is one host."""
    store = cluster(1, "sql.contoso.com", machine("Server.contoso.com"), managed=False)
    share = cluster(2, "share.contoso.com", machine("server.contoso.com"), managed=False)
    services = service("FileStore", 2) + service("UserStore", 1, port(1433), sql=True)
    made = inventory(published(share + store, services))
    assert made.hosts["server.contoso.com"]["lync_pool"] == "sql.contoso.com"
    assert made.hosts["server.contoso.com"]["lync_pools"] == ["sql.contoso.com", "share.contoso.com"]
    assert [item["pool"] for item in made.hosts["server.contoso.com"]["lync_ports"]] == ["sql.contoso.com"]
    assert made.groups["lync_sql"] == made.groups["lync_file_store"] == ("server.contoso.com",)


WITNESS = '</Clusters><SqlInstances><SqlInstance><SqlInstanceId Name="w"><ClusterId SiteId="1" Number="{}" />'
WITNESS += "</SqlInstanceId></SqlInstance></SqlInstances>"


def test_sql_without_a_database_of_lyncs() -> None:
    """A witness, or the mirror of a back end."""
    text = published(POOL + cluster(2, "witness.contoso.com", machine(), managed=False), registrar(1))
    assert inventory(text).groups["lync_sql"] == ()
    made = inventory(text.replace("</Clusters>", WITNESS.format(2)))
    assert made.groups["lync_sql"] == ("witness.contoso.com",)
    with pytest.raises(TopologyError, match="an instance of SQL Server is on '1:7', a pool that the topology does not"):
        inventory(text.replace("</Clusters>", WITNESS.format(7)))


def test_pairs_are_mutual_and_of_front_end_pools_only() -> None:
    other = cluster(2, "other.contoso.com", machine())
    director = cluster(3, "dir.contoso.com", machine())
    services = (
        registrar(1, needs=(("Registrar", 2), ("Registrar", 3), ("Nothing", 4)))
        + registrar(2, instance=2)
        + registrar(3, instance=3, director=True)
    )
    made = inventory(published(POOL + other + director, services))
    assert made.hosts[FE1]["lync_paired_pools"] == ["other.contoso.com"]
    assert made.hosts["other.contoso.com"]["lync_paired_pools"] == ["pool.contoso.com"]
    assert made.hosts["dir.contoso.com"]["lync_paired_pools"] == []


def test_a_pool_without_machines_is_warned_of() -> None:
    made = inventory(published(POOL + cluster(2, "empty.contoso.com"), registrar(1)))
    assert made.groups["lync_pool_empty.contoso.com"] == ()
    assert made.warnings == ("pool 'empty.contoso.com' has no machines",)
