# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of Get-CsPool, Get-CsService and Get-CsSite."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology import powershell_json
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import inventory, read


def pool(fqdn: str, computers: list[str], *services: str, site: str = "Site:Redmond", **more: Any) -> dict[str, Any]:
    names = [f"{name}:{fqdn}" for name in services]
    return {"Identity": fqdn, "Services": names, "Computers": computers, "Fqdn": fqdn, "Site": site, **more}


def service(role: str, fqdn: str, **more: Any) -> dict[str, Any]:
    return {
        "Identity": f"{role}:{fqdn}",
        "Role": role,
        "PoolFqdn": fqdn,
        "SiteId": "Site:Redmond",
        "Version": 6,
        **more,
    }


POOL = pool("pool.contoso.com", ["fe01.contoso.com", "fe02.contoso.com"], "Registrar", "UserServer", "MediationServer")
SQL = pool("sql.contoso.com", ["sql.contoso.com"], "UserDatabase", "FileStore")


def refused(value: Any) -> str:
    with pytest.raises(TopologyError) as caught:
        read(value if isinstance(value, (str, bytes)) else json.dumps(value))
    return str(caught.value)


def test_pools_alone_tell_the_roles() -> None:
    made = inventory(json.dumps([POOL, SQL, pool("dir.contoso.com", ["dir.contoso.com"], "Director", "Registrar")]))
    assert made.hosts["fe01.contoso.com"] == {
        "lync_pool": "pool.contoso.com",
        "lync_pools": ["pool.contoso.com"],
        "lync_site": "Redmond",
        "lync_roles": ["front_end", "mediation"],
        "lync_features": [],
        "lync_addresses": [],
        "lync_addresses_by_side": {},
        "lync_ports": [],
        "lync_paired_pools": [],
    }
    assert made.groups["lync_sql"] == made.groups["lync_file_store"] == ("sql.contoso.com",)
    assert made.groups["lync_director"] == ("dir.contoso.com",)
    assert made.groups["lync_front_end"] == ("fe01.contoso.com", "fe02.contoso.com")
    assert made.warnings == ()


def test_services_tell_versions_and_ports() -> None:
    services = [
        service(
            "Registrar", "pool.contoso.com", SipPort=5061, SipServerTcpPort=5060, WebPort=0, ServiceId="1-Registrar-1"
        ),
        service(
            "ConferencingServer", "pool.contoso.com", AudioPortStart=49152, AudioPortCount="8348", VideoPortStart=1
        ),
        service("WebServer", "pool.contoso.com", ExternalHttpsPort=4443, PublishedExternalHttpsPort=443),
    ]
    variables = inventory(json.dumps({"Pools": [POOL], "Services": services})).hosts["fe01.contoso.com"]
    assert variables["lync_version"] == 6
    assert variables["lync_features"] == ["remote_call_control"]
    assert [(item["service"], item["ports"], item["side"], item["transports"]) for item in variables["lync_ports"]] == [
        ("WebServices", "4443", "external", ["tcp"]),
        ("Registrar", "5060", "primary", ["tcp"]),
        ("Registrar", "5061", "primary", ["tcp"]),
        ("ConfServices", "49152-57499", "primary", ["tcp", "udp"]),
    ]
    assert variables["lync_ports"][2]["owner"] == "urn:component:Registrar"


def test_owners_are_those_of_the_document() -> None:
    """What matches a port to a row of the tables cannot tell the two sources apart."""
    services = [
        service("ApplicationServer", "pool.contoso.com", RgsSipPort=5071, RgsWcfMtlsPort=8404, CaaSipPort=None),
        service(
            "MediationServer", "pool.contoso.com", SipServerPort=5070, SipClientTcpPort=5068, SipClientTlsPort=5067
        ),
    ]
    ports = inventory(json.dumps([POOL, *services])).hosts["fe01.contoso.com"]["lync_ports"]
    assert [(port["ports"], port["owner"], port["usage"], port["side"], port["protocol"]) for port in ports] == [
        ("5067", "urn:component:Mediation", "SipClient", "pstn", "Tls"),
        ("5068", "urn:component:Mediation", "SipClient", "pstn", "Tcp"),
        ("5070", "urn:component:Mediation", "SipServer", "primary", "Mtls"),
        ("5071", "urn:application:RGS", "SipServer", "primary", "Mtls"),
        ("8404", "urn:application:RGS", "WcfMtls", "primary", "Mtls"),
    ]


def test_a_backup_registrar_makes_a_pair() -> None:
    other = pool("other.contoso.com", ["other.contoso.com"], "Registrar")
    services = [
        service("Registrar", "pool.contoso.com", BackupRegistrar="Registrar:OTHER.contoso.com"),
        service("Registrar", "other.contoso.com"),
    ]
    made = inventory(json.dumps([POOL, other, *services]))
    assert made.hosts["fe01.contoso.com"]["lync_paired_pools"] == ["other.contoso.com"]
    assert made.hosts["other.contoso.com"]["lync_paired_pools"] == ["pool.contoso.com"]


@pytest.mark.parametrize("active", [True, "True"])
def test_the_active_central_management(active: object) -> None:
    other = pool("other.contoso.com", ["other.contoso.com"], "CentralManagement")
    services = [
        service("CentralManagement", "pool.contoso.com", Active=False),
        service("CentralManagement", "other.contoso.com", Active=active),
    ]
    made = inventory(json.dumps([POOL, other, *services]))
    assert made.groups["lync_central_management"] == ("other.contoso.com",)


def test_sites_tell_branches() -> None:
    sites = [
        {"Identity": "Site:Redmond", "DisplayName": "Redmond, WA", "SiteType": "CentralSite"},
        {"Identity": "Site:Branch", "DisplayName": "Branch", "SiteType": "RemoteSite"},
    ]
    sba = pool("sba.contoso.com", ["sba.contoso.com"], "Registrar", "MediationServer", site="Site:Branch")
    made = inventory(json.dumps({"Sites": sites, "Pools": [POOL, sba]}))
    assert made.hosts["fe01.contoso.com"]["lync_site"] == "Redmond, WA"
    assert made.groups["lync_branch_appliance"] == ("sba.contoso.com",)
    # Without the sites nobody can tell.
    assert "sba.contoso.com" in inventory(json.dumps([POOL, sba])).groups["lync_front_end"]


def test_roles_of_the_cmdlets_and_roles_nobody_knows() -> None:
    services = [
        "PersistentChatServer",
        "PersistentChatDatabase",
        "WacServer",
        "TrustedApplicationPool",
        "EdgeServer",
        "PstnGateway",
        "Teleporter",
    ]
    pools = [pool(f"{name.lower()}.contoso.com", [f"{name.lower()}.contoso.com"], name) for name in services]
    made = inventory(json.dumps(pools))
    assert [group for group, members in made.groups.items() if members and "_pool_" not in group] == [
        "lync_persistent_chat",
        "lync_office_web_apps",
        "lync_edge",
        "lync_gateway",
        "lync_sql",
        "lync_trusted_application",
        "lync_site_Redmond",
        "lync_role_Teleporter",
    ]


def test_one_pool_and_one_computer_without_their_lists() -> None:
    """ConvertTo-Json makes an object of a list of one, if it is piped."""
    made = inventory(json.dumps({**POOL, "Computers": "fe01.contoso.com", "Services": "Registrar:pool.contoso.com"}))
    assert made.groups["lync_front_end"] == ("fe01.contoso.com",)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_encodings_of_out_file(mark: bytes, codec: str) -> None:
    text = json.dumps([POOL], ensure_ascii=False).replace("Redmond", "München")
    assert inventory(mark + text.encode(codec)).hosts["fe01.contoso.com"]["lync_site"] == "München"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{"Pools": [\n  {"Identity": }', "line 2: not JSON: Expecting value (column 16)"),
        ("[" * 100_000, "not JSON that can be read"),
        (b"[\xff]", "the document is not UTF-8 (byte 1)"),
        ([], "the JSON is empty: it has neither pools nor services"),
        ({}, "the JSON is empty"),
        ([1], "[0] is '1', not an object"),
        ([{"Name": "x"}], "[0] is neither a pool, nor a service, nor a site of Lync"),
        ([service("Registrar", "a.b")], "the JSON has no pools, and only pools name their computers"),
        ([{**POOL, "Site": None}], "[0], pool 'pool.contoso.com', has no Site"),
        ([{**POOL, "Fqdn": "", "Identity": None}], "[0] has neither Fqdn nor Identity"),
        (
            [{**POOL, "Computers": [{"Value": "x"}]}],
            "[0].Computers[0] has 'Computers' as '{\"Value\": \"x\"}', not as text",
        ),
        (
            {"Pools": [POOL], "Services": [service("Registrar", "gone.contoso.com")]},
            "'Registrar' is installed on 'gone.",
        ),
        (
            {"Pools": [POOL], "Services": [service("Registrar", "pool.contoso.com", SipPort="x")]},
            "Services[0] has SipPort",
        ),
        ([POOL, service("Registrar", "pool.contoso.com", SipPort=70000)], "[1] has SipPort 70000; ports go from 1"),
        (
            [POOL, service("MediationServer", "pool.contoso.com", AudioPortStart=60000, AudioPortCount=9000)],
            "[1] has AudioPortStart 60000 and AudioPortCount 9000, which ends at 68999",
        ),
        ([POOL, {"Identity": "", "SiteType": "CentralSite"}], "[1] has no Identity"),
        ([POOL, {"PoolFqdn": "pool.contoso.com", "Identity": ""}], "[1] names no Role"),
        (
            [POOL, {**POOL, "Fqdn": "two.contoso.com"}],
            "host 'fe01.contoso.com' is there twice: in pool 'two.contoso.com'",
        ),
        ([POOL, POOL], "there are two pools with the identity 'pool.contoso.com'"),
        ([{**POOL, "Computers": []}], "the topology is empty: its pools have no machines"),
        ([{**POOL, "Computers": None}], "the topology is empty: its pools have no machines"),
    ],
)
def test_what_cannot_be(value: Any, message: str) -> None:
    assert message in refused(value)


def test_a_number_no_computer_would_print() -> None:
    """Python itself refuses it, or, where it is too old for that, we do."""
    assert len(refused("[" + "9" * 10_000 + "]")) < 300


def test_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powershell_json, "LARGEST", 1024 * 1024)
    assert "larger than 1 MiB" in refused(json.dumps([POOL]) + " " * 2**20)


EVIL = "\x1b]0;owned\x07\u202e\x9b2J\r"


@pytest.mark.parametrize(
    "document",
    [
        {EVIL: [{"Identity": "x"}]},
        {EVIL: ["x"]},
        {"a": {EVIL: [{"Computers": "a", "Fqdn": ["x"]}]}},
        [{"Computers": ["a"], "Fqdn": "p", "Services": [], "Site": [EVIL]}],
        [{"PoolFqdn": {EVIL: 1}, "Role": EVIL}],
    ],
)
def test_no_key_commands_a_terminal(document: object) -> None:
    with pytest.raises(TopologyError) as caught:
        powershell_json.read(json.dumps(document))
    assert str(caught.value).isprintable()


def test_a_long_key_does_not_stand_in_the_place_of_each_object_below_it() -> None:
    """A key of 1 MB over 10,000 objects made 10 GB of places."""
    key = "k" * 1_000_000
    places = [where for where, _entry in powershell_json._entries({key: [{"a": 1}] * 100}, "")]
    assert len(places) == 100
    assert max(map(len, places)) < 200


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(TopologyError):
        powershell_json.read("[" * 900 + "]" * 900)
