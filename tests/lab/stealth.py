# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stealth mode: Windows says nothing of a port that nothing listens on (Microsoft KB 2586744).

The Windows Filtering Platform drops the reset, and ICMP's "port unreachable", that the TCP/IP stack would send, as long
as the firewall of the profile is on; so such a port looks like one that the firewall closes. DisableStealthMode turns
it off ([MS-FASP] 2.2.37). With the firewall off, or MpsSvc stopped, the stack answers.

Linux has no such mode, so each port that is to be silent is bound, and its packets are dropped. These are the ports of
the host's roles, and those that the quirk `stealth_ports` names: 65,535 sockets a host would be too many.
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.quirks import Quirks
from lab.windows.policy import TCP, UDP, Policy, is_stealthy


def silent_ports(
    quirks: Quirks, policy: Policy, profile: str, known: Iterable[tuple[int, int]]
) -> frozenset[tuple[int, int]]:
    """Protocol and number of the ports of which nothing is said unless something listens on them.

    ``known``: those of the host's roles.
    """
    if not quirks.stealth or not is_stealthy(policy, profile):
        return frozenset()
    named = [int(word) for word in quirks.stealth_ports.split(",") if word.strip()]
    return frozenset(known) | {(protocol, port) for port in named for protocol in (TCP, UDP)}
