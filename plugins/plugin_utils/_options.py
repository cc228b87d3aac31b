# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specifications of the modules, in one place because documentation, role and plugins must agree on them."""

from __future__ import annotations

from typing import Any

from ..module_utils._catalogue.model import HOST_ROLES, Feature, Ruleset
from ..module_utils._firewall.change.undo import LONGEST_DELAY, SHORTEST_DELAY
from ..module_utils._firewall.state.rule import Profile
from ..module_utils._policy.extra_rules import OptionError

_PROFILES = [profile.value for profile in Profile]

EXTRA_RULE: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "direction": {"type": "str", "choices": ["in", "out"], "default": "in"},
    "protocol": {"type": "str", "choices": ["any", "tcp", "udp"], "default": "any"},
    "localport": {"type": "str"},
    "remoteport": {"type": "str"},
    "remoteip": {"type": "list", "elements": "str"},
    "program": {"type": "str"},
    "profiles": {"type": "list", "elements": "str", "choices": _PROFILES},
}

DESCRIBING: dict[str, dict[str, Any]] = {
    "roles": {"type": "list", "elements": "str", "choices": [role.value for role in HOST_ROLES]},
    "ruleset": {"type": "str", "choices": [ruleset.value for ruleset in Ruleset], "default": "documented"},
    "features": {"type": "list", "elements": "str", "choices": [feature.value for feature in Feature], "default": []},
    "skip_rows": {"type": "list", "elements": "str", "default": []},
    "profiles": {"type": "list", "elements": "str", "choices": _PROFILES, "default": _PROFILES},
    "remote_addresses": {"type": "list", "elements": "str", "default": []},
    "scope": {"type": "str", "choices": ["any", "topology"], "default": "any"},
    "peers": {"type": "dict", "default": {}},
    "client_networks": {"type": "list", "elements": "str", "default": []},
    "port_overrides": {"type": "dict", "default": {}},
    "configured_ports": {"type": "list", "elements": "dict", "default": []},
    "program": {"type": "str", "choices": ["any", "listener"], "default": "any"},
    "extra_rules": {"type": "list", "elements": "dict", "options": EXTRA_RULE, "default": []},
}
"""Options that describe what a host should have; both modules take them."""

ENFORCING: dict[str, dict[str, Any]] = {
    **DESCRIBING,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "exclusive": {"type": "bool", "default": True},
    "firewall_service": {"type": "str", "choices": ["started", "unmanaged"], "default": "started"},
    "firewall_enabled": {"type": "str", "choices": ["true", "unmanaged"], "default": "unmanaged"},
    "on_ineffective": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "accept_impact": {"type": "bool", "default": False},
    "rollback": {"type": "str", "choices": ["auto", "never"], "default": "auto"},
    "rollback_after": {"type": "int", "default": 10},
}
"""Options of the module that changes hosts."""


def check_rollback_after(minutes: int) -> int:
    """The option of this name, which an argument specification cannot bound.

    Raises:
        OptionError: It is too short for a write to end in it, or longer than a day.
    """
    if not SHORTEST_DELAY <= minutes <= LONGEST_DELAY:
        raise OptionError(
            "rollback_after",
            f"{minutes} minutes will not do; {SHORTEST_DELAY} to {LONGEST_DELAY} are possible, because writing may "
            "take 5 minutes and a host must not wait for days",
        )
    return minutes
