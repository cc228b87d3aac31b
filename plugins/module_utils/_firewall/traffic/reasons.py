# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict can be, and why: each reason is a member of `Reason` with all its texts in `TEXTS`, and nowhere else.

Results and reports hold the values; messages, the fleet table and the report's page take their words from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(str, Enum):
    """Whether traffic gets through, worst last. Values and order are those of docs/report-schema-3.json."""

    OPEN = "open"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    CLOSED = "closed"


SEVERITY: dict[Status, int] = {status: number for number, status in enumerate(Status)}
"""How bad each status is; the worst has the highest number."""


class Reason(str, Enum):
    """Why traffic has its status. What each means to a person is in `TEXTS`."""

    RULE = "rule"
    DEFAULT_ALLOW = "default_allow"
    FIREWALL_OFF = "firewall_off"
    NOBODY = "nobody"
    PROGRAM_RULE = "program_rule"
    SERVICE_NOT_RUNNING = "service_not_running"
    OTHER_FIREWALL = "other_firewall"
    POSSIBLE_BLOCK = "possible_block"
    OLDER_LIST = "older_list"
    NO_RULE = "no_rule"
    DISABLED = "disabled"
    OTHER_PROFILE = "other_profile"
    NARROWER_SCOPE = "narrower_scope"
    NEEDS_IPSEC = "needs_ipsec"
    OTHER_CONDITION = "other_condition"
    TOO_MANY_RULES = "too_many_rules"
    OPAQUE = "opaque"
    BLOCK_RULE = "block_rule"
    LOCAL_RULES_IGNORED = "local_rules_ignored"
    SHIELDS_UP = "shields_up"


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason in words.

    Attributes:
        clause: Links traffic and names in a message: ``... is closed in the domain profile: <clause> 'a rule'``.
        short: A few words, for lists and filters.
        meaning: One sentence: what it means for the traffic.
        advice: One sentence: what to do; empty where there is nothing to do.
        remedy: What corrects it on one host, for the end of a message, with ``{profile}`` and what the profile does
            ``{outbound}``, in netsh's words; empty where a run of this collection corrects it.
    """

    clause: str
    short: str
    meaning: str
    advice: str = ""
    remedy: str = ""


_REMEDIATE = "Run the remediation. What it would send is listed for each host."

TEXTS: dict[Reason, ReasonText] = {
    Reason.RULE: ReasonText(
        clause="by",
        short="a rule",
        meaning="A rule lets it through.",
    ),
    Reason.DEFAULT_ALLOW: ReasonText(
        clause="allowed by default in the",
        short="allowed by default",
        meaning="The profile lets through whatever no rule forbids.",
    ),
    Reason.FIREWALL_OFF: ReasonText(
        clause="the firewall is off, everything gets in, in the",
        short="firewall off",
        meaning="The firewall of the profile is off, so this and everything else gets through.",
        advice="Switch the profile on once the rules are in place (firewall_enabled: enabled).",
    ),
    Reason.NOBODY: ReasonText(
        clause="for nobody",
        short="for nobody",
        meaning="There is nobody who should get in here, so nobody is kept out by mistake, and no rule is made for it.",
    ),
    Reason.PROGRAM_RULE: ReasonText(
        clause="only for the program or service of",
        short="only one program",
        meaning="A rule lets it through for one program or service only, as Lync's own rules do.",
        advice="Nothing, if that program is the one that listens. A managed rule makes it certain.",
    ),
    Reason.SERVICE_NOT_RUNNING: ReasonText(
        clause="the firewall service is not running:",
        short="service not running",
        meaning="The Windows Firewall service does not run; what then filters, if anything, is not documented.",
        advice="Have the service started (firewall_service: started) and audit again.",
    ),
    Reason.OTHER_FIREWALL: ReasonText(
        clause="another firewall filters in place of Windows Firewall, and nobody here knows its rules:",
        short="another firewall",
        meaning="Another product filters in place of Windows Firewall; its rules cannot be read.",
        advice="Ask whoever runs that product to let the ports through.",
    ),
    Reason.POSSIBLE_BLOCK: ReasonText(
        clause="it may be blocked by",
        short="possibly blocked",
        meaning="A block rule that cannot be fully interpreted may apply.",
        advice="Look at the named rule, and narrow it or switch it off.",
    ),
    Reason.OLDER_LIST: ReasonText(
        clause="not decided by rules alone, there is also",
        short="older policy list",
        meaning="An exception list of older Group Policy templates takes part, which rules alone do not decide.",
        advice="Move the list's entries into firewall rules of the Group Policy.",
    ),
    Reason.NO_RULE: ReasonText(
        clause="no rule lets it through",
        short="no rule",
        meaning="No rule lets it through.",
        advice=_REMEDIATE,
    ),
    Reason.DISABLED: ReasonText(
        clause="only by a disabled rule,",
        short="rule disabled",
        meaning="The only rule that would let it through is switched off.",
        advice=_REMEDIATE,
    ),
    Reason.OTHER_PROFILE: ReasonText(
        clause="only in another profile, by",
        short="other profile",
        meaning="A rule lets it through in another profile only, not in this one.",
        advice=_REMEDIATE,
    ),
    Reason.NARROWER_SCOPE: ReasonText(
        clause="only for some addresses or ports, by",
        short="scope too narrow",
        meaning="A rule lets it through for some addresses or ports only.",
        advice=_REMEDIATE,
    ),
    Reason.NEEDS_IPSEC: ReasonText(
        clause="only with IPsec, by",
        short="only with IPsec",
        meaning="A rule lets it through for authenticated connections only.",
        advice=_REMEDIATE,
    ),
    Reason.OTHER_CONDITION: ReasonText(
        clause="only under further conditions, by",
        short="further conditions",
        meaning="A rule lets it through under further conditions only.",
        advice=_REMEDIATE,
    ),
    Reason.TOO_MANY_RULES: ReasonText(
        clause="too many rules that overlap each other, such as",
        short="too many rules",
        meaning="The host has so many overlapping rules for these ports that what they do together was not worked out.",
        advice="Find out who makes them. No administrator or product is known to.",
        remedy="delete rules that nobody needs, where they are made",
    ),
    Reason.OPAQUE: ReasonText(
        clause="no rule that can be interpreted; there is",
        short="rule not understood",
        meaning="The only rule that may let it through cannot be interpreted.",
        advice=_REMEDIATE,
    ),
    Reason.BLOCK_RULE: ReasonText(
        clause="blocked by",
        short="block rule",
        meaning="A block rule beats every allow rule, the managed ones included.",
        advice="Switch the named rule off, or narrow it, where it is made. Rules of others are never touched here.",
        remedy="switch the block rule off where it is made: Group Policy, MDM or, for a built-in rule, the console",
    ),
    Reason.LOCAL_RULES_IGNORED: ReasonText(
        clause="Group Policy ignores local rules, such as",
        short="Group Policy ignores local rules",
        meaning="Group Policy forbids local rules in this profile, the managed ones included.",
        advice="Let local rules merge, or put the rules into that policy: lyncops.firewall.gpo writes what it needs.",
        remedy="let local rules merge in the Group Policy of this profile, or put these rules into that policy",
    ),
    Reason.SHIELDS_UP: ReasonText(
        clause="all exceptions are switched off in the",
        short="shields up",
        meaning="The profile blocks all inbound connections, whatever the rules say.",
        advice="Allow exceptions again in the profile.",
        remedy="netsh advfirewall set {profile}profile firewallpolicy blockinbound,{outbound}",
    ),
}
"""Every reason in words."""


BLOCK_LIST_REMEDY = (
    "take the addresses that belong here off the list that blocks them, where it is made; do not switch the list off"
)
"""In place of the remedy for a block rule, where it blocks some addresses only, as brute-force protection does."""


def short_form(reason: str) -> str:
    """A reason of a result in a few words; one that this version does not know speaks for itself.

    Args:
        reason: The value of a `Reason`, or of one that a newer version returned.
    """
    try:
        return TEXTS[Reason(reason)].short
    except ValueError:
        return reason.replace("_", " ")
