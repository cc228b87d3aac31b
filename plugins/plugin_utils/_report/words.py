# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts, reasons and classes in words for a person, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A reason in words.

    Attributes:
        short: A few words, for lists and filters.
        meaning: One sentence: what it means for the traffic.
        advice: One sentence: what to do.
    """

    short: str
    meaning: str
    advice: str = ""


_REMEDIATE = "Run the remediation. What it would send is listed for each host."

REASONS: dict[str, Words] = {
    "rule": Words("a rule", "A rule lets it through."),
    "default_allow": Words("allowed by default", "The profile lets through whatever no rule forbids."),
    "firewall_off": Words(
        "firewall off",
        "The firewall of the profile is off, so this and everything else gets through.",
        "Switch the profile on once the rules are in place (firewall_enabled: true).",
    ),
    "program_rule": Words(
        "only one program",
        "A rule lets it through for one program or service only, as Lync's own rules do.",
        "Nothing, if that program is the one that listens. A managed rule makes it certain.",
    ),
    "service_not_running": Words(
        "service not running",
        "The Windows Firewall service does not run; what then filters, if anything, is not documented.",
        "Have the service started (firewall_service: started) and audit again.",
    ),
    "other_firewall": Words(
        "another firewall",
        "Another product filters in place of Windows Firewall; its rules cannot be read.",
        "Ask whoever runs that product to let the ports through.",
    ),
    "possible_block": Words(
        "possibly blocked",
        "A block rule that cannot be fully interpreted may apply.",
        "Look at the named rule, and narrow it or switch it off.",
    ),
    "older_list": Words(
        "older policy list",
        "An exception list of older Group Policy templates takes part, which rules alone do not decide.",
        "Move the list's entries into firewall rules of the Group Policy.",
    ),
    "no_rule": Words("no rule", "No rule lets it through.", _REMEDIATE),
    "disabled": Words("rule disabled", "The only rule that would let it through is switched off.", _REMEDIATE),
    "other_profile": Words(
        "other profile", "A rule lets it through in another profile only, not in this one.", _REMEDIATE
    ),
    "narrower_scope": Words("scope too narrow", "A rule lets it through for some addresses or ports only.", _REMEDIATE),
    "needs_ipsec": Words("only with IPsec", "A rule lets it through for authenticated connections only.", _REMEDIATE),
    "other_condition": Words("further conditions", "A rule lets it through under further conditions only.", _REMEDIATE),
    "opaque": Words("rule not understood", "The only rule that may let it through cannot be interpreted.", _REMEDIATE),
    "block_rule": Words(
        "block rule",
        "A block rule beats every allow rule, the managed ones included.",
        "Switch the named rule off, or narrow it, where it is made. Rules of others are never touched here.",
    ),
    "local_rules_ignored": Words(
        "Group Policy ignores local rules",
        "Group Policy forbids local rules in this profile, the managed ones included.",
        "Let local rules merge, or put the rules into that policy: the playbook gpo.yml writes what it needs.",
    ),
    "shields_up": Words(
        "shields up",
        "The profile blocks all inbound connections, whatever the rules say.",
        "Allow exceptions again in the profile.",
    ),
}

VERDICTS: dict[str, str] = {
    "open": "gets through",
    "conditional": "gets through for one program or service only",
    "unknown": "cannot be told",
    "closed": "does not get through, at least in part",
}

CLASSES: dict[str, str] = {
    "compliant": "All managed rules are in place and no requirement is closed.",
    "ineffective": "All managed rules are in place, but something that is not ours to mend keeps a requirement closed, "
    "or another firewall filters.",
    "drifted": "The host differs from what its roles need. The remediation mends it.",
    "failed": "The host was not audited, or the task on it failed. Nothing can be said of its ports.",
    "unreachable": "No connection to the host. Nothing can be said of its ports.",
    "not_managed": "The table asks for no rule on this host.",
}


def reason_words(reason: str) -> Words:
    """A reason in words; one that this table does not know yet speaks for itself."""
    plain = reason.replace("_", " ")
    return REASONS.get(reason) or Words(plain, f"The reason is: {plain}.")
