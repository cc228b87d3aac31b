# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of addresses by the standards alone."""

from __future__ import annotations

from .address_set import AddressSet

SOURCES = AddressSet(((1 << 24, (224 << 24) - 1),), ((2, (0xFF << 120) - 1),))
"""Addresses that a packet from elsewhere may come from, and that a rule can hold: not this network (0.0.0.0/8), no
multicast, reserved or broadcast address (RFC 1122 3.2.1.3); of IPv6 neither ``::``, ``::1`` nor multicast (RFC 4291
2.7)."""

LOOPBACK = AddressSet(((127 << 24, (128 << 24) - 1),), ((1, 1),))
"""A host's addresses for itself (RFC 1122 3.2.1.3, RFC 4291 2.5.3)."""

LINK_LOCAL = AddressSet(((0xA9FE << 16, (0xA9FF << 16) - 1),), ((0xFE80 << 112, (0xFEC0 << 112) - 1),))
"""169.254.0.0/16 and fe80::/10, which no router passes on (RFC 3927, RFC 4291 2.5.6)."""

PRIVATE = AddressSet(
    (
        (10 << 24, (11 << 24) - 1),
        (0x6440 << 16, (0x6480 << 16) - 1),
        (0xAC10 << 16, (0xAC20 << 16) - 1),
        (0xC0A8 << 16, (0xC0A9 << 16) - 1),
        *LINK_LOCAL.v4,
    ),
    ((0xFC << 120, (0xFE << 120) - 1), *LINK_LOCAL.v6),
)
"""Addresses that the Internet does not carry: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), 100.64.0.0/10
(RFC 6598), fc00::/7 (RFC 4193), and `LINK_LOCAL`."""
