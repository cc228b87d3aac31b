# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic and a Snapshot to verdicts: does it get through in effect, and if not, why.

Precedence is [MS-FASP] 2.2.34: authenticated bypass, block, allow, then the profile's default. Order and specificity of
rules do not matter. Bypass needs authentication that nobody here can promise, so it never opens anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..._net.effort import TooComplex, limited
from ..state.profiles import ProfileState
from ..state.rule import Direction, protocol_name
from ..state.snapshot import Snapshot
from .matching import Match, Traffic
from .reasons import SEVERITY, Reason, Status
from .rule_index import RuleIndex
from .rule_names import MOST_NAMED, named
from .weighing import LONGEST_LIST, Verdict, judge_rules

__all__ = ["Verdict", "describe", "judge", "worst"]


def judge(traffic: Traffic, snapshot: Snapshot, index: RuleIndex | None = None) -> tuple[Verdict, ...]:
    """Judge traffic in each of its profiles.

    Args:
        traffic: The traffic.
        snapshot: The host.
        index: Its rules; worth making once where much traffic is judged.

    Returns:
        One verdict a profile, in the order domain, private, public. Traffic that is for nobody has nothing that a rule
        could keep out.
    """
    if not traffic.remote:
        states = [state for state in snapshot.profiles if state.profile in traffic.profiles]
        return tuple(_of_nobody(traffic, snapshot, state) for state in states)
    index = index or RuleIndex(snapshot.rules)
    matches = index.matches(traffic)
    judged: dict[tuple[object, ...], Verdict] = {}
    verdicts = []
    for state in snapshot.profiles:
        if state.profile not in traffic.profiles:
            continue
        verdict = _without_rules(traffic, snapshot, state)
        if not verdict:
            # Profiles with equal settings, in which the same rules take part, share a verdict.
            blocked = state.inbound_block if traffic.direction is Direction.IN else state.outbound_block
            alike = (
                blocked or state.profile,  # the default has the profile's name
                state.local_rules,
                state.older_lists,
                state.unmerged,
                tuple(state.profile in found.rule.profiles for found in matches),
            )
            verdict = judged.get(alike)
            verdict = replace(verdict, profile=state.profile) if verdict else _by_rules(traffic, state, matches, index)
            judged[alike] = verdict
        verdicts.append(verdict)
    return tuple(verdicts)


def _of_nobody(traffic: Traffic, snapshot: Snapshot, state: ProfileState) -> Verdict:
    found = _without_rules(traffic, snapshot, state)
    return found if found and found.status is not Status.CLOSED else Verdict(state.profile, Status.OPEN, Reason.NOBODY)


def _by_rules(traffic: Traffic, state: ProfileState, matches: Sequence[Match], index: RuleIndex) -> Verdict:
    try:
        with limited(index.effort):
            return judge_rules(traffic, state, matches)
    except TooComplex:
        names, more = named(matches, traffic)
        return Verdict(state.profile, Status.UNKNOWN, Reason.TOO_MANY_RULES, names, more=more)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that matters most: the worst, and of equals one that leaves addresses out, or the first."""
    return max(verdicts, key=lambda verdict: (SEVERITY[verdict.status], verdict.excepted is not None))


def describe(traffic: Traffic) -> str:
    """Traffic in a few words: ``in tcp 5061 from any``, or ``in tcp 5061 at 10.0.0.9 from any``."""
    side = "from" if traffic.direction is Direction.IN else "to"
    ports, remote = traffic.ports.spelled(LONGEST_LIST), traffic.remote.spelled(LONGEST_LIST)
    local = "" if traffic.local.is_any else f" at {traffic.local.spelled(LONGEST_LIST)}"
    return f"{traffic.direction.value} {protocol_name(traffic.protocol)} {ports}{local} {side} {remote}"


def _without_rules(traffic: Traffic, snapshot: Snapshot, state: ProfileState) -> Verdict | None:
    """The verdict where no rule takes part; None where rules decide."""
    profile = state.profile
    if not snapshot.service.running:
        # Microsoft does not support a stopped MpsSvc ("Windows Firewall overview", Disable Windows Firewall), and what
        # then filters, if anything, is not documented.
        return Verdict(profile, Status.UNKNOWN, Reason.SERVICE_NOT_RUNNING, ("MpsSvc",))
    if snapshot.other_firewall:
        return Verdict(profile, Status.UNKNOWN, Reason.OTHER_FIREWALL, (snapshot.other_firewall,))
    if not state.enabled:
        return Verdict(profile, Status.OPEN, Reason.FIREWALL_OFF, (f"{profile.value} profile",), unprotected=True)
    inbound = traffic.direction is Direction.IN
    if inbound and state.shields_up:
        return Verdict(profile, Status.CLOSED, Reason.SHIELDS_UP, (f"{profile.value} profile",))
    # [MS-FASP] 2.2.52: what a peer does not authenticate is dropped, whatever firewall rules let through.
    requiring = state.requires_ipsec if inbound else state.requires_ipsec_outbound
    if requiring:
        names = requiring[:MOST_NAMED]
        return Verdict(profile, Status.UNKNOWN, Reason.NEEDS_IPSEC, names, more=len(requiring) - len(names))
    return None
