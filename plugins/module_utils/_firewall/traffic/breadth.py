# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a rule is about nearly everything, for nearly everybody: one reading for all who ask.

A rule that leaves out one port or one address is as wide as one that leaves out none, so a limit counts only where it
leaves out at least half. Ports count of all 65,536; addresses of one family, since a rule that is open to most of IPv4
is open whatever it says of IPv6. ``System`` is no limit: it is whatever listens in the kernel, SMB and HTTP.sys.
"""

from __future__ import annotations

from ..._net.address_set import AddressSet
from ..._net.intervals import Intervals
from ..._net.port_set import PortSet
from ..state.rule import ANY_SERVICE, PROTOCOL_NUMBERS, FirewallRule

SYSTEM = "System"
"""The program of what listens in the kernel ([MS-FASP] 2.2.37, ``wszLocalApplication``)."""

_WITH_PORTS = (None, PROTOCOL_NUMBERS["tcp"], PROTOCOL_NUMBERS["udp"])


def nearly_everything(rule: FirewallRule) -> bool:
    """Whether nothing that counts limits a rule. The host's own addresses, interfaces and profiles are no limits.

    Args:
        rule: The rule; one that cannot be interpreted is not told to be so.
    """
    return not (
        rule.opaque
        or rule.protocol not in _WITH_PORTS
        or rule.icmp
        or not most_ports(rule.local_ports)
        or not most_ports(rule.remote_ports)
        or not most_addresses(rule.remote_addresses)
        or rule.program.casefold() not in ("", SYSTEM.casefold())
        or rule.service not in ("", ANY_SERVICE)
    )


def most_ports(ports: PortSet) -> bool:
    """Whether more than half of all ports are in a set."""
    return len(ports) > len(PortSet.any()) // 2


def most_addresses(addresses: AddressSet) -> bool:
    """Whether more than half of the addresses of IPv4, or of IPv6, are in a set. Keywords are few addresses."""
    return _most(addresses.v4, 32) or _most(addresses.v6, 128)


def _most(ranges: Intervals, bits: int) -> bool:
    return sum(last - first + 1 for first, last in ranges) > 1 << (bits - 1)
