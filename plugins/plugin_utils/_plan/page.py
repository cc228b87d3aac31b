# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan tells whoever approves it, in the words of both its pages."""

from __future__ import annotations

from .approved import SHOWN
from .build import foreign_rules
from .model import EstatePlan, PlanHost, PlanState, Work

_WELL = "was changed, read again and is as it should be"
_HOW = (
    "A plan that could close something on a host is armed with a rollback first: if no new connection comes through, "
    "the host restores itself.",
    "A host whose plan is no longer the one in this file, because it or its variables changed since, is left alone and "
    "named. So is one that is connected to at another address, or where more would be cut than stands here.",
)
IN_ORDER = "It is done in the order in which it stands here."
APPROVAL = ("Approved by", "Date and time", "Change", "Digest that was approved (first 12 digits)")
LEFT_ALONE = "Hosts that are not changed"
DOOMED = "Hosts that fail although they are changed"
STOPS = (
    "A remediation stops at the end of their batch, and hosts of later batches get nothing. See to what is named here "
    "first, or have the run go on: make a new plan with lync_firewall_on_ineffective: warn."
)


ROLLBACK = "Which hosts are armed with a rollback"
RANGES = "Addresses of the block rules"


def how(plan: EstatePlan) -> tuple[str, ...]:
    """How a plan is carried out."""
    begins = (
        f"unless more than {plan.most_failing:g} % of the hosts of the last failed. A host that did not fail {_WELL}"
        if plan.most_failing
        else f"only when every host of the last {_WELL}"
    )
    return (f"Batch by batch: the next one begins {begins}.", *_HOW)


def not_touched(plan: EstatePlan) -> tuple[str, ...]:
    """What a plan leaves as it is, but for the groups of Windows that it switches."""
    switched = dict.fromkeys(name for host in plan.of(PlanState.CHANGE) for name in host.work.switched)
    but = f", but for the rules of the groups that it switches on or off ({'; '.join(switched)})" if switched else ""
    return (
        f"Rules of anybody else, Lync's own and Windows' own among them{but}, and what Group Policy sets. After the "
        "work the fingerprints below are compared.",
        f"Traffic that no rule of ours{', no such group' if switched else ''} and no setting above is about.",
    )


def sections(work: Work) -> list[tuple[str, tuple[str, ...], str]]:
    """What is done, in the order of the commands, and what is to be known of it: headings, sentences, and how grave."""
    found = [
        ("In use, and would be cut", work.impact, "warning"),
        ("What the run warns of", work.warnings, "warning"),
        ("The Windows Firewall service", work.service, ""),
        ("New rules that let in or out", work.opens, ""),
        ("New rules that block", work.blocks, ""),
        ("Groups of Windows that are switched on", work.groups_on, ""),
        ("Rules that are changed", work.changes, ""),
        ("Rules of ours that are taken away (what others let in as well stays open)", work.closes, ""),
        ("Groups of Windows that are switched off (what others let in as well stays open)", work.groups_off, ""),
        ("Settings of the profiles", work.settings, ""),
        ("Left undone, because it is not ours to do", work.refused, "warning"),
        ("What undoing does not bring back", work.losses, "warning"),
    ]
    return [section for section in found if section[1]]


def rollback_lines(plan: EstatePlan) -> list[tuple[str, str]]:
    """Hosts that are changed, by whether they are armed with a rollback and why: their names, and a sentence."""
    found: dict[tuple[bool, int, tuple[str, ...]], list[str]] = {}
    for host in plan.of(PlanState.CHANGE):
        found.setdefault((host.work.armed, host.work.minutes, host.work.armed_why), []).append(host.name)
    armed_first = sorted(found.items(), key=lambda item: not item[0][0])
    return [
        (", ".join(names), ": ".join(filter(None, (_armed(minutes) if armed else "not armed", "; ".join(why)))))
        for (armed, minutes, why), names in armed_first
    ]


def _armed(minutes: int) -> str:
    return f"armed, restores itself after {minutes} minutes" if minutes else "armed"


def foreign_line(host: PlanHost) -> str:
    """The fingerprint of what is not ours on a host; empty where it was not read."""
    rules = foreign_rules(host)
    if rules is None or not host.foreign:
        return ""
    fingerprint = str(host.foreign["sha256"])[:SHOWN]
    return f"{host.name}: {rules} rule{'' if rules == 1 else 's'} of others, fingerprint {fingerprint}"
