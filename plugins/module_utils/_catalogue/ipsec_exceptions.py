# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where IPsec is to be left out: the table "Recommended IPsec Exceptions" of Skype for Business Server's page.

Media that has to be authenticated by IPsec first is cut off or late, so the page wants exceptions for those who send
and receive it. Which rows of the catalogue an exception is about follows from its name; those of Exchange are about no
host of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import services
from .model import Requirement
from .words import SINCE_2015, Disposition, Product, Role

ANY = "Any"
DO_NOT_AUTHENTICATE = "Do not authenticate"
_EITHER = "UDP and TCP"


@dataclass(frozen=True, slots=True)
class IpsecException:
    """One row of the table, as printed.

    Attributes:
        id: ``ipsec-05``: the number of the row in the table, from 01.
        rule: Its name.
        source: Addresses of the source.
        destination: Addresses of the destination.
        protocol: The protocol.
        source_port: Ports of the source.
        fits: Whether a row of the catalogue is of the traffic that it leaves out, seen from the host.
        destination_port: Ports of the destination.
        authentication: What is asked of such traffic.
        products: The products whose page has it.
    """

    id: str
    rule: str
    source: str
    destination: str
    protocol: str
    fits: Callable[[Requirement], bool]
    source_port: str = ANY
    destination_port: str = ANY
    authentication: str = DO_NOT_AUTHENTICATE
    products: tuple[Product, ...] = SINCE_2015


def _nothing(_row: Requirement) -> bool:
    return False


def _of_edge(disposition: Disposition, *, external: bool) -> Callable[[Requirement], bool]:
    """Rows of the A/V Edge service on one side: the exceptions are for media, not for all of an Edge Server."""
    return lambda row: (
        row.disposition is disposition
        and row.service == services.AV_EDGE
        and row.interface is not None
        and row.interface.is_external is external
    )


def _of(disposition: Disposition, *names: str) -> Callable[[Requirement], bool]:
    """Rows of services, and of the media that all of them take part in."""
    ends = tuple(name.removeprefix("Lync Server ") for name in names)
    return lambda row: row.disposition is disposition and row.service.endswith(ends)


def _mediation(disposition: Disposition) -> Callable[[Requirement], bool]:
    """Rows of Mediation Servers, and not those of all servers."""
    held = {Role.MEDIATION, Role.COLLOCATED_MEDIATION}
    return lambda row: (
        row.disposition is disposition and not held.isdisjoint(row.roles) and Role.DIRECTOR not in row.roles
    )


def _of_clients(row: Requirement) -> bool:
    return row.disposition is Disposition.CLIENT and len(row.ports) > 1000  # the media ranges


_IN, _OUT = Disposition.LISTEN, Disposition.CONNECT
_INSIDE_IN, _INSIDE_OUT = (_of_edge(one, external=False) for one in (_IN, _OUT))
_OUTSIDE_IN, _OUTSIDE_OUT = (_of_edge(one, external=True) for one in (_IN, _OUT))
_EDGE = "A/V Edge Server"
_MEDIATION = "Mediation | Server(s)"
_ATTENDANT = "Front End Server running Conferencing Attendant"
_SHARING = "Application Sharing Servers"
_EXCHANGE = "Exchange Unified Messaging"
_IN_CALLS = (services.AV_CONFERENCING, services.VARIOUS)

IPSEC_EXCEPTIONS: tuple[IpsecException, ...] = (
    IpsecException("ipsec-01", f"{_EDGE} Internal Inbound", ANY, f"{_EDGE} Internal", _EITHER, _INSIDE_IN),
    IpsecException("ipsec-02", f"{_EDGE} External Inbound", ANY, f"{_EDGE} External", _EITHER, _OUTSIDE_IN),
    IpsecException("ipsec-03", f"{_EDGE} Internal Outbound", f"{_EDGE} Internal", ANY, "UDP & TCP", _INSIDE_OUT),
    IpsecException("ipsec-04", f"{_EDGE} External Outbound", f"{_EDGE} External", ANY, _EITHER, _OUTSIDE_OUT),
    IpsecException("ipsec-05", "Mediation Server Inbound", ANY, _MEDIATION, _EITHER, _mediation(_IN)),
    IpsecException("ipsec-06", "Mediation Server Outbound", _MEDIATION, ANY, _EITHER, _mediation(_OUT)),
    IpsecException(
        "ipsec-07", "Conferencing Attendant Inbound", ANY, _ATTENDANT, _EITHER,
        _of(_IN, services.CONFERENCING_ATTENDANT),
    ),
    IpsecException(
        "ipsec-08", "Conferencing Attendant Outbound", _ATTENDANT, ANY, _EITHER,
        _of(_OUT, services.CONFERENCING_ATTENDANT),
    ),
    IpsecException("ipsec-09", "A/V Conferencing Inbound", ANY, "Front End Servers", _EITHER, _of(_IN, *_IN_CALLS)),
    IpsecException("ipsec-10", "A/V Conferencing Outbound", "Front End Servers", ANY, _EITHER, _of(_OUT, *_IN_CALLS)),
    IpsecException("ipsec-11", "Exchange Inbound", ANY, _EXCHANGE, _EITHER, _nothing),
    IpsecException(
        "ipsec-12", "Application Sharing Servers Inbound", ANY, _SHARING, "TCP",
        _of(_IN, services.APPLICATION_SHARING),
    ),
    IpsecException(
        "ipsec-13", "Application Sharing Server Outbound", _SHARING, ANY, "TCP",
        _of(_OUT, services.APPLICATION_SHARING),
    ),
    IpsecException("ipsec-14", "Exchange Outbound", _EXCHANGE, ANY, _EITHER, _nothing),
    IpsecException(
        "ipsec-15", "Clients", ANY, ANY, "UDP", _of_clients, source_port="Specified media port range"
    ),
)  # fmt: skip
"""The 15 rows, in the order of the table."""


def fitting(row: Requirement, product: Product) -> tuple[IpsecException, ...]:
    """The exceptions that a product's page recommends for the traffic of a row; none where it has none.

    Args:
        row: The row.
        product: The product.
    """
    return tuple(found for found in IPSEC_EXCEPTIONS if product in found.products and found.fits(row))
