# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools as a person says them, for tests."""

from __future__ import annotations

from typing import Any

VIRTUAL = {"sip": "10.1.0.100", "web_internal": "10.1.0.101", "web_external": "10.1.0.102"}
WEB = {"web_internal": "10.1.0.101", "web_external": "10.1.0.102"}


def member(name: str = "fe01", *roles: str, **more: Any) -> dict[str, Any]:
    """A member, a Front End Server unless roles are named."""
    address = f"10.0.0.{int(''.join(filter(str.isdigit, name)) or 9)}"
    return {"name": name, "address": address, "roles": list(roles or ("front_end",)), **more}


def pool(balancing: Any = "hardware", *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A pool, of one Front End Server unless members are named."""
    addresses = VIRTUAL if balancing == "hardware" else WEB
    return {
        "name": "pool1.example.com",
        "load_balancing": balancing,
        "virtual_addresses": addresses,
        "members": list(members or (member(),)),
        **more,
    }
