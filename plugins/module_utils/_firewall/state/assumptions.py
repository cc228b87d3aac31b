# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files that stand for a host do not say, and what is taken for it."""

from __future__ import annotations

from collections.abc import Iterable

from .registry_dump import RegistryDump, fold_key
from .snapshot import (
    AUTOMATIC,
    FILTERING_SERVICE,
    FIREWALL_SERVICE,
    GROUP_POLICY,
    LOCAL_POLICY,
    LOCAL_PROFILE_KEYS,
    MDM_POLICY,
    RUNNING,
    WINRM_LISTENERS,
    ServiceState,
)

OF_POLICY, OF_SERVICE, OF_PROFILES, OF_NAME = "Group Policy", "MpsSvc", "all local profiles", "the computer's name"
"""What decides most, by the names that reports have where it is in none of the files."""

_STOPPED = 1
_DISABLED = 4  # a service's start type
_NAME = "the firewall service (MpsSvc)"

NO_POLICY = "nothing is set by Group Policy"
UNNAMED = "the file was written by the computer that it is named after: the computer's name is not in it"

ABSENT = {
    FILTERING_SERVICE: "the Base Filtering Engine (BFE) is not disabled",
    WINRM_LISTENERS: "no WinRM listener is known",
    LOCAL_POLICY + r"\FirewallRules": "there is no local rule",
    **{
        rf"{LOCAL_POLICY}\{key}": f"the {profile.value} profile has Windows' defaults"
        for profile, key in LOCAL_PROFILE_KEYS.items()
    },
    GROUP_POLICY: NO_POLICY,
    MDM_POLICY: "nothing is set by mobile device management (MDM)",
}
"""Keys that need not be in the file, and what is assumed without them."""


def holds(keys: RegistryDump, key: str) -> bool:
    """Whether a key, or one below it, was read."""
    return keys.has(key) or any(keys.below(key))


def lists_no_policy(keys: RegistryDump, exported: bool) -> bool:
    """Whether it is told that Group Policy sets nothing: that the key above its own was read, and has it not.

    Args:
        keys: What one file holds.
        exported: Whether ``reg export`` wrote them, which takes a key with all below it, at any depth. ``reg query``
            lists the keys below another one. Of Windows there are always some: without one, the end is missing.
    """
    above = GROUP_POLICY.rpartition("\\")[0]
    if holds(keys, GROUP_POLICY):
        return False
    if exported and not keys.has(above):
        return False
    return any(exported or "\\" not in key[len(above) + 1 :] for key in keys.below(above))


def lacking(keys: RegistryDump, roots: Iterable[str], state: int | None) -> tuple[str, ...]:
    """Which of what decides most is in none of the files: ``Group Policy``, ``MpsSvc``, ``all local profiles``.

    Windows has a key for each local profile (all policies of ``tests/unit/files/registry``), and rules between them in
    the order of an export: where one is missing and another is there, what stood behind that one was cut off.

    Args:
        keys: What all files of the host hold.
        roots: Keys of which all is in a file that is on the host.
        state: The state of the firewall service, where a file has it.
    """
    tells_service = state is not None or keys.value(FIREWALL_SERVICE, "Start") is not None
    profiles = [holds(keys, rf"{LOCAL_POLICY}\{key}") for key in LOCAL_PROFILE_KEYS.values()]
    found = {
        OF_POLICY: _knows(keys, roots, GROUP_POLICY),
        OF_SERVICE: tells_service,
        OF_PROFILES: all(profiles) or not any(profiles),
    }
    return tuple(name for name, known in found.items() if not known)


def absent(keys: RegistryDump, roots: Iterable[str]) -> list[str]:
    """A sentence, without a full stop, about each key that is in none of the files."""
    roots = tuple(roots)
    return [f"{text}: its key is not in the file" for key, text in ABSENT.items() if not _knows(keys, roots, key)]


def service_of(keys: RegistryDump, state: int | None) -> tuple[ServiceState, tuple[str, ...]]:
    """The firewall service, and a sentence about what is assumed of it; none where a file has its state."""
    value = keys.value(FIREWALL_SERVICE, "Start")
    start = value.number() if value else None
    if state is not None:
        return ServiceState(state, start), ()
    if value is None:
        return ServiceState(RUNNING, AUTOMATIC), (f"{_NAME} runs and starts automatically: its key is not in the file",)
    filtering = keys.value(FILTERING_SERVICE, "Start")
    if start == AUTOMATIC and filtering and filtering.number() == _DISABLED:
        told = f"{_NAME} does not run: the Base Filtering Engine (BFE), which it needs, is disabled"
        return ServiceState(_STOPPED, start), (told,)
    if start == AUTOMATIC:
        return ServiceState(RUNNING, start), (f"{_NAME} runs, since it starts automatically",)
    told = f"{_NAME} does not run, since it does not start automatically (start type {start}, 2 would be automatic)"
    return ServiceState(_STOPPED, start), (told,)


def _knows(keys: RegistryDump, roots: Iterable[str], key: str) -> bool:
    """Whether the files tell what is in a key, be it that there is none."""
    if any(fold_key(f"{key}\\").startswith(fold_key(f"{root}\\")) for root in roots):
        return True
    # Group Policy's keys with nothing in any of them are what lists of keys have (reg query without /s): what they hold
    # was not read. PolicyVersion stands in the key itself, which such a list shows, as does an export that was cut off
    # behind it.
    return any(map(keys.values, keys.below(key))) if key == GROUP_POLICY else holds(keys, key)
