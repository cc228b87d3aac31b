# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the firewall profiles: what differs from what is wanted, and what Group Policy decides instead.

What counts is what is in effect: where Group Policy says it already, nothing is written ([MS-FASP] 2.2.38).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..state.profiles import ProfileSettings, ProfileState
from ..state.rule import Profile, same_path
from ..state.snapshot import Snapshot

TERMS = {
    "enabled": "state",
    "inbound_block": "inbound_action",
    "outbound_block": "outbound_action",
    "log_dropped": "log_dropped",
    "log_allowed": "log_allowed",
    "log_file": "log_file",
    "log_size": "log_size",
    "notifications": "notifications",
    "unicast_response": "unicast_response",
}
"""Fields of `ProfileSettings` that can be set, each with the option that sets it."""

_VALUES = {
    "enabled": "EnableFirewall",
    "inbound_block": "DefaultInboundAction",
    "outbound_block": "DefaultOutboundAction",
    "log_dropped": "LogDroppedPackets",
    "log_allowed": "LogSuccessfulConnections",
    "log_file": "LogFilePath",
    "log_size": "LogFileSize",
    "notifications": "DisableNotifications",
    "unicast_response": "DisableUnicastResponsesToMulticastBroadcast",
}
"""[MS-GPFAS] 2.2.3."""

_ACTIONS = ("inbound_block", "outbound_block")
_EITHER = ("log_dropped", "log_allowed")  # "on" from either store wins


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What the local store is to say of one profile.

    Attributes:
        profile: The profile.
        before: What it says, Windows' defaults where it says nothing: netsh cannot unset a local setting.
        after: What it is to say.
    """

    profile: Profile
    before: ProfileSettings
    after: ProfileSettings

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ."""
        return tuple(name for name in TERMS if getattr(self.before, name) != getattr(self.after, name))

    @property
    def opens(self) -> bool:
        """Whether everybody gets in afterwards: the firewall is off there, or what no rule names is let in."""
        off = self.before.enabled is not False and self.after.enabled is False
        allows = self.before.inbound_block is not False and self.after.inbound_block is False
        return off or allows

    @property
    def reversed(self) -> ProfileChange:
        """What takes it back."""
        return ProfileChange(self.profile, self.after, self.before)

    @property
    def steps(self) -> tuple[ProfileChange, ...]:
        """The same one by one: of what netsh sets at once, the two default actions, one step."""
        fields = [name for name in self.fields if name not in _ACTIONS]
        groups = [(name,) for name in fields] + ([_ACTIONS] if len(fields) < len(self.fields) else [])
        return tuple(
            replace(self, after=replace(self.before, **{name: getattr(self.after, name) for name in names}))
            for names in groups
        )

    @property
    def said(self) -> str:
        """What differs, in the options' words: before and after."""
        return ", ".join(
            f"{TERMS[name]}: {word(name, getattr(self.before, name))} -> {word(name, getattr(self.after, name))}"
            for name in self.fields
        )


def word(name: str, value: Any) -> Any:
    """A value as the option has it.

    Args:
        name: Field of `ProfileSettings`.
        value: Its value.
    """
    if name == "enabled":
        return "enabled" if value else "disabled"
    if name in ("inbound_block", "outbound_block"):
        return "block" if value else "allow"
    return str(value).lower() if isinstance(value, bool) else value


def plan_profile_changes(
    wanted: Iterable[tuple[Profile, ProfileSettings]], snapshot: Snapshot
) -> tuple[tuple[ProfileChange, ...], tuple[tuple[str, str], ...]]:
    """Compare settings with what is wanted.

    Args:
        wanted: Profiles, and what is wanted of them; what is None is left alone. That a firewall is to be switched on
            is not looked at: that is done last, when all else is in place.
        snapshot: The host.

    Returns:
        The changes, and what is refused: the setting, and why.
    """
    states = {state.profile: state for state in snapshot.profiles}
    changes: list[ProfileChange] = []
    refused: list[tuple[str, str]] = []
    for profile, settings in wanted:
        state = states[profile]
        values: dict[str, Any] = {}
        for name, term in TERMS.items():
            value = getattr(settings, name)
            if (
                value is None
                or (name == "enabled" and value)
                or same_setting(name, getattr(state.effective, name), value)
            ):
                continue
            if _is_policys(state, name, value):
                refused.append((f"{profile.value} profile, {term}", _POLICY.format(value=_VALUES[name])))
            else:
                values[name] = value
        before = state.configured
        change = ProfileChange(profile, before, replace(before, **values))
        if before.shields_up and not change.after.inbound_block and set(_ACTIONS) & values.keys():
            refused.append(
                (f"{profile.value} profile, {TERMS[_ACTIONS[0]]}", _SHIELDS_UP.format(profile=profile.value))
            )
            change = replace(change, after=replace(change.after, **{name: getattr(before, name) for name in _ACTIONS}))
        if change.fields:
            changes.append(change)
    return tuple(changes), tuple(refused)


_POLICY = (
    "Group Policy decides this setting ({value}), and a local one has no effect; change it there, or leave it out of "
    "profile_settings"
)


_SHIELDS_UP = (
    "all exceptions are switched off in this profile (DoNotAllowExceptions), and netsh would switch them on again with "
    "it. Decide that by hand first: netsh advfirewall set {profile}profile firewallpolicy blockinbound,allowoutbound"
)


def _is_policys(state: ProfileState, name: str, value: Any) -> bool:
    said = getattr(state.policy, name)
    return bool(said and not value) if name in _EITHER else said is not None


def same_setting(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a setting mean the same: of a path, however it is spelt.

    Args:
        name: Field of `ProfileSettings`.
        one: A value.
        other: Another.
    """
    return same_path(one) == same_path(other) if name == "log_file" else bool(one == other)
