# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Man messages we make ourselves, and what is read from the answers; the header is pywinrm's own."""

from __future__ import annotations

from types import SimpleNamespace
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import InterfaceAddress, Network
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.management import ManagementConnection
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.wsman import (
    client_address,
    interface_addresses,
    networks,
)
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly

pytest.importorskip("winrm", reason="pywinrm is not installed")
pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st
from winrm.protocol import Protocol

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
CLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_NetConnectionProfile"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"


class Host:
    """pywinrm's Protocol whose messages stop here: it keeps them, and answers from a list."""

    def __init__(self, *answers: str | Exception) -> None:
        self.sent: list[ElementTree.Element] = []
        self.answers = list(answers)
        self.protocol = Protocol("http://127.0.0.1:5985/wsman", transport="basic", username="u", password="p")
        self.protocol.send_message = self._answer

    def _answer(self, message: str | bytes) -> str:
        self.sent.append(ElementTree.fromstring(message))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def remote(self, log: list[str]) -> RemoteHost:
        """The same host behind a connection."""
        connection = SimpleNamespace(transport="winrm", protocol=self.protocol, shell_id="S1", _connect=lambda: None)
        return RemoteHost(connection, log.append)


def envelope(body: str) -> str:
    return f'<s:Envelope xmlns:s="{S}" xmlns:n="{N}" xmlns:w="{W}"><s:Header/><s:Body>{body}</s:Body></s:Envelope>'


def instance(alias: str, network: str | None, category: object) -> str:
    """As [MS-WSMV] 2.2.4.13 spells an instance: an element of the class's name, nil for null."""
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    name = f"<p:Name {nil}/>" if network is None else f"<p:Name>{escape(network)}</p:Name>"
    return (
        f'<p:MSFT_NetConnectionProfile xmlns:p="{CLASS}"><p:Caption {nil}/>'
        f"<p:InterfaceAlias>{escape(alias)}</p:InterfaceAlias><p:InterfaceIndex>12</p:InterfaceIndex>{name}"
        f"<p:NetworkCategory>{category}</p:NetworkCategory></p:MSFT_NetConnectionProfile>"
    )


def at_once(*instances: str, context: str = "", end: bool = True) -> str:
    ended = "<w:EndOfSequence/>" if end else ""
    return envelope(
        f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>"
        f"<w:Items>{''.join(instances)}</w:Items>{ended}</n:EnumerateResponse>"
    )


def pulled(*instances: str, context: str = "", end: bool = True) -> str:
    ended = "<n:EndOfSequence/>" if end else ""
    going_on = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if context else ""
    return envelope(f"<n:PullResponse>{going_on}<n:Items>{''.join(instances)}</n:Items>{ended}</n:PullResponse>")


ETHERNET = instance("Ethernet", "contoso.test", 2)


def test_one_request_asks_for_all_instances_of_the_class() -> None:
    host = Host(at_once(ETHERNET))
    assert networks(host.protocol) == [Network("Ethernet", "contoso.test", "domain")]
    (message,) = host.sent
    assert message.findtext(f"{{{S}}}Header/{{{A}}}Action") == f"{N}/Enumerate"
    assert message.findtext(f"{{{S}}}Header/{{{W}}}ResourceURI") == CLASS
    body = message.find(f"{{{S}}}Body")
    assert body is not None
    (asked,) = list(body)
    assert asked.tag == f"{{{N}}}Enumerate"
    assert {child.tag: child.text for child in asked} == {
        f"{{{W}}}OptimizeEnumeration": None,
        f"{{{W}}}MaxElements": "100",
    }
    assert message.find(f".//{{{W}}}Selector") is None, "the class, not our shell"


@pytest.mark.parametrize(("category", "profile"), [(0, "public"), (1, "private"), (2, "domain")])
def test_categories_by_their_number(category: int, profile: str) -> None:
    assert networks(Host(at_once(instance("a", "b", category))).protocol) == [Network("a", "b", profile)]


@pytest.mark.parametrize("category", [3, "", "Domain", "-1"])
def test_a_category_nobody_knows_is_left_out(category: object) -> None:
    assert networks(Host(at_once(instance("a", "b", category), ETHERNET)).protocol) == [
        Network("Ethernet", "contoso.test", "domain")
    ]


def test_several_interfaces_come_sorted_and_a_network_may_have_no_name() -> None:
    host = Host(at_once(instance("PSTN", None, 0), instance("Ethernet", "contoso.test", 2)))
    assert networks(host.protocol) == [Network("Ethernet", "contoso.test", "domain"), Network("PSTN", "", "public")]


def test_no_interface_is_connected() -> None:
    assert networks(Host(at_once()).protocol) == []


def test_a_host_that_does_not_answer_at_once_is_asked_on() -> None:
    long_context = "uuid:" + "0123456789abcdef" * 40
    host = Host(
        at_once(context="uuid:1", end=False),
        pulled(instance("a", "x", 2), context=long_context, end=False),
        pulled(instance("b", "y", 0)),
    )
    assert [network.interface for network in networks(host.protocol)] == ["a", "b"]
    contexts = [message.findtext(f".//{{{N}}}EnumerationContext") for message in host.sent]
    assert contexts == [None, "uuid:1", long_context], "a context is the host's own affair and goes back as it came"
    assert host.sent[1].findtext(f"{{{S}}}Header/{{{A}}}Action") == f"{N}/Pull"


def test_a_host_that_never_ends_is_not_asked_for_ever() -> None:
    host = Host(*[at_once(ETHERNET, context="c", end=False)] * 50)
    assert networks(host.protocol)
    assert len(host.sent) < 20


def test_an_end_is_an_end_whatever_context_comes_with_it() -> None:
    host = Host(at_once(ETHERNET, context="uuid:1", end=True))
    assert len(networks(host.protocol)) == 1
    assert len(host.sent) == 1


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=300)


@given(names, names)
def test_names_of_a_host_are_short_and_printable(alias: str, network: str) -> None:
    (found,) = networks(Host(at_once(instance(alias, network, 1))).protocol)
    for text in (found.interface, found.network):
        assert len(text) <= 200
        assert text.isprintable()


def test_names_in_any_alphabet_are_kept() -> None:
    alias = "Подключение по локальной сети <&> \"'"
    (found,) = networks(Host(at_once(instance(alias, "Rede não identificada", 0))).protocol)
    assert (found.interface, found.network) == (alias, "Rede não identificada")


@pytest.mark.parametrize("wrong", [RuntimeError("fault"), ConnectionError("reset"), "<not xml", envelope("")])
def test_a_host_that_does_not_tell_gives_none_or_nothing_and_no_error(wrong: str | Exception) -> None:
    log: list[str] = []
    found = Host(wrong).remote(log).networks()
    assert not found
    if wrong != envelope(""):
        assert found is None
        assert "does not say which profile" in log[0]


def test_a_host_that_cannot_be_reached_at_all_is_an_error() -> None:
    remote = Host().remote([])

    def refuse() -> None:
        raise OSError("connection refused")

    remote._session.connection._connect = refuse
    with pytest.raises(ConnectionLost, match="connection refused"):
        remote.networks()


def test_the_address_the_host_sees_us_from() -> None:
    answer = envelope(
        f'<r:Shell xmlns:r="{SHELL}"><r:ShellId>S1</r:ShellId><r:ClientIP>10.0.0.7</r:ClientIP></r:Shell>'
    )
    host = Host(answer)
    assert client_address(host.protocol, "S1") == "10.0.0.7"
    (message,) = host.sent
    assert message.findtext(f".//{{{W}}}Selector") == "S1"
    assert message.findtext(f"{{{S}}}Header/{{{W}}}ResourceURI") == SHELL
    assert client_address(Host(envelope("<x/>")).protocol, "S1") == ""


def address(alias: str, text: str, prefix: object) -> str:
    """An instance of MSFT_NetIPAddress, as far as it is read."""
    resource = f"{CLASS.rpartition('/')[0]}/MSFT_NetIPAddress"
    return (
        f'<p:MSFT_NetIPAddress xmlns:p="{resource}"><p:AddressFamily>2</p:AddressFamily>'
        f"<p:InterfaceAlias>{escape(alias)}</p:InterfaceAlias><p:IPAddress>{escape(text)}</p:IPAddress>"
        f"<p:PrefixLength>{prefix}</p:PrefixLength></p:MSFT_NetIPAddress>"
    )


def test_addresses_come_with_their_interface_and_prefix() -> None:
    host = Host(at_once(address("Ethernet", "10.1.0.5", 16), address("Ethernet", "fe80::1%12", 64)))
    assert interface_addresses(host.protocol) == [
        InterfaceAddress("Ethernet", "10.1.0.5", 16),
        InterfaceAddress("Ethernet", "fe80::1%12", 64),
    ]
    uri = host.sent[0].findtext(f"{{{S}}}Header/{{{W}}}ResourceURI")
    assert uri == "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_NetIPAddress"


@pytest.mark.parametrize(("state", "used"), [("0", False), ("1", False), ("2", False), ("3", True), ("4", True)])
def test_an_address_that_is_not_in_use_is_left_out(state: str, used: bool) -> None:
    end = "</p:MSFT_NetIPAddress>"
    text = address("a", "10.1.0.5", 16).replace(end, f"<p:AddressState>{state}</p:AddressState>{end}")
    assert bool(interface_addresses(Host(at_once(text)).protocol)) is used


@pytest.mark.parametrize("prefix", ["", "-1", "many", "\u0661"])
def test_an_address_without_a_prefix_is_left_out(prefix: str) -> None:
    assert interface_addresses(Host(at_once(address("a", "10.1.0.5", prefix))).protocol) == []


def test_where_we_arrive_is_asked_with_two_requests_at_most() -> None:
    connection = ManagementConnection(5985, "http", reached=("10.1.0.5",))
    pstn = instance("PSTN", None, 0)
    host = Host(at_once(ETHERNET, pstn), at_once(address("Ethernet", "10.1.0.5", 16)))
    found = host.remote([]).arrival(connection)
    assert (found.profiles, str(found.subnets)) == (frozenset({Profile.DOMAIN}), "10.1.0.0/16")
    assert len(host.sent) == 2
    # Addresses that the host does not tell leave every network it is in; networks that it does not tell, nothing.
    log: list[str] = []
    found = Host(at_once(ETHERNET, pstn), RuntimeError("fault")).remote(log).arrival(connection)
    assert found.profiles == {Profile.DOMAIN, Profile.PUBLIC}
    assert "which addresses" in log[0]
    host = Host(RuntimeError("no such class"))
    assert not host.remote([]).arrival(connection).known
    assert len(host.sent) == 1


def test_networks_are_asked_for_where_addresses_were_told() -> None:
    remote = Host(at_once(address("Ethernet", "10.1.0.5", 16)), at_once(ETHERNET)).remote([])
    assert remote.networks_by_address() == {}
    assert remote.addresses() == ("10.1.0.5",)
    assert remote.networks_by_address() == {"10.1.0.5": Profile.DOMAIN}


def test_the_addresses_of_a_host_are_asked_for_once() -> None:
    """The rules of an Edge Server are checked against them, and then the guard looks where we arrive."""
    connection = ManagementConnection(5985, "http", reached=("10.1.0.5",))
    there = at_once(address("Ethernet", "10.1.0.5", 16))
    host = Host(RuntimeError("busy"), there, at_once(ETHERNET), at_once(ETHERNET))
    remote = host.remote([])
    assert remote.addresses() == (), "what the host did not tell is asked again"
    assert remote.addresses() == ("10.1.0.5",)
    for _time in range(2):
        assert str(remote.arrival(connection).subnets) == "10.1.0.0/16"
    assert len(host.sent) == 4


def test_our_connection_names_the_addresses_that_it_may_reach() -> None:
    host = Host(RuntimeError("no ClientIP"))
    assert host.remote([]).management_connection().reached == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("dialled", "seen", "known"),
    [
        ("10.1.0.5", "10.0.0.7", "10.0.0.7"),
        ("10.1.0.5", "127.0.0.1", ""),  # a port mapping on the host itself: its own connection, and not ours
        ("10.1.0.5", "::1", ""),
        ("127.77.0.11", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_host_that_sees_us_from_itself_does_not_know_us(dialled: str, seen: str, known: str) -> None:
    host = Host(envelope(f'<r:Shell xmlns:r="{SHELL}"><r:ClientIP>{seen}</r:ClientIP></r:Shell>'))
    host.protocol.transport.endpoint = f"http://{dialled}:8443/wsman"
    assert host.remote([]).management_connection().client == known


def test_instances_within_instances_are_not_searched() -> None:
    """Each level searched for each property of each level above it would be quadratic in what the host says."""
    opened, closed = '<p:MSFT_NetIPAddress xmlns:p="x">', "</p:MSFT_NetIPAddress>"
    assert grows_linearly(
        lambda answer: interface_addresses(Host(answer).protocol), lambda n: at_once(opened * n + closed * n), 2000
    )
