# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mends a finding that a host's own plan does not: foreign rules and settings, which only their owner may change.

Rule names on a host are hostile. A command is offered only where pasting it into a console is safe and netsh would take
the name for what it is; otherwise a sentence says where to look.
"""

from __future__ import annotations

import re

from ...module_utils._firewall.change.netsh import can_name_rule
from .model import Finding

_ELSEWHERE = "Switch the block rule off where it is made: Group Policy, MDM or, for a built-in rule, the console."
_MERGE = "Let local rules merge in the Group Policy of this profile, or put these rules into that policy."
_PROFILE = re.compile(r"(domain|private|public) profile")
# How the engine marks the name of a rule that is not in the local store (`matching.label`).
_NOT_LOCAL = (" (group policy)", " (mdm)")
_LONGEST_NAME = 250  # with the words around it, well within what a console line holds


def remedy(finding: Finding) -> str:
    """The one command, or the place, that mends what this collection may not touch; empty where there is none."""
    if finding.reason == "block_rule":
        if not finding.by or not all(_is_sayable(name) for name in finding.by):
            return _ELSEWHERE
        return " & ".join(f'netsh advfirewall firewall set rule name="{name}" new enable=no' for name in finding.by)
    if finding.reason == "local_rules_ignored":
        return _MERGE
    if finding.reason == "shields_up":
        profiles = [found[1] for name in finding.by if (found := _PROFILE.fullmatch(name))]
        return " & ".join(
            f"netsh advfirewall set {profile}profile firewallpolicy blockinbound,allowoutbound" for profile in profiles
        )
    return ""


def _is_sayable(name: str) -> bool:
    return can_name_rule(name) and len(name) <= _LONGEST_NAME and not name.endswith(_NOT_LOCAL)
