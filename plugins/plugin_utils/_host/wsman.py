# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Man messages that pywinrm has no method for. Used by remote_host.py only, which says who rests on pywinrm."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from xml.etree import ElementTree

from ...module_utils._firewall.change.arrival import InterfaceAddress, Network
from ...module_utils._texts import printable

try:
    import xmltodict  # pywinrm brings it
except ImportError:
    xmltodict = None

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
_GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_STANDARD_CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/"
_CONNECTION_PROFILE, _IP_ADDRESS = "MSFT_NetConnectionProfile", "MSFT_NetIPAddress"
_NOT_IN_USE = ("0", "1", "2")  # AddressState: invalid, tentative, duplicate; 3 is deprecated, 4 preferred

_MESSAGE_ID = re.compile(r"uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?=</a:MessageID>)")
_BEFORE_AND_BEHIND = 2

_CATEGORIES = {"0": "public", "1": "private", "2": "domain"}
"""``NetworkCategory`` of MSFT_NetConnectionProfile; 2 is DomainAuthenticated."""

_MOST_PULLS = 10
_MOST_INSTANCES = 1000
_LONGEST = 200


class Receiving:
    """The Receives of one command ([MS-WSMV] 3.1.4.14), called until it is done.

    They are alike but for their id, and pywinrm takes longer to make one than to send it: it makes the first, and the
    others are its text with another id.
    """

    def __init__(self, protocol: Any, shell: str, command: str) -> None:
        """Nothing is sent yet.

        Args:
            protocol: pywinrm's Protocol.
            shell: Id of an open shell.
            command: Id of a command in it.
        """
        self._protocol = protocol
        # pywinrm 0.5.0 made the method public.
        receive = getattr(protocol, "get_command_output_raw", None) or protocol._raw_get_command_output
        self._first: Callable[[], tuple[bytes, bytes, int, bool]] = lambda: receive(shell, command)
        self._parts: list[str] = []

    def __call__(self) -> tuple[bytes, bytes, int, bool]:
        """What was printed since the last one on standard output and error, the exit code, and whether that is all.

        Raises:
            Exception: What pywinrm and the connection raise.
        """
        if len(self._parts) == _BEFORE_AND_BEHIND:
            return _printed(self._protocol.send_message(f"uuid:{uuid.uuid4()}".join(self._parts)))
        send = getattr(self._protocol, "send_message", None)
        if send is None:
            return self._first()

        def send_and_note(message: str) -> Any:
            self._parts = _MESSAGE_ID.split(message)
            return send(message)

        own = vars(self._protocol).get("send_message")
        self._protocol.send_message = send_and_note
        try:
            return self._first()
        finally:
            del self._protocol.send_message
            if own is not None:
                self._protocol.send_message = own


def _printed(answer: bytes) -> tuple[bytes, bytes, int, bool]:
    """What a ReceiveResponse holds."""
    root = ElementTree.fromstring(answer)
    streams: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
    code, done = -1, False
    for node in root.iter():
        kind = node.tag.rpartition("}")[2]
        if kind == "Stream" and node.text:
            streams.setdefault(str(node.get("Name")), []).append(base64.b64decode(node.text.encode("ascii")))
        elif kind == "CommandState":
            done = str(node.get("State")).endswith("CommandState/Done")
        elif kind == "ExitCode":
            code = int(node.text or 0)
    return b"".join(streams["stdout"]), b"".join(streams["stderr"]), code, done


def client_address(protocol: Any, shell: str) -> str:
    """``ClientIP`` of a shell, by a WS-Man Get ([MS-WSMV] 3.1.4.2); empty where the answer has none.

    Args:
        protocol: pywinrm's Protocol.
        shell: Id of an open shell.
    """
    answer = _send(protocol, _SHELL, _GET, {}, shell)
    found = next((node.text or "" for node in answer.iter() if node.tag.endswith("}ClientIP")), "")
    return printable(found.strip()[:_LONGEST])


def networks(protocol: Any) -> list[Network]:
    """The profile of each connected interface: WMI class MSFT_NetConnectionProfile, from Windows Server 2012 on.

    Args:
        protocol: pywinrm's Protocol.

    Raises:
        Exception: What pywinrm and the connection raise. Windows Server 2008 R2 has no such class, and faults.
    """
    found = [
        Network(_text(node, "InterfaceAlias"), _text(node, "Name"), _CATEGORIES[category])
        for node in _instances(protocol, _CONNECTION_PROFILE)
        if (category := _text(node, "NetworkCategory")) in _CATEGORIES
    ]
    return sorted(found, key=lambda network: (network.interface, network.network))


def interface_addresses(protocol: Any) -> list[InterfaceAddress]:
    """The addresses of all interfaces: WMI class MSFT_NetIPAddress, from Windows Server 2012 on.

    Those of an interface without a cable, or that another machine has too, are not in use and left out.

    Args:
        protocol: pywinrm's Protocol.

    Raises:
        Exception: As in `networks`.
    """
    return [
        InterfaceAddress(_text(node, "InterfaceAlias"), _text(node, "IPAddress"), int(prefix))
        for node in _instances(protocol, _IP_ADDRESS)
        if (prefix := _text(node, "PrefixLength")).isascii()
        and prefix.isdigit()
        and _text(node, "AddressState") not in _NOT_IN_USE
    ]


def _instances(protocol: Any, name: str) -> list[Any]:
    """All instances of a class of root/StandardCimv2, as XML elements.

    One Enumerate that requests the instances at once (DSP0226 section 8.2.3); a host without that gets Pull requests.
    """
    resource = f"{_STANDARD_CIMV2}{name}"
    at_once = {"w:OptimizeEnumeration": None, "w:MaxElements": "100"}
    answer = _send(protocol, resource, f"{_ENUMERATION}/Enumerate", {"n:Enumerate": at_once})
    found = _named(answer, name)
    for _number in range(_MOST_PULLS):
        context = _raw(answer.iter(), "EnumerationContext")
        if not context or any(node.tag.endswith("}EndOfSequence") for node in answer.iter()):
            break
        pull = {"n:Pull": {"n:EnumerationContext": context, "n:MaxElements": "100"}}
        answer = _send(protocol, resource, f"{_ENUMERATION}/Pull", pull)
        found += _named(answer, name)
    return found[:_MOST_INSTANCES]


def _named(answer: Any, name: str) -> list[Any]:
    return [node for node in answer.iter() if node.tag.endswith(f"}}{name}")]


def _send(protocol: Any, resource: str, action: str, body: dict[str, Any], shell: str | None = None) -> Any:
    header = getattr(protocol, "build_wsman_header", None) or protocol._get_soap_header  # public since pywinrm 0.5.0
    envelope = header(resource_uri=resource, action=action, shell_id=shell)
    envelope.setdefault("env:Body", {}).update(body)
    return ElementTree.fromstring(protocol.send_message(xmltodict.unparse({"env:Envelope": envelope})))


def _raw(nodes: Iterable[Any], name: str) -> str:
    return next((node.text or "" for node in nodes if node.tag.rpartition("}")[2] == name), "").strip()


def _text(instance: Any, name: str) -> str:
    """A property as text for messages: names on a host are not trusted. Instances in instances are not looked into."""
    return printable(_raw(instance, name)[:_LONGEST])
