# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection security rules (IPsec): which remote addresses must authenticate, and so never get in here.

The strings are [MS-GPFAS] 2.2.6, what the actions mean is [MS-FASP] 2.2.52: Secure and SecureServer require inbound
traffic to be IPsec traffic, Boundary only attempts it, DoNotSecure exempts. No client of the lab ever authenticates.
A profile whose firewall is off blocks nothing whatever these rules say ([MS-FASP] 2.2.38), and
AllowLocalIPsecPolicyMerge=0 in Group Policy makes the local ones void.

The lab's choices where no specification decides: an exemption beats every requirement, however specific either is;
rules of tunnels, and rules with a condition on the client's own port, concern no traffic of the lab; a rule with a key
that nobody specifies is not enforced.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.windows.addresses import NOTHING, Addresses, Interval, contains, merged, without
from lab.windows.network import PROFILES, Listener, Network, addresses_of
from lab.windows.registry import Key

_ACTIONS = {"SECURESERVER", "BOUNDARY", "SECURE", "DONOTSECURE"}
_REQUIRES = {"SECURESERVER", "SECURE"}
_WITHOUT_MEANING_HERE = frozenset({
    "NAME", "DESC", "EMBEDCTXT", "AUTH1SET", "AUTH2SET", "CRYPTO2SET", "PLATFORM", "PLATFORM2", "SKIPVER",
    "SECUREINCLEAROUT", "KEYMOD", "KEYMANAGERDICTATE", "KEYMANAGERNOTIFY", "FWDLIFETIME", "SECURITYREALMENABLED",
    "TRANSPORTMACHINEAUTHZSDDL", "TRANSPORTUSERAUTHZSDDL", "AUTHZ", "BYPASSTUNNEL",
})  # fmt: skip
_KNOWN = _WITHOUT_MEANING_HERE | {
    "ACTION", "ACTIVE", "PROFILE", "PROTOCOL", "IFTYPE", "EP1_4", "EP1_6", "EP2_4", "EP2_6", "EP1PORT", "EP2PORT",
    "EP1PORT2_10", "EP2PORT2_10",
}  # fmt: skip


@dataclass(frozen=True)
class Endpoint:
    """One end of the traffic: IPv4 addresses as written, and ports; None is any."""

    addresses: tuple[str, ...] | None
    ports: tuple[Interval, ...] | None


@dataclass(frozen=True)
class ConnectionRule:
    """An active rule that requires authentication, or that exempts from it."""

    exempts: bool
    profiles: frozenset[str]
    protocol: int | None
    interface_types: frozenset[str]
    ends: tuple[Endpoint, Endpoint]

    def remotes(self, profile: str, listener: Listener, network: Network) -> Addresses:
        """The remote addresses whose traffic to ``listener`` the rule is about; either end may be ours."""
        if profile not in self.profiles or self.protocol not in (None, listener.protocol):
            return NOTHING
        if self.interface_types and network.interface_type not in self.interface_types:
            return NOTHING
        found: list[Interval] = []
        for ours, theirs in (self.ends, self.ends[::-1]):
            at_us = ours.addresses is None or contains(addresses_of(ours.addresses, network), listener.address)
            right_port = ours.ports is None or any(low <= listener.port <= high for low, high in ours.ports)
            if at_us and right_port and theirs.ports is None:
                found += addresses_of(theirs.addresses, network)
        return merged(found)


def must_authenticate(
    rules: tuple[ConnectionRule, ...], profile: str, listener: Listener, network: Network
) -> Addresses:
    """The remote addresses from which a connection in the clear is dropped."""
    required: list[Interval] = []
    exempt: list[Interval] = []
    for rule in rules:
        (exempt if rule.exempts else required).extend(rule.remotes(profile, listener, network))
    return without(merged(required), merged(exempt))


def read_connection_rules(key: Key | None) -> tuple[ConnectionRule, ...]:
    """The rules of a ConSecRules key that count; what cannot be read, like what is disabled, does not."""
    rules = (parse_connection_rule(value.data) for value in (key.values.values() if key else ()))
    return tuple(rule for rule in rules if rule is not None)


def parse_connection_rule(text: str) -> ConnectionRule | None:
    """One rule string; None when it is disabled, asks for nothing, or cannot be read."""
    head, *pairs = text.split("|")
    tokens: dict[str, list[str]] = {}
    for pair in filter(None, pairs):
        name, _unused, value = pair.partition("=")
        tokens.setdefault(name.upper(), []).append(value)
    action = "".join(tokens.get("ACTION", ())).upper()
    active = "".join(tokens.get("ACTIVE", ())).upper() == "TRUE"
    if not (head[:1] in "vV" and active and action in _ACTIONS and tokens.keys() <= _KNOWN):
        return None
    if action == "BOUNDARY":
        return None
    protocol = "".join(tokens.get("PROTOCOL", ()))
    if protocol and not protocol.isdecimal():
        return None
    names = {name.upper(): name for name in PROFILES}
    return ConnectionRule(
        exempts=action not in _REQUIRES,
        profiles=frozenset(names.get(word.upper(), "") for word in tokens.get("PROFILE", PROFILES)),
        protocol=int(protocol) if protocol else None,
        interface_types=frozenset(tokens.get("IFTYPE", ())),
        ends=(_endpoint(tokens, 1), _endpoint(tokens, 2)),
    )


def _endpoint(tokens: dict[str, list[str]], number: int) -> Endpoint:
    four, six = tokens.get(f"EP{number}_4", []), tokens.get(f"EP{number}_6", [])
    ports = tokens.get(f"EP{number}PORT", []) + tokens.get(f"EP{number}PORT2_10", [])
    return Endpoint(
        addresses=tuple(four) if four or six else None,
        ports=tuple(_port_range(port) for port in ports) if ports else None,
    )


def _port_range(text: str) -> Interval:
    low, dash, high = text.partition("-")
    numbers = [int(part) if part.isdecimal() else -1 for part in ((low, high) if dash else (low, low))]
    return numbers[0], numbers[1]
