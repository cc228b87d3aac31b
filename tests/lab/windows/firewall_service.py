# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MpsSvc, the Windows Firewall service: what is enforced now, as opposed to what stands in the registry.

The service reads its stores when it starts. Rules changed through it (netsh) take effect at once, are written to
the registry and raise the change counter `SharedAccess\\Epoch`. Anybody else's writes to its registry keys stand
there without effect until the service or the host restarts. A stopped service filters nothing here; that state is
documented as not supported.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lab.windows.connection_security import ConnectionRule, read_connection_rules
from lab.windows.older_policy import older_conditions
from lab.windows.policy import NOT_CONFIGURED, PROFILES, Condition, Policy, ProfileSettings, read_profile
from lab.windows.registry import Key, Registry
from lab.windows.rules import Rule, RuleError, parse_rule, rule_text

SHARED_ACCESS = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess"
LOCAL_STORE = SHARED_ACCESS + r"\Parameters\FirewallPolicy"
GROUP_POLICY_STORE = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"

# The private profile is called StandardProfile in the local store.
LOCAL_PROFILE_KEYS = {"Domain": "DomainProfile", "Private": "StandardProfile", "Public": "PublicProfile"}


@dataclass(frozen=True)
class StoredRule:
    """A rule with the name of the registry value that holds it."""

    rule_id: str
    rule: Rule


class FirewallService:
    """The firewall of one host.

    ``on_change`` is called after everything that can change what gets in.
    """

    def __init__(self, registry: Registry, on_change: Callable[[], None]) -> None:
        self._registry = registry
        self._on_change = on_change
        self._running = False
        self._local: list[StoredRule] = []
        self._policy: Policy | None = None
        self._mdm: tuple[Rule, ...] = ()
        self._group: tuple[Rule, ...] = ()
        self._group_profiles: tuple[ProfileSettings, ...] = (NOT_CONFIGURED,) * 3
        self._local_profiles: tuple[ProfileSettings, ...] = (NOT_CONFIGURED,) * 3
        self._older: tuple[Condition, ...] = ()
        self._local_security: tuple[ConnectionRule, ...] = ()
        self._group_security: tuple[ConnectionRule, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the service runs; if not, nothing is filtered and netsh cannot work."""
        return self._running

    @property
    def rules(self) -> tuple[StoredRule, ...]:
        """The local rules that are in force or could be (disabled ones too)."""
        return tuple(self._local)

    @property
    def policy(self) -> Policy | None:
        """What is enforced, or None while the service does not run."""
        if not self._running:
            return None
        if self._policy is None:
            local, group = self._local_profiles, self._group_profiles
            self._policy = Policy(
                local_rules=tuple(stored.rule for stored in self._local),
                policy_rules=self._group,
                mdm_rules=self._mdm,
                local_profiles=(local[0], local[1], local[2]),
                policy_profiles=(group[0], group[1], group[2]),
                older=self._older,
                local_security=self._local_security,
                policy_security=self._group_security,
            )
        return self._policy

    def start(self) -> None:
        """Read all stores and begin to filter."""
        self._local = _read_rules(self._registry.find(LOCAL_STORE + r"\FirewallRules"))
        mdm = _read_rules(self._registry.find(LOCAL_STORE + r"\Mdm\FirewallRules"))
        self._mdm = tuple(stored.rule for stored in mdm)
        self._local_security = read_connection_rules(self._registry.find(LOCAL_STORE + r"\ConSecRules"))
        self._read_group_policy()
        self._local_profiles = tuple(
            read_profile(self._registry.find(f"{LOCAL_STORE}\\{LOCAL_PROFILE_KEYS[name]}"), is_policy=False)
            for name in PROFILES
        )
        self._running = True
        self._changed()

    def stop(self) -> None:
        """Stop filtering."""
        self._running = False
        self._changed()

    def refresh_group_policy(self) -> None:
        """What a Group Policy refresh (gpupdate) brings about: read the policy store again."""
        self._read_group_policy()
        self._changed()

    def add(self, rule: Rule) -> StoredRule:
        """Store a new rule under a fresh id; a rule of the same name may well exist already."""
        stored = StoredRule("{" + str(uuid.uuid4()).upper() + "}", rule)
        self._local.append(stored)
        self._write(stored)
        self._bump()
        return stored

    def change(self, stored: StoredRule, rule: Rule) -> None:
        """Replace a rule in place; it keeps its id and its place."""
        changed = replace(stored, rule=rule)
        self._local[self._local.index(stored)] = changed
        self._write(changed)
        self._bump()

    def remove(self, stored: StoredRule) -> None:
        """Delete a rule."""
        self._local.remove(stored)
        key = self._registry.create(LOCAL_STORE + r"\FirewallRules")
        key.values.pop(stored.rule_id.upper(), None)
        self._bump()

    def set_profile(self, profile: str, values: Mapping[str, int]) -> None:
        """Write DWORD settings of one profile (Domain, Private, Public) and put them into force."""
        key = self._registry.create(f"{LOCAL_STORE}\\{LOCAL_PROFILE_KEYS[profile]}")
        set_alone = Key(profile)
        for name, number in values.items():
            key.set_dword(name, number)
            set_alone.set_dword(name, number)
        self._put_into_force(profile, set_alone)

    def set_logging(self, profile: str, values: Mapping[str, int | str]) -> None:
        """Write settings of a profile's log, texts as REG_EXPAND_SZ, and put them into force."""
        key = self._registry.create(f"{LOCAL_STORE}\\{LOCAL_PROFILE_KEYS[profile]}\\Logging")
        set_alone = Key(profile, subkeys={"LOGGING": Key("Logging")})
        for name, value in values.items():
            for each in (key, set_alone.subkeys["LOGGING"]):
                if isinstance(value, int):
                    each.set_dword(name, value)
                else:
                    each.set(name, "REG_EXPAND_SZ", value)
        self._put_into_force(profile, set_alone)

    def _put_into_force(self, profile: str, set_alone: Key) -> None:
        """Only what was set through the service takes effect; what somebody wrote beside it does not."""
        index = PROFILES.index(profile)
        changes = {name: new for name, new in vars(read_profile(set_alone, is_policy=False)).items() if new is not None}
        profiles = list(self._local_profiles)
        profiles[index] = replace(profiles[index], **changes)
        self._local_profiles = tuple(profiles)
        self._bump()

    def _read_group_policy(self) -> None:
        registry = self._registry
        self._group = tuple(
            stored.rule for stored in _read_rules(registry.find(GROUP_POLICY_STORE + r"\FirewallRules"))
        )
        keys = {
            name: registry.find(f"{GROUP_POLICY_STORE}\\{name}Profile")
            for name in ("Domain", "Private", "Public", "Standard")
        }
        if keys["Private"] is None and keys["Public"] is None:
            # [MS-GPFAS] 2.2.3: StandardProfile applies to both, but only where neither has a key of its own.
            keys["Private"] = keys["Public"] = keys["Standard"]
        self._group_profiles = tuple(read_profile(keys[name], is_policy=True) for name in PROFILES)
        self._older = tuple(found for name in PROFILES for found in older_conditions(keys[name], name))
        self._group_security = read_connection_rules(registry.find(GROUP_POLICY_STORE + r"\ConSecRules"))

    def _write(self, stored: StoredRule) -> None:
        key = self._registry.create(LOCAL_STORE + r"\FirewallRules")
        key.set(stored.rule_id, "REG_SZ", rule_text(stored.rule))

    def _bump(self) -> None:
        key = self._registry.create(SHARED_ACCESS + r"\Epoch")
        key.set_dword("Epoch", (key.dword("Epoch") or 0) + 1)
        self._changed()

    def _changed(self) -> None:
        self._policy = None
        self._on_change()


def _read_rules(key: Key | None) -> list[StoredRule]:
    rules: list[StoredRule] = []
    for value in key.values.values() if key else ():
        try:
            rules.append(StoredRule(value.name, parse_rule(value.data)))
        except RuleError:
            continue  # the service logs and ignores what it cannot read; the value stays in the registry
    return rules
