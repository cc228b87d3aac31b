# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP envelopes of WS-Management: reading requests, writing answers and faults ([MS-WSMV] 2.2, DSP0226)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WSMV = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

_ROOT = (
    f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" '
    f'xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}" xmlns:p="{WSMV}">'
)
_FAULTS = "http://schemas.dmtf.org/wbem/wsman/1/wsman"
_FAULT_ACTIONS = {"w": f"{_FAULTS}/fault", "a": f"{ADDRESSING}/fault", "n": f"{ENUMERATION}/fault"}
"""The action of a fault goes by the specification its sub-code is from."""
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


class WsmanFault(Exception):
    """An answer that is a fault.

    ``code`` is the WSManFault code; ``subcode`` the qualified sub-code of DSP0226 (`w:TimedOut`); ``sender`` says
    whose error it was; ``relates_to`` is filled in by the server. ``detail`` names the fault detail of DSP0226, if
    there is one (`InvalidResourceURI`); ``provider_says`` is what the WMI provider behind the service said, if the
    error was the provider's.
    """

    def __init__(
        self, code: int, subcode: str, reason: str, *, sender: bool = True, detail: str = "", provider_says: str = ""
    ) -> None:
        super().__init__(f"{code} {subcode}: {reason}")
        self.code = code
        self.subcode = subcode
        self.reason = reason
        self.sender = sender
        self.detail = detail
        self.provider_says = provider_says


def invalid_message(detail: str) -> WsmanFault:
    """The message does not follow the schema."""
    return WsmanFault(2150858817, "w:SchemaValidationError", f"The SOAP message is not valid: {detail}")


@dataclass(frozen=True)
class Request:
    """One parsed request.

    ``timeout`` is OperationTimeout in seconds; ``max_envelope`` the size of answer the client can take, in bytes;
    ``body`` the first element of the SOAP body.
    """

    action: str
    resource: str
    message_id: str
    timeout: float
    max_envelope: int
    selectors: Mapping[str, str]
    options: Mapping[str, str]
    body: Element | None


def parse_duration(text: str) -> float:
    """Seconds of an xs:duration. Raises WsmanFault when it is none."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or text.strip() in ("P", "PT"):
        raise invalid_message(f"not a duration: {text!r}")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def parse_request(data: bytes) -> Request:
    """Read an envelope. Raises WsmanFault when it is not one."""
    try:
        envelope = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise invalid_message(str(error)) from None
    header = envelope.find(f"{{{SOAP}}}Header")
    if envelope.tag != f"{{{SOAP}}}Envelope" or header is None:
        raise invalid_message("no SOAP header")
    body = envelope.find(f"{{{SOAP}}}Body")
    action = _text(header, ADDRESSING, "Action")
    message_id = _text(header, ADDRESSING, "MessageID")
    if not action or not message_id:
        raise invalid_message("Action and MessageID are required")
    size = _text(header, WSMAN, "MaxEnvelopeSize")
    return Request(
        action=action,
        resource=_text(header, WSMAN, "ResourceURI"),
        message_id=message_id,
        timeout=parse_duration(_text(header, WSMAN, "OperationTimeout") or "PT60S"),
        max_envelope=int(size) if size.isdecimal() else 153600,
        selectors=_named(header, "SelectorSet", "Selector"),
        options=_named(header, "OptionSet", "Option"),
        body=next(iter(body), None) if body is not None else None,
    )


def _text(parent: Element, namespace: str, name: str) -> str:
    return (parent.findtext(f"{{{namespace}}}{name}") or "").strip()


def _named(header: Element, group: str, item: str) -> dict[str, str]:
    parent = header.find(f"{{{WSMAN}}}{group}")
    found = parent.findall(f"{{{WSMAN}}}{item}") if parent is not None else []
    return {element.get("Name", ""): (element.text or "").strip() for element in found}


def answer(action: str, relates_to: str, body: str) -> bytes:
    """A response envelope; ``body`` is ready XML."""
    return (
        f"{_ROOT}<s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{_new_id()}</a:MessageID>"
        f"<a:To>{ANONYMOUS}</a:To><a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault_answer(fault: WsmanFault, relates_to: str, machine: str) -> bytes:
    """A fault envelope as Windows writes it."""
    reason = escape(fault.reason)
    message, detail = reason, ""
    if fault.provider_says:
        message = (
            f'<f:ProviderFault provider="WMI Provider" path="%systemroot%\\system32\\WsmWmiPl.dll"><f:WSManFault '
            f'xmlns:f="{FAULT}" Code="{fault.code}" Machine={quoteattr(machine)}>'
            f"<f:Message>{escape(fault.provider_says)}</f:Message></f:WSManFault></f:ProviderFault>"
        )
    if fault.detail:
        detail = f"<w:FaultDetail>{_FAULTS}/faultDetail/{fault.detail}</w:FaultDetail>"
    return answer(
        _FAULT_ACTIONS[fault.subcode.partition(":")[0]],
        relates_to,
        f'<s:Fault xmlns:n="{ENUMERATION}"><s:Code>'
        f"<s:Value>s:{'Sender' if fault.sender else 'Receiver'}</s:Value>"
        f"<s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>'
        f'<s:Detail>{detail}<f:WSManFault xmlns:f="{FAULT}" Code="{fault.code}" Machine={quoteattr(machine)}>'
        f"<f:Message>{message}</f:Message></f:WSManFault></s:Detail></s:Fault>",
    )


def _new_id() -> str:
    return str(uuid.uuid4()).upper()
