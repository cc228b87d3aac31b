# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Man messages that pywinrm has no method for. Used by remote_host.py only, which has all else of pywinrm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from ...module_utils._texts import printable

try:
    import xmltodict  # pywinrm brings it
except ImportError:
    xmltodict = None

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
_GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_CONNECTION_PROFILE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_NetConnectionProfile"

_CATEGORIES = {"0": "public", "1": "private", "2": "domain"}
"""``NetworkCategory`` of MSFT_NetConnectionProfile; 2 is DomainAuthenticated."""

_MOST_PULLS = 10
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Network:
    """One network interface's connection.

    Attributes:
        interface: The interface's name (``InterfaceAlias``), as an administrator gave it.
        network: The network's name, such as the domain.
        profile: The firewall profile that it is in now: domain, private or public.
    """

    interface: str
    network: str
    profile: str


def client_address(protocol: Any, shell: str) -> str:
    """``ClientIP`` of a shell, by a WS-Man Get ([MS-WSMV] 3.1.4.2); empty where the answer has none.

    Args:
        protocol: pywinrm's Protocol.
        shell: Id of an open shell.
    """
    answer = _send(protocol, _SHELL, _GET, {}, shell)
    return next((node.text or "" for node in answer.iter() if node.tag.endswith("}ClientIP")), "")


def networks(protocol: Any) -> list[Network]:
    """The profile of each connected interface: WMI class MSFT_NetConnectionProfile, from Windows Server 2012 on.

    One Enumerate that requests the instances at once (DSP0226 section 8.2.3); a host without that gets Pull requests.

    Args:
        protocol: pywinrm's Protocol.

    Raises:
        Exception: What pywinrm and the connection raise. Windows Server 2008 R2 has no such class, and faults.
    """
    at_once = {"w:OptimizeEnumeration": None, "w:MaxElements": "100"}
    answer = _send(protocol, _CONNECTION_PROFILE, f"{_ENUMERATION}/Enumerate", {"n:Enumerate": at_once})
    found = _instances(answer)
    for _number in range(_MOST_PULLS):
        context = _raw(answer, "EnumerationContext")
        if not context or any(node.tag.endswith("}EndOfSequence") for node in answer.iter()):
            break
        pull = {"n:Pull": {"n:EnumerationContext": context, "n:MaxElements": "100"}}
        answer = _send(protocol, _CONNECTION_PROFILE, f"{_ENUMERATION}/Pull", pull)
        found += _instances(answer)
    return sorted(found, key=lambda network: (network.interface, network.network))


def _send(protocol: Any, resource: str, action: str, body: dict[str, Any], shell: str | None = None) -> Any:
    header = getattr(protocol, "build_wsman_header", None) or protocol._get_soap_header  # public since pywinrm 0.5.0
    envelope = header(resource_uri=resource, action=action, shell_id=shell)
    envelope.setdefault("env:Body", {}).update(body)
    return ElementTree.fromstring(protocol.send_message(xmltodict.unparse({"env:Envelope": envelope})))


def _instances(answer: Any) -> list[Network]:
    nodes = [node for node in answer.iter() if node.tag.endswith("}MSFT_NetConnectionProfile")]
    return [
        Network(_text(node, "InterfaceAlias"), _text(node, "Name"), _CATEGORIES[category])
        for node in nodes
        if (category := _text(node, "NetworkCategory")) in _CATEGORIES
    ]


def _raw(parent: Any, name: str) -> str:
    return next((node.text or "" for node in parent.iter() if node.tag.rpartition("}")[2] == name), "").strip()


def _text(parent: Any, name: str) -> str:
    """Text for messages: names on a host are not trusted."""
    return printable(_raw(parent, name))[:_LONGEST]
