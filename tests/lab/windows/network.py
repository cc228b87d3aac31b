# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the firewall sees of a host: its profiles, its network, its listeners, and what address words mean there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lab.windows.addresses import EVERYTHING, Addresses, merged, parse_ipv4

PROFILES = ("Domain", "Private", "Public")
TCP, UDP = 6, 17


@dataclass(frozen=True)
class Network:
    """How a host sees its network, for the keywords of remote addresses ([MS-GPFAS] 2.2.2.13).

    All addresses dotted IPv4; ``local_subnet`` as `net/prefix`.
    """

    local_subnet: str = "127.77.0.0/16"
    gateway: str = "127.77.0.1"
    dns: str = "127.77.0.2"
    dhcp: str = "127.77.0.2"
    wins: str = "127.77.0.2"
    interface_type: str = "Lan"


DEFAULT_NETWORK = Network()


@dataclass(frozen=True)
class Listener:
    """A listening socket as the firewall sees it.

    ``program`` is the full path or `System` for kernel listeners; ``rpc`` says whether the RPC runtime owns the
    port (`dynamic`) or it is the endpoint mapper (`epmap`): the keywords RPC and RPC-EPMap mean just these. One
    that ``keeps`` leaves its connections open until the client goes. One that is ``bound`` has
    a socket for its address alone; any other's is for all addresses, and there is a Listener for each that it serves.
    """

    address: str
    protocol: int
    port: int
    program: str
    service: str = ""
    rpc: str = ""
    keeps: bool = False
    bound: bool = False


@lru_cache(maxsize=65536)
def addresses_of(tokens: tuple[str, ...] | None, network: Network) -> Addresses:
    """The IPv4 addresses that the values of a rule stand for; None is all."""
    if tokens is None:
        return EVERYTHING
    keywords = {
        "LOCALSUBNET": network.local_subnet,
        "DNS": network.dns,
        "DHCP": network.dhcp,
        "WINS": network.wins,
        "DEFAULTGATEWAY": network.gateway,
    }
    intervals = []
    for token in tokens:
        try:
            intervals.append(parse_ipv4(keywords.get(token.upper(), token)))
        except ValueError:
            continue  # what the service could not read opens nothing
    return merged(intervals)
