# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection security rules that require IPsec of inbound traffic: values of ``ConSecRules`` keys.

Their grammar is [MS-GPFAS] 2.2.6.2. Which traffic such a rule is about, and whether a peer can authenticate, is not
read: what a rule requires may close every port that firewall rules open.
"""

from __future__ import annotations

from ..._texts import said
from .registry_dump import RegistryDump, RegistryValue
from .rule import Direction, Profile, Store

RULES = "ConSecRules"

_REQUIRING = {Direction.IN: frozenset(("secure", "secureserver")), Direction.OUT: frozenset(("secure",))}
"""Actions that require traffic of a direction to be secured ([MS-FASP] 2.2.52); Boundary only asks for it."""

_PROFILES = frozenset(profile.value for profile in Profile)


def requiring_rules(
    dump: RegistryDump, key: str, profile: Profile, store: Store, direction: Direction = Direction.IN
) -> tuple[str, ...]:
    """Names of the active rules that require IPsec in a profile.

    Args:
        dump: The host's keys.
        key: The store's key, above its rules.
        profile: The profile.
        store: The store, which is named unless it is the local one.
        direction: Which way the traffic goes.
    """
    names = [_name(value) for value in dump.values(rf"{key}\{RULES}") if _requires(value, profile, direction)]
    where = "" if store is Store.LOCAL else f" ({store.value.replace('_', ' ')})"
    return tuple(f"{name}{where}" for name in sorted(names))


def _tokens(value: RegistryValue) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in value.data.split("|")[1:])
    return [(key.strip().casefold(), text) for key, _equals, text in pairs]


def _requires(value: RegistryValue, profile: Profile, direction: Direction) -> bool:
    """Whether a rule is active, for the profile and requiring; of a token that is there twice each is believed."""
    if value.type != "REG_SZ":
        return False
    tokens = [(key, text.strip().casefold()) for key, text in _tokens(value)]
    profiles = {text for key, text in tokens if key == "profile"}
    return (
        ("active", "true") in tokens
        and any(key == "action" and text in _REQUIRING[direction] for key, text in tokens)
        and (not profiles or profile.value in profiles or not profiles <= _PROFILES)
    )


def _name(value: RegistryValue) -> str:
    name = dict(_tokens(value)).get("name", "")
    return said(value.name if not name or name.startswith("@") else name)
