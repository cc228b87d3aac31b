# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations of MSFT_NetConnectionProfile over WS-Management, as pywinrm's messages ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import requests
import xmltodict
from winrm.exceptions import WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from lab.testing import Lab, LabHost
from lab.windows.wmi import PSTN, Interface

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"
RESOURCE = f"{WMI}/root/standardcimv2/MSFT_NetConnectionProfile"
ADDRESSES = f"{WMI}/root/standardcimv2/MSFT_NetIPAddress"
N = "{http://schemas.xmlsoap.org/ws/2004/09/enumeration}"
W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
S = "{http://www.w3.org/2003/05/soap-envelope}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
OPTIMIZED = {"w:OptimizeEnumeration": None, "w:MaxElements": "50"}


@dataclass(frozen=True)
class Answer:
    """The body of an answer: context of what is to come, items as names to texts (None for nil), whether it is all."""

    context: str | None
    items: list[dict[str, str | None]]
    ended: bool


class Enumerator:
    """WS-Enumeration by pywinrm's own header and transport."""

    def __init__(self, host: LabHost, password: str = Lab.password) -> None:
        self.protocol = Protocol(host.endpoint, transport="basic", username=Lab.user, password=password)

    def ask(self, name: str, body: Mapping[str, object], resource: str = RESOURCE, envelope: int = 153600) -> Element:
        """Send one request; answers the first element of the body."""
        action = f"{N[1:-1]}/{name}"
        message = self.protocol.build_wsman_header(action, resource)
        message["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(envelope)
        message["env:Body"] = {f"n:{name}": body}
        root = ElementTree.fromstring(self.protocol.send_message(xmltodict.unparse({"env:Envelope": message})))
        assert root.findtext(f"{S}Header/*") == f"{action}Response"
        content = root.find(f"{S}Body")
        assert content is not None
        return next(iter(content), content)

    def enumerate(self, body: Mapping[str, object], resource: str = RESOURCE, envelope: int = 153600) -> Answer:
        """Enumerate."""
        element = self.ask("Enumerate", body, resource, envelope)
        assert element.tag == f"{N}EnumerateResponse"
        return _read(element, W, ADDRESSES if resource == ADDRESSES else RESOURCE)

    def pull(self, context: str | None, most: int) -> Answer:
        """Pull."""
        element = self.ask("Pull", {"n:EnumerationContext": context, "n:MaxElements": str(most)})
        assert element.tag == f"{N}PullResponse"
        return _read(element, N)


def _read(element: Element, namespace: str, resource: str = RESOURCE) -> Answer:
    items = element.find(f"{namespace}Items")
    found = []
    for item in () if items is None else items:
        assert item.tag == f"{{{resource}}}{resource.rpartition('/')[2]}"
        assert all(each.tag.startswith(f"{{{resource}}}") for each in item)
        found.append({
            each.tag.rpartition("}")[2]: None if each.get(NIL) == "true" else each.text or "" for each in item
        })  # fmt: skip
    ended = element.find(f"{namespace}EndOfSequence") is not None
    return Answer(element.findtext(f"{N}EnumerationContext"), found, ended)


@pytest.fixture
def wmi(fe01: LabHost) -> Enumerator:
    """Enumerations of fe01."""
    return Enumerator(fe01)


@pytest.fixture(scope="module")
def old_lab() -> Iterator[Lab]:
    """Windows Server 2008 R2."""
    with Lab(hosts=["fe01"], windows="2008r2", services=False) as lab:
        yield lab


def test_one_answer_has_it_all(wmi: Enumerator) -> None:
    answer = wmi.enumerate(OPTIMIZED)
    assert (answer.context, answer.ended, len(answer.items)) == ("", True, 1)
    item = answer.items[0]
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", item.pop("InstanceID") or "")
    assert item == {
        "Caption": None,
        "Description": None,
        "ElementName": None,
        "InterfaceAlias": "Ethernet",
        "InterfaceIndex": "12",
        "IPv4Connectivity": "4",
        "IPv6Connectivity": "1",
        "Name": "contoso.test",
        "NetworkCategory": "2",
    }


@pytest.mark.parametrize(("profile", "category"), [("Domain", "2"), ("Private", "1"), ("Public", "0")])
def test_the_category_is_that_of_the_profile_the_firewall_filters_by(
    fe01: LabHost, wmi: Enumerator, profile: str, category: str
) -> None:
    fe01.run(f"netsh advfirewall firewall add rule name=a dir=in action=allow profile={profile}")
    fe01.set_profile(profile)
    assert fe01.tcp_open(5061)
    assert [item["NetworkCategory"] for item in wmi.enumerate(OPTIMIZED).items] == [category]


def test_a_mediation_server_has_a_public_interface_too(shared_lab: Lab) -> None:
    items = Enumerator(shared_lab.host("med01")).enumerate(OPTIMIZED).items
    assert [(item["InterfaceAlias"], item["NetworkCategory"]) for item in items] == [("Ethernet", "2"), ("PSTN", "0")]
    assert len({item["InstanceID"] for item in items}) == 2


def test_names_in_any_alphabet_and_networks_without_a_name(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces(Interface("Подключение по локальной сети", network=None), Interface("<&> \"'", 7, "Private"))
    items = wmi.enumerate(OPTIMIZED).items
    assert [(item["InterfaceAlias"], item["Name"], item["NetworkCategory"]) for item in items] == [
        ("Подключение по локальной сети", None, "2"),
        ("<&> \"'", "contoso.test", "1"),
    ]
    fe01.reset()
    assert [item["InterfaceAlias"] for item in wmi.enumerate(OPTIMIZED).items] == ["Ethernet"]


def test_no_interface_is_connected(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces()
    assert wmi.enumerate(OPTIMIZED) == Answer("", [], True)
    started = wmi.enumerate({})
    assert wmi.pull(started.context, 10) == Answer(None, [], True)


def test_an_interface_without_a_network_has_an_address(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces(Interface(identified=False), PSTN)
    assert [item["InterfaceAlias"] for item in wmi.enumerate(OPTIMIZED).items] == ["PSTN"]
    addresses = wmi.enumerate(OPTIMIZED, f"{WMI}/root/standardcimv2/MSFT_NetIPAddress").items
    assert {item["InterfaceAlias"] for item in addresses} == {"Ethernet", "PSTN"}


def test_the_case_of_the_uri_does_not_matter(wmi: Enumerator) -> None:
    resource = f"{WMI}/root/StandardCimv2/msft_netconnectionprofile"
    assert wmi.enumerate(OPTIMIZED, resource) == wmi.enumerate(OPTIMIZED)


def test_without_optimizing_items_come_by_pull(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces(Interface(), PSTN, Interface("third", 20))
    started = wmi.enumerate({})
    assert (bool(started.context), started.items, started.ended) == (True, [], False)
    first = wmi.pull(started.context, 2)
    assert (first.context, [item["InterfaceAlias"] for item in first.items]) == (started.context, ["Ethernet", "PSTN"])
    assert not first.ended
    rest = wmi.pull(started.context, 2)
    assert (rest.context, [item["InterfaceAlias"] for item in rest.items], rest.ended) == (None, ["third"], True)
    with pytest.raises(WSManFaultError) as caught:
        wmi.pull(started.context, 2)
    assert (caught.value.wsman_fault_code, caught.value.fault_subcode) == (2150858779, "n:InvalidEnumerationContext")


def test_an_optimized_answer_may_be_the_beginning_only(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces(Interface(), PSTN)
    for body in ({"w:OptimizeEnumeration": None}, {"w:OptimizeEnumeration": None, "w:MaxElements": "1"}):
        begun = wmi.enumerate(body)
        assert ([item["InterfaceAlias"] for item in begun.items], begun.ended) == (["Ethernet"], False)
        rest = wmi.pull(begun.context, 50)
        assert ([item["InterfaceAlias"] for item in rest.items], rest.ended) == (["PSTN"], True)


def test_items_stay_within_the_envelope_the_client_takes(fe01: LabHost, wmi: Enumerator) -> None:
    fe01.set_interfaces(*(Interface(f"{number:02d} {'x' * 200}", number) for number in range(20)))
    begun = wmi.enumerate(OPTIMIZED, envelope=8192)
    assert 0 < len(begun.items) < 20
    aliases = [item["InterfaceAlias"] for item in begun.items + wmi.pull(begun.context, 50).items]
    assert aliases == [f"{number:02d} {'x' * 200}" for number in range(20)]
    fe01.set_interfaces(Interface("x" * 9000))
    with pytest.raises(WSManFaultError) as caught:
        wmi.enumerate(OPTIMIZED, envelope=8192)
    assert caught.value.fault_subcode == "w:EncodingLimit"


def test_release_ends_an_enumeration(wmi: Enumerator) -> None:
    context = wmi.enumerate({}).context
    wmi.ask("Release", {"n:EnumerationContext": context})
    for again in (lambda: wmi.pull(context, 1), lambda: wmi.ask("Release", {"n:EnumerationContext": context})):
        with pytest.raises(WSManFaultError) as caught:
            again()
        assert caught.value.wsman_fault_code == 2150858779


def test_2008_r2_has_no_such_class(old_lab: Lab) -> None:
    host = old_lab.host("fe01")
    assert "6.1.7601" in host.run("ver").stdout
    with pytest.raises(WSManFaultError) as caught:
        Enumerator(host).enumerate(OPTIMIZED)
    fault = caught.value
    assert (fault.code, fault.wsman_fault_code) == (500, 2150858752)
    assert (fault.fault_code, fault.fault_subcode) == ("s:Sender", "a:DestinationUnreachable")
    detail = ElementTree.fromstring(fault.response).find(f"{S}Body/{S}Fault/{S}Detail")
    assert detail is not None
    assert (detail.findtext(f"{W}FaultDetail") or "").endswith("/faultDetail/InvalidResourceURI")
    assert 'provider="WMI Provider"' in fault.response


@pytest.mark.parametrize("windows", ["2012", "2012r2"])
def test_later_versions_have_it(windows: str) -> None:
    with Lab(hosts=["med01"], windows=windows, services=False, dual_homed=False) as lab:
        assert len(Enumerator(lab.host("med01")).enumerate(OPTIMIZED).items) == 1


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (f"{WMI}/root/cimv2/Win32_Service", "The class Win32_Service does not exist in the root/cimv2 namespace."),
        (f"{WMI}/root/standardcimv2/MSFT_NetAdapter", "does not exist in the root/standardcimv2 namespace."),
        (f"{WMI}/root/virtualization/v2/Msvm_X", "The CIM namespace root/virtualization/v2 is invalid."),
        (f"{WMI}/root", "The CIM namespace  is invalid."),
    ],
)
def test_other_classes_are_unknown(wmi: Enumerator, resource: str, says: str) -> None:
    with pytest.raises(WSManFaultError) as caught:
        wmi.enumerate(OPTIMIZED, resource)
    assert caught.value.wsman_fault_code == 2150858752
    assert says in caught.value.response


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("Enumerate", {**OPTIMIZED, "w:MaxElements": "0"}, 2150858817),
        ("Enumerate", {**OPTIMIZED, "w:MaxElements": "many"}, 2150858817),
        ("Enumerate", {"w:Filter": {"@Dialect": "http://schemas.microsoft.com/wbem/wsman/1/WQL"}}, 2150858776),
        ("Enumerate", {"w:EnumerationMode": "EnumerateEPR"}, 2150858818),
        ("Pull", {"n:EnumerationContext": "uuid:never"}, 2150858779),
        ("Renew", {"n:EnumerationContext": "uuid:never"}, 2150858771),
    ],
)
def test_what_is_not_understood_gets_a_fault(wmi: Enumerator, name: str, body: Mapping[str, object], code: int) -> None:
    with pytest.raises(WSManFaultError) as caught:
        wmi.ask(name, body)
    assert (caught.value.code, caught.value.wsman_fault_code) == (500, code)


@pytest.mark.parametrize(
    ("quirk", "code"),
    [({"token": "user"}, 2150859012), ({"token": "filtered"}, 2150859012), ({"deny_create": True}, 5)],
)
def test_not_everybody_may_ask(fe01: LabHost, wmi: Enumerator, quirk: dict[str, object], code: int) -> None:
    fe01.set_quirks(**quirk)
    with pytest.raises(WSManFaultError) as caught:
        wmi.enumerate(OPTIMIZED)
    assert (caught.value.wsman_fault_code, caught.value.fault_subcode) == (code, "w:AccessDenied")


def test_the_quirks_of_the_wire_apply(fe01: LabHost, wmi: Enumerator) -> None:
    cut = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)
    for quirk, error in (
        ({"drop_before": 1}, cut),
        ({"drop_after": 1}, cut),
        ({"cut_response_at": 1}, cut),
        ({"http_status_at": 1, "http_status": 503}, WinRMTransportError),
        ({"quota_at": 1}, WSManFaultError),
    ):
        fe01.set_quirks(**quirk, count_action="Enumerate")
        with pytest.raises(error):
            wmi.enumerate(OPTIMIZED)
        assert len(wmi.enumerate(OPTIMIZED).items) == 1
        fe01.reset()
    fe01.set_quirks(drop_before=1, count_action="Pull")
    started = wmi.enumerate({})
    with pytest.raises(cut):
        wmi.pull(started.context, 1)
    assert wmi.pull(started.context, 1).ended
    assert fe01.stats()["requests"] == {"Enumerate": 1, "Pull": 2}


def test_wrong_credentials_get_no_answer(fe01: LabHost) -> None:
    with pytest.raises(Exception, match="credentials"):
        Enumerator(fe01, password="wrong").enumerate(OPTIMIZED)
    assert fe01.stats()["unauthorized"] == 1


def test_which_interface_has_which_address() -> None:
    with Lab(hosts=["med01"], services=False) as lab:
        med01 = lab.host("med01")
        asker = Enumerator(med01)

        def told() -> list[tuple[str | None, ...]]:
            names = ("InterfaceIndex", "InterfaceAlias", "IPAddress", "PrefixLength", "AddressFamily")
            return [tuple(item[name] for name in names) for item in asker.enumerate(OPTIMIZED, ADDRESSES).items]

        pstn = ("14", "PSTN", "192.0.2.14", "24", "2")
        assert told() == [("12", "Ethernet", med01.address, "16", "2"), pstn]
        med01.set_quirks(same_subnet=True)
        assert told() == [("12", "Ethernet", med01.address, "8", "2"), pstn]
        profiles = asker.enumerate(OPTIMIZED).items
        key = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces"
        text = med01.run(rf"reg query {key}\{profiles[0]['InstanceID']}").stdout
        assert f"    IPAddress    REG_MULTI_SZ    {med01.address}\r\n" in text
        assert "    SubnetMask    REG_MULTI_SZ    255.0.0.0\r\n" in text
        med01.set_interfaces(Interface("LAN", 3))
        assert told() == [("3", "LAN", med01.address, "8", "2")]


def test_an_address_must_be_one() -> None:
    with pytest.raises(ValueError, match="fe80"):
        Interface(address="fe80::1")
