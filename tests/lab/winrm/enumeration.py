# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations over WS-Management: Enumerate, Pull and Release on WMI classes (WS-Enumeration of 2004/09; DSP0226 8).

How Windows writes the answers and the items is taken from captures that projects publish as test data: WinRb/WinRM
(spec/mock/enumerate_1.xml and enumerate_2.xml: Items in WS-Management's namespace in an EnumerateResponse, in
WS-Enumeration's in a PullResponse, with its own EndOfSequence) and microsoft/omi (faults).

Not simulated: filters, EnumerationMode, MaxCharacters, Renew and GetStatus. The first two are refused.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from lab.host import Host
from lab.windows.wmi import (
    NET_IP_ADDRESS,
    Instance,
    WmiError,
    address_instances,
    check_class,
    network_interface_instances,
)
from lab.winrm.soap import ENUMERATION, WSMAN, Request, WsmanFault, answer, invalid_message

WMI_RESOURCES = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
# Codes as wsmerror.h has them.
RESOURCE_NOT_FOUND, ACTION_NOT_SUPPORTED = 2150858752, 2150858771
FILTERING_NOT_SUPPORTED, INVALID_CONTEXT = 2150858776, 2150858779
ENCODING_LIMIT, UNSUPPORTED_FEATURE, WMI_ACCESS_DENIED = 2150858805, 2150858818, 2150859012
_NOT_FOUND_TEXT = "The service cannot find the resource identified by the resource URI and selectors."
_CANNOT = "The WS-Management service cannot process the request."
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
_AS_REFERENCES = {"\r": "&#13;"}  # a bare one would be read as a line feed
_CONTEXT_SECONDS = 240.0
"""How long an idle enumeration is kept: EnumerationTimeoutms of a default configuration."""
_OVERHEAD = 2048
"""Bytes of an answer's envelope besides its items, generously."""


@dataclass
class _Enumeration:
    """What is still to be given to a client."""

    owner: str
    items: list[str]
    touched: float


class WmiEnumerations:
    """The enumerations of one host that are under way."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._open: dict[str, _Enumeration] = {}

    def handle(self, name: str, request: Request, user: str) -> bytes:
        """Answer an operation on a WMI resource. Raises WsmanFault."""
        operation = _OPERATIONS.get(name)
        if operation is None:
            raise WsmanFault(
                ACTION_NOT_SUPPORTED, "a:ActionNotSupported", "The action is not supported by the service."
            )
        if request.body is None or request.body.tag != f"{{{ENUMERATION}}}{name}":
            raise invalid_message(f"the body is not wsen:{name}")
        if self._host.winrm_token.kind != "admin":
            # By default only administrators may use WMI from afar (the right Remote Enable of every namespace).
            raise WsmanFault(
                WMI_ACCESS_DENIED, "w:AccessDenied", f"{_CANNOT} The WMI service returned an 'access denied' error."
            )
        now = time.monotonic()
        self._open = {key: value for key, value in self._open.items() if now - value.touched < _CONTEXT_SECONDS}
        return operation(self, request, request.body, user)

    def _enumerate(self, request: Request, body: Element, user: str) -> bytes:
        if body.find(f"{{{ENUMERATION}}}Filter") is not None or body.find(f"{{{WSMAN}}}Filter") is not None:
            raise WsmanFault(
                FILTERING_NOT_SUPPORTED, "n:FilteringNotSupported", "The data source does not support filtering."
            )
        if body.findtext(f"{{{WSMAN}}}EnumerationMode") is not None:
            raise WsmanFault(UNSUPPORTED_FEATURE, "w:UnsupportedFeature", "EnumerationMode is not supported.")
        items = [_item(instance) for instance in self._instances(request)]
        first: list[str] = []
        optimized = body.find(f"{{{WSMAN}}}OptimizeEnumeration") is not None
        if optimized:
            # DSP0226 8.2.3: without MaxElements an optimized answer has one item.
            first, items = _share(items, _most(body, WSMAN), request.max_envelope)
        ended = optimized and not items
        context = "" if ended else f"uuid:{str(uuid.uuid4()).upper()}"
        if not ended:
            self._open[context] = _Enumeration(user.lower(), items, time.monotonic())
        xml = f"<n:EnumerationContext>{context}</n:EnumerationContext>"
        if optimized:
            xml += f"<w:Items>{''.join(first)}</w:Items>{'<w:EndOfSequence/>' if ended else ''}"
        return _answer(request, "EnumerateResponse", xml)

    def _pull(self, request: Request, body: Element, user: str) -> bytes:
        context, enumeration = self._find(body, user)
        first, enumeration.items = _share(enumeration.items, _most(body, ENUMERATION), request.max_envelope)
        enumeration.touched = time.monotonic()
        xml = f"<n:Items>{''.join(first)}</n:Items>"
        if enumeration.items:
            return _answer(request, "PullResponse", f"<n:EnumerationContext>{context}</n:EnumerationContext>{xml}")
        del self._open[context]
        return _answer(request, "PullResponse", f"{xml}<n:EndOfSequence/>")

    def _release(self, request: Request, body: Element, user: str) -> bytes:
        context, _unused = self._find(body, user)
        del self._open[context]
        return answer(f"{ENUMERATION}/ReleaseResponse", request.message_id, "")

    def _find(self, body: Element, user: str) -> tuple[str, _Enumeration]:
        context = (body.findtext(f"{{{ENUMERATION}}}EnumerationContext") or "").strip()
        enumeration = self._open.get(context)
        if enumeration is None or enumeration.owner != user.lower():
            raise WsmanFault(
                INVALID_CONTEXT,
                "n:InvalidEnumerationContext",
                "The WS-Enumeration context in the enumeration is not valid. Enumeration may have been completed or "
                "canceled. You cannot use this enumeration context anymore. Start a new enumeration.",
                sender=False,
            )
        return context, enumeration

    def _instances(self, request: Request) -> Sequence[Instance]:
        host = self._host
        namespace, _unused, class_name = request.resource[len(WMI_RESOURCES) :].rpartition("/")
        try:
            check_class(host.version, namespace, class_name)
        except WmiError as error:
            raise _not_found(error) from None
        if class_name.lower() == NET_IP_ADDRESS.lower():
            return address_instances(host.addresses)
        return network_interface_instances(host.interfaces, host.profile, host.computer_name)


def is_wmi_resource(resource: str) -> bool:
    """Whether a resource URI names a WMI class; the case of URIs does not matter to Windows."""
    return resource.lower().startswith(WMI_RESOURCES)


def _not_found(error: WmiError) -> WsmanFault:
    """The fault for a class or a namespace that the host does not have.

    Confirmed: code 0x80338000 (ERROR_WSMAN_RESOURCE_NOT_FOUND in wsmerror.h) with a:DestinationUnreachable, the
    fault detail InvalidResourceURI and a ProviderFault of WsmWmiPl.dll, by a capture from Server 2012 R2 of a Get
    (microsoft/omi, a parser's test); that an unknown class has this code, by dbatools, which tells it by HRESULT
    0x80338000. Not confirmed: that an unknown namespace has the same one, and all of it on Server 2008 R2. Where a
    WQL filter is given the code is 0x8033801A (n:CannotProcessFilter; WinRb/WinRM soap_fault_v2.xml, 2008 R2): not
    our case. WMI's own code, WBEM_E_INVALID_NAMESPACE 0x8004100E, is in no capture.
    """
    return WsmanFault(
        RESOURCE_NOT_FOUND,
        "a:DestinationUnreachable",
        f"{_CANNOT} {_NOT_FOUND_TEXT} ",
        detail="InvalidResourceURI",
        provider_says=f"{_CANNOT} {error.reason or _NOT_FOUND_TEXT} ",
    )


def _item(instance: Instance) -> str:
    """An object as the WMI provider writes it. Not confirmed: that the namespace has WMI's case, not the client's."""
    name = instance.class_name
    properties = "".join(
        f'<p:{key} xsi:nil="true"/>' if value is None else f"<p:{key}>{escape(str(value), _AS_REFERENCES)}</p:{key}>"
        for key, value in instance.properties
    )
    return (
        f'<p:{name} xmlns:xsi="{_XSI}" xmlns:p="{WMI_RESOURCES}{instance.namespace}/{name}" xmlns:cim="{_CIM}" '
        f'xsi:type="p:{name}_Type">{properties}</p:{name}>'
    )


def _most(body: Element, namespace: str) -> int:
    """MaxElements. Raises WsmanFault for anything but a positive number."""
    text = (body.findtext(f"{{{namespace}}}MaxElements") or "1").strip()
    if not text.isdecimal() or not int(text):
        raise invalid_message(f"MaxElements is not a positive number: {text!r}")
    return int(text)


def _share(items: list[str], most: int, max_envelope: int) -> tuple[list[str], list[str]]:
    """The items for one answer and the rest. Raises WsmanFault when not even one fits into the envelope."""
    room = max_envelope - _OVERHEAD
    count = 0
    while count < min(most, len(items)) and len(items[count].encode()) <= room:
        room -= len(items[count].encode())
        count += 1
    if items and not count:
        raise WsmanFault(ENCODING_LIMIT, "w:EncodingLimit", "An item is larger than MaxEnvelopeSize.")
    return items[:count], items[count:]


def _answer(request: Request, name: str, xml: str) -> bytes:
    return answer(f"{ENUMERATION}/{name}", request.message_id, f'<n:{name} xmlns:n="{ENUMERATION}">{xml}</n:{name}>')


_OPERATIONS: dict[str, Callable[[WmiEnumerations, Request, Element, str], bytes]] = {
    "Enumerate": WmiEnumerations._enumerate,
    "Pull": WmiEnumerations._pull,
    "Release": WmiEnumerations._release,
}
