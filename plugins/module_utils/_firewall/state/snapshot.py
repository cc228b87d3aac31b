# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry keys and values to a Snapshot: one host's firewall, from all stores."""

from __future__ import annotations

from dataclasses import dataclass

from .ipsec import RULES as IPSEC_RULES
from .ipsec import requiring_rules
from .logging import NOT_LOGGED, ProfileLog, read_log_settings
from .older import older_lists, unmerged_lists
from .registry_dump import RegistryDump
from .rule import Direction, FirewallRule, Profile, Store
from .unread_rule import read_rule

LOCAL_POLICY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP_POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
MDM_POLICY = LOCAL_POLICY + r"\Mdm"
SERVICES = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
FIREWALL_SERVICE = SERVICES + r"\MpsSvc"
FILTERING_SERVICE = SERVICES + r"\BFE"
LOCAL_IPSEC_RULES = rf"{LOCAL_POLICY}\{IPSEC_RULES}"
WINRM_LISTENERS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener"

LOCAL_PROFILE_KEYS = {
    Profile.DOMAIN: "DomainProfile",
    Profile.PRIVATE: "StandardProfile",  # its name since Windows XP, as public registry hives show
    Profile.PUBLIC: "PublicProfile",
}
_POLICY_PROFILE_KEYS = {
    Profile.DOMAIN: "DomainProfile",
    Profile.PRIVATE: "PrivateProfile",
    Profile.PUBLIC: "PublicProfile",
}

RUNNING = 4
"""Service state number of ``sc query``: 1 stopped, 2 start pending, 3 stop pending, 4 running, 7 paused."""

AUTOMATIC = 2
"""``Start`` value of a service: 2 automatic, 3 manual, 4 disabled."""


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """One profile's switches as one store configures them; None where the store says nothing.

    Attributes:
        enabled: ``EnableFirewall``.
        inbound_block: ``DefaultInboundAction``: what no rule matches is blocked.
        outbound_block: ``DefaultOutboundAction``.
        shields_up: ``DoNotAllowExceptions``: every allow rule is ignored.
        local_rules: ``AllowLocalPolicyMerge``; has a meaning under policy keys only.
    """

    enabled: bool | None = None
    inbound_block: bool | None = None
    outbound_block: bool | None = None
    shields_up: bool | None = None
    local_rules: bool | None = None


@dataclass(frozen=True, slots=True)
class ProfileState:
    """One profile: what is configured where, and what is in effect.

    Group Policy wins for everything but shields-up, where "on" from either side wins; what neither configures has
    Windows' default: on, inbound blocked, outbound allowed, local rules merged ([MS-FASP] 2.2.38 and note 13).

    Attributes:
        profile: The profile.
        local: What the local store says.
        policy: What Group Policy says.
        older_lists: Names of lists and settings from the time of Windows XP that are in use here. They may open ports
            beside the rules, and are not interpreted.
        requires_ipsec: Names of connection security rules that require IPsec of inbound traffic here, whatever firewall
            rules say.
        requires_ipsec_outbound: The same of outbound traffic.
        unmerged: ``GloballyOpenPorts`` or ``AuthorizedApplications`` where Group Policy says that local rules of that
            kind are ignored (``AllowUserPrefMerge`` = 0, [MS-GPFAS] 2.2.3.11 and 2.2.3.12).
        log: What is written into the firewall's log.
    """

    profile: Profile
    local: ProfileSettings = ProfileSettings()
    policy: ProfileSettings = ProfileSettings()
    older_lists: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()
    requires_ipsec: tuple[str, ...] = ()
    requires_ipsec_outbound: tuple[str, ...] = ()
    log: ProfileLog = NOT_LOGGED

    @property
    def enabled(self) -> bool:
        """Whether the firewall filters in this profile."""
        return _first(self.policy.enabled, self.local.enabled, True)

    @property
    def inbound_block(self) -> bool:
        """Whether inbound traffic that no rule matches is blocked."""
        return _first(self.policy.inbound_block, self.local.inbound_block, True)

    @property
    def outbound_block(self) -> bool:
        """Whether outbound traffic that no rule matches is blocked."""
        return _first(self.policy.outbound_block, self.local.outbound_block, False)

    @property
    def shields_up(self) -> bool:
        """Whether all allow rules are ignored."""
        return bool(self.policy.shields_up or self.local.shields_up)

    @property
    def local_rules(self) -> bool:
        """Whether rules of the local store take part; only Group Policy can say no."""
        return _first(self.policy.local_rules, None, True)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The Windows Firewall service.

    Attributes:
        state: Number of ``sc query``; None where the service could not be asked.
        start: ``Start`` value; None where it could not be read.
    """

    state: int | None = None
    start: int | None = None

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self.state == RUNNING

    @property
    def automatic(self) -> bool:
        """Whether it starts with Windows."""
        return self.start == AUTOMATIC


@dataclass(frozen=True, slots=True)
class WinrmListener:
    """One WinRM listener of the host: a port that our own connection may need."""

    port: int
    transport: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The firewall of one host.

    Attributes:
        profiles: The three profiles, in the order domain, private, public.
        rules: Rules of all stores, also those that cannot be interpreted, sorted by store and id.
        service: The firewall service (MpsSvc).
        filtering_start: ``Start`` value of the Base Filtering Engine, which the service needs.
        listeners: WinRM listeners.
        programs: Short name, in lower case, and program path of services; none unless they were read.
        rollback_pending: A run of this collection has armed a rollback and not yet disarmed it.
        other_firewall: The product that filters in place of Windows Firewall, if there is one and it was read.
        missing: Path of the program that was looked for and is not there; empty where it is, or none was.
    """

    profiles: tuple[ProfileState, ...]
    rules: tuple[FirewallRule, ...]
    service: ServiceState
    filtering_start: int | None = None
    listeners: tuple[WinrmListener, ...] = ()
    programs: tuple[tuple[str, str], ...] = ()
    rollback_pending: bool = False
    other_firewall: str = ""
    missing: str = ""

    def local_rules(self) -> tuple[FirewallRule, ...]:
        """Rules of the local store, the only ones netsh changes here."""
        return tuple(rule for rule in self.rules if rule.store is Store.LOCAL)


def build_snapshot(dump: RegistryDump, service_state: int | None) -> Snapshot:
    """Build the snapshot from a host's registry keys.

    Args:
        dump: All keys read.
        service_state: State number of MpsSvc.
    """
    start = dump.value(FIREWALL_SERVICE, "Start")
    filtering = dump.value(FILTERING_SERVICE, "Start")
    rules = [
        read_rule(value.name, value.data, store, value.doubts)
        for store, key in ((Store.LOCAL, LOCAL_POLICY), (Store.GROUP_POLICY, GROUP_POLICY), (Store.MDM, MDM_POLICY))
        for value in sorted(dump.values(key + r"\FirewallRules"), key=lambda value: value.name)
        if value.type == "REG_SZ"  # the key's empty (Default) is no rule, and nothing else is one either
        and value.data
    ]
    return Snapshot(
        profiles=tuple(
            ProfileState(
                profile,
                _settings(dump, rf"{LOCAL_POLICY}\{LOCAL_PROFILE_KEYS[profile]}", merges=False),
                _settings(dump, _policy_profile_key(dump, profile), merges=True),
                older_lists(dump, rf"{LOCAL_POLICY}\{LOCAL_PROFILE_KEYS[profile]}", "local")
                + older_lists(dump, _policy_profile_key(dump, profile), "Group Policy"),
                unmerged_lists(dump, _policy_profile_key(dump, profile)),
                _requires_ipsec(dump, profile, Direction.IN),
                _requires_ipsec(dump, profile, Direction.OUT),
                ProfileLog(
                    read_log_settings(dump, rf"{LOCAL_POLICY}\{LOCAL_PROFILE_KEYS[profile]}"),
                    read_log_settings(dump, _policy_profile_key(dump, profile)),
                ),
            )
            for profile in Profile
        ),
        rules=tuple(rules),
        service=ServiceState(service_state, start.number() if start else None),
        filtering_start=filtering.number() if filtering else None,
        listeners=_listeners(dump),
    )


def _policy_profile_key(dump: RegistryDump, profile: Profile) -> str:
    """[MS-GPFAS] 2.2.3: StandardProfile stands for private and public where neither has a key of its own."""
    own = rf"{GROUP_POLICY}\{_POLICY_PROFILE_KEYS[profile]}"
    newer = any(dump.has(rf"{GROUP_POLICY}\{name}") for name in ("PrivateProfile", "PublicProfile"))
    return own if newer or profile is Profile.DOMAIN else GROUP_POLICY + r"\StandardProfile"


def _requires_ipsec(dump: RegistryDump, profile: Profile, direction: Direction) -> tuple[str, ...]:
    """Local rules do not count where Group Policy says so, [MS-GPFAS] 2.2.3.14."""
    merge = dump.value(_policy_profile_key(dump, profile), "AllowLocalIPsecPolicyMerge")
    local = (
        () if merge and merge.number() == 0 else requiring_rules(dump, LOCAL_POLICY, profile, Store.LOCAL, direction)
    )
    return (
        *local,
        *requiring_rules(dump, GROUP_POLICY, profile, Store.GROUP_POLICY, direction),
        *requiring_rules(dump, MDM_POLICY, profile, Store.MDM, direction),
    )


def _settings(dump: RegistryDump, key: str, merges: bool) -> ProfileSettings:
    def flag(name: str) -> bool | None:
        value = dump.value(key, name)
        number = value.number() if value else None
        return None if number is None else number != 0

    return ProfileSettings(
        enabled=flag("EnableFirewall"),
        inbound_block=flag("DefaultInboundAction"),
        outbound_block=flag("DefaultOutboundAction"),
        shields_up=flag("DoNotAllowExceptions"),
        local_rules=flag("AllowLocalPolicyMerge") if merges else None,
    )


def _listeners(dump: RegistryDump) -> tuple[WinrmListener, ...]:
    """Listener keys are named ``Address+Transport``, such as ``*+HTTP``; ``enabled`` and ``Port`` are DWORDs."""
    found = []
    for key in dump.below(WINRM_LISTENERS):
        port = dump.value(key, "Port")
        enabled = dump.value(key, "enabled")
        number = port.number() if port else None
        if number is not None:
            transport = key.rsplit("+", 1)[-1]
            found.append(WinrmListener(number, transport, enabled is None or enabled.number() != 0))
    return tuple(sorted(found, key=lambda listener: (listener.port, listener.transport)))


def _first(policy: bool | None, local: bool | None, default: bool) -> bool:
    """The first that is configured."""
    if policy is not None:
        return policy
    return default if local is None else local
