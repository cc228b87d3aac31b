# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which remote addresses may reach a listening port: the lab's reading of [MS-FASP] 2.2.34 to 2.2.38.

A policy joins three stores: local, Group Policy and MDM. Profile settings come from Group Policy where it
configures them, else from the local store; shields-up is on when either side turns it on; AllowLocalPolicyMerge=0
in Group Policy makes all local rules void. Then, for inbound traffic: authenticated bypass, block, allow, the
profile's default. Neither order nor specificity of rules matters. Connection security rules then drop whoever has to
authenticate (`connection_security.py`); the older settings of Group Policy count as its allow rules
(`older_policy.py`).

The lab's choices where no specification decides:
- A condition the lab cannot evaluate (a user, a package, an interface, IPsec) is never met by lab traffic, so such a
  rule neither allows nor blocks it. Rules with unknown keys are not enforced.
- MDM rules count as local rules that no merge flag can void.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain

from lab.windows.addresses import EVERYTHING, NOTHING, Addresses, Interval, contains, merged, without
from lab.windows.connection_security import ConnectionRule, must_authenticate
from lab.windows.network import DEFAULT_NETWORK, PROFILES, TCP, UDP, Listener, Network, addresses_of
from lab.windows.registry import Key
from lab.windows.rules import Rule

__all__ = ["DEFAULT_NETWORK", "PROFILES", "TCP", "UDP", "Listener", "Network"]

# A token that ties a rule to something lab traffic never has.
_NEVER_MET = frozenset({
    "LUAuth", "LUAuth2_24", "LUOwn", "AppPkgId", "PFN", "RMauth", "RUAuth", "NNm", "SecurityRealmId",
    "Security", "Security2", "Security2_9", "TTK", "TTK2_22", "TTK2_27", "TTK2_28", "IF", "RA42", "RA62",
})  # fmt: skip


@dataclass(frozen=True)
class ProfileSettings:
    """One profile's settings as one store configures them; None means not configured there."""

    enabled: bool | None = None
    block_inbound: bool | None = None
    shields_up: bool | None = None
    local_rules_merge: bool | None = None
    local_security_merge: bool | None = None
    stealth_off: bool | None = None
    log_dropped: bool | None = None
    log_allowed: bool | None = None
    log_path: str | None = None
    log_kilobytes: int | None = None


NOT_CONFIGURED = ProfileSettings()


@dataclass(frozen=True)
class Condition:
    """An active inbound rule made ready for matching: what a listener and a profile must be for it to count.

    ``ports`` None means any port; ``rpc`` holds the RPC keywords the rule names.
    """

    blocks: bool
    profiles: frozenset[str]
    protocol: int | None
    ports: tuple[Interval, ...] | None
    rpc: frozenset[str]
    interface_types: frozenset[str]
    program: str | None
    service: str | None
    local: tuple[str, ...] | None
    remote: tuple[str, ...] | None


@dataclass(frozen=True)
class Policy:
    """All that decides, for one host, at one moment. Profiles are in the order of PROFILES."""

    local_rules: tuple[Rule, ...]
    policy_rules: tuple[Rule, ...]
    mdm_rules: tuple[Rule, ...]
    local_profiles: tuple[ProfileSettings, ProfileSettings, ProfileSettings]
    policy_profiles: tuple[ProfileSettings, ProfileSettings, ProfileSettings]
    older: tuple[Condition, ...] = ()
    local_security: tuple[ConnectionRule, ...] = ()
    policy_security: tuple[ConnectionRule, ...] = ()

    @cached_property
    def _unmergeable(self) -> tuple[Condition, ...]:
        rules = self.policy_rules + self.mdm_rules
        return _bundled((*map(condition, rules), *self.older))

    @cached_property
    def _local(self) -> tuple[Condition, ...]:
        return _bundled(map(condition, self.local_rules))

    def conditions(self, profile: str) -> tuple[Condition, ...]:
        """The conditions of every rule that counts in ``profile``, from all stores."""
        merge = self.policy_profiles[PROFILES.index(profile)].local_rules_merge
        return self._unmergeable if merge is False else self._local + self._unmergeable

    def security(self, profile: str) -> tuple[ConnectionRule, ...]:
        """The connection security rules that count in ``profile``."""
        merge = self.policy_profiles[PROFILES.index(profile)].local_security_merge
        return self.policy_security if merge is False else self.local_security + self.policy_security


def _bundled(conditions: Iterable[Condition | None]) -> tuple[Condition, ...]:
    """The same conditions, those that differ in their remote addresses only put together: a ban list is one."""
    bundles: dict[object, tuple[Condition, list[tuple[str, ...] | None]]] = {}
    for one in conditions:
        if one is not None:
            key = (one.blocks, one.profiles, one.protocol, one.ports, one.rpc, one.interface_types, one.program,
                   one.service, one.local)  # fmt: skip
            bundles.setdefault(key, (one, []))[1].append(one.remote)
    return tuple(
        replace(one, remote=None if None in remotes else tuple(chain.from_iterable(filter(None, remotes))))
        for one, remotes in bundles.values()
    )


def read_profile(key: Key | None, *, is_policy: bool) -> ProfileSettings:
    """A profile's settings from its registry key; merge flags have a meaning only under Group Policy."""
    if key is None:
        return NOT_CONFIGURED

    def flag(name: str, key: Key = key) -> bool | None:
        number = key.dword(name)
        return None if number is None else bool(number)

    logging = key.subkeys.get("LOGGING", Key("Logging"))
    path = logging.get("LogFilePath")

    return ProfileSettings(
        enabled=flag("EnableFirewall"),
        block_inbound=flag("DefaultInboundAction"),
        shields_up=flag("DoNotAllowExceptions"),
        local_rules_merge=flag("AllowLocalPolicyMerge") if is_policy else None,
        local_security_merge=flag("AllowLocalIPsecPolicyMerge") if is_policy else None,
        stealth_off=flag("DisableStealthMode"),
        log_dropped=flag("LogDroppedPackets", logging),
        log_allowed=flag("LogSuccessfulConnections", logging),
        log_path=path.data if path is not None else None,
        log_kilobytes=logging.dword("LogFileSize"),
    )


def admitted(policy: Policy, profile: str, listener: Listener, network: Network) -> Addresses:
    """The remote addresses whose new inbound traffic reaches ``listener`` while ``profile`` is current."""
    index = PROFILES.index(profile)
    local, group = policy.local_profiles[index], policy.policy_profiles[index]
    enabled = group.enabled if group.enabled is not None else local.enabled
    if enabled is False:  # absent means on ([MS-FASP] <13>)
        return EVERYTHING
    if group.shields_up or local.shields_up:
        return NOTHING
    allowed: list[Interval] = []
    blocked: list[Interval] = []
    program = expand_path(listener.program)
    for rule in policy.conditions(profile):
        if _met(rule, profile, listener, program, network):
            (blocked if rule.blocks else allowed).extend(addresses_of(rule.remote, network))
    block_by_default = group.block_inbound if group.block_inbound is not None else local.block_inbound
    base = EVERYTHING if block_by_default is False else merged(allowed)
    return without(base, merged([*blocked, *must_authenticate(policy.security(profile), profile, listener, network)]))


def is_stealthy(policy: Policy, profile: str) -> bool:
    """Whether nothing is said of ports without a listener: while the firewall of the profile is on, unless
    DisableStealthMode ([MS-FASP] 2.2.37) is set; Group Policy decides where it configures that."""
    index = PROFILES.index(profile)
    local, group = policy.local_profiles[index], policy.policy_profiles[index]
    enabled = group.enabled if group.enabled is not None else local.enabled
    off = group.stealth_off if group.stealth_off is not None else local.stealth_off
    return enabled is not False and off is not True


@lru_cache(maxsize=32768)
def condition(rule: Rule) -> Condition | None:
    """A rule made ready for matching, or None when it can never touch new inbound lab traffic."""
    if not rule.active or not rule.inbound or rule.unknown or any(key in _NEVER_MET for key, _unused in rule.tokens):
        return None
    if rule.first("Action") == "ByPass":
        return None  # needs an authenticated peer, which lab traffic never is
    if rule.all("RPort") or rule.all("RPort2_10"):
        # A client's source port is ephemeral, so a rule on remote ports admits nothing a new client can rely on.
        return None
    protocol = rule.first("Protocol")
    program, service = rule.first("App"), rule.first("Svc")
    ports, rpc = _ports(rule)
    return Condition(
        blocks=rule.first("Action") == "Block",
        profiles=frozenset(rule.all("Profile") or PROFILES),
        protocol=None if protocol is None else int(protocol),
        ports=ports,
        rpc=rpc,
        interface_types=frozenset(rule.all("IFType")),
        program=None if program is None else expand_path(program),
        service=None if service is None else service.upper(),
        local=_address_tokens(rule, "LA4", "LA6"),
        remote=_address_tokens(rule, "RA4", "RA6"),
    )


def _ports(rule: Rule) -> tuple[tuple[Interval, ...] | None, frozenset[str]]:
    tokens = rule.all("LPort") + rule.all("LPort2_10") + rule.all("LPort2_20") + rule.all("LPort2_24")
    if not tokens:
        return None, frozenset()
    ports: list[Interval] = []
    rpc: set[str] = set()
    for token in tokens:
        low, dash, high = token.partition("-")
        if low.isdecimal() and (not dash or high.isdecimal()):
            ports.append((int(low), int(high if dash else low)))
        elif token.upper() == "RPC":
            rpc.add("dynamic")
        elif token.upper() == "RPC-EPMAP":
            rpc.add("epmap")
        # Teredo, IP-HTTPS, DHCP, mDNS and Ply2Disc name ports of Windows components the lab does not run.
    return tuple(ports), frozenset(rpc)


def expand_path(path: str) -> str:
    """A program path, upper-cased, with the well-known variables of a standard installation expanded."""
    text = path.upper()
    for name, value in _VARIABLES:
        text = text.replace(name, value)
    return ntpath.normpath(text)


_VARIABLES = (
    ("%SYSTEMROOT%", "C:\\WINDOWS"),
    ("%WINDIR%", "C:\\WINDOWS"),
    ("%PROGRAMFILES%", "C:\\PROGRAM FILES"),
    ("%PROGRAMFILES(X86)%", "C:\\PROGRAM FILES (X86)"),
    ("%COMMONPROGRAMFILES%", "C:\\PROGRAM FILES\\COMMON FILES"),
)


def _met(rule: Condition, profile: str, listener: Listener, program: str, network: Network) -> bool:
    """Everything but the remote address."""
    if profile not in rule.profiles or rule.protocol not in (None, listener.protocol):
        return False
    if rule.ports is not None and not (listener.rpc in rule.rpc or _covers(rule.ports, listener.port)):
        return False
    if rule.interface_types and network.interface_type not in rule.interface_types:
        return False
    if rule.program is not None and rule.program != program:
        return False
    if rule.service is not None and not (listener.service and rule.service in ("*", listener.service.upper())):
        return False
    return rule.local is None or contains(addresses_of(rule.local, network), listener.address)


def _covers(ports: tuple[Interval, ...], port: int) -> bool:
    return any(low <= port <= high for low, high in ports)


def _address_tokens(rule: Rule, key4: str, key6: str) -> tuple[str, ...] | None:
    """The IPv4 part of an address condition; None when there is no condition.

    A rule scoped to IPv6 addresses only matches no IPv4 traffic at all: an empty tuple.
    """
    return rule.all(key4) if rule.all(key4) or rule.all(key6) else None
