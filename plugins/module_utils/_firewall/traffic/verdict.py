# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic and a Snapshot to verdicts: does it get through in effect, and if not, why.

Precedence is [MS-FASP] 2.2.34: authenticated bypass, block, allow, then the profile's default. Order and specificity of
rules do not matter. Bypass needs authentication that nobody here can promise, so it never opens anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..._net.region import Region, union
from ..state.older import PORT_LIST, PROGRAM_LIST
from ..state.rule import Action, Direction, FirewallRule, Profile, Store, protocol_name
from ..state.snapshot import ProfileState, Snapshot
from .matching import Match, RuleIndex, Traffic, label, match
from .reasons import SEVERITY, Reason, Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of some traffic in one profile.

    Attributes:
        profile: The profile.
        status: The worst that any part of the traffic meets.
        reason: Why, for that part.
        by: Names of the rules, or of the settings, that decide it.
        part: The part of the traffic that the status is about, such as ``57502-65535 from any``; empty if it is all.
        unprotected: Whether the firewall of the profile is off, so that everything else gets through as well.
    """

    profile: Profile
    status: Status
    reason: Reason
    by: tuple[str, ...] = ()
    part: str = ""
    unprotected: bool = False


def judge(traffic: Traffic, snapshot: Snapshot, index: RuleIndex | None = None) -> tuple[Verdict, ...]:
    """Judge traffic in each of its profiles.

    Args:
        traffic: The traffic.
        snapshot: The host.
        index: Its rules; worth making once where much traffic is judged.

    Returns:
        One verdict a profile, in the order domain, private, public.
    """
    near = (index or RuleIndex(snapshot.rules)).near(traffic)
    matches = [found for rule in near if (found := match(rule, traffic))]
    return tuple(
        _judge_profile(traffic, snapshot, state, matches)
        for state in snapshot.profiles
        if state.profile in traffic.profiles
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that matters most; the first of equals."""
    return max(verdicts, key=lambda verdict: SEVERITY[verdict.status])


def describe(traffic: Traffic) -> str:
    """Traffic in a few words: ``in tcp 5061 from any``."""
    side = "from" if traffic.direction is Direction.IN else "to"
    return f"{traffic.direction.value} {protocol_name(traffic.protocol)} {traffic.ports} {side} {traffic.remote}"


def _judge_profile(traffic: Traffic, snapshot: Snapshot, state: ProfileState, matches: Sequence[Match]) -> Verdict:
    """Judge one profile, given the matches of all rules, disabled ones too."""
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
    if inbound and (state.shields_up or state.requires_ipsec):
        return _stopped_inbound(state)
    taking_part = [
        found
        for found in matches
        if (found.rule.enabled or found.rule.opaque)
        and (profile in found.rule.profiles or found.rule.opaque)
        and (state.local_rules or not _is_local(found.rule))
    ]
    verdicts: list[Verdict] = []
    rest = traffic.region

    def settle(status: Status, reason: Reason, area: Region, by: Sequence[Match | str]) -> None:
        """Judge the part of what is left that lies in an area."""
        nonlocal rest
        part = rest & area
        if not part:
            return
        # Only the worst counts, the first of equals, and spelling out a part of a large policy is what takes time.
        if not verdicts or SEVERITY[status] > SEVERITY[verdicts[-1].status]:
            names = tuple(dict.fromkeys(label(item.rule) if isinstance(item, Match) else item for item in by))
            whole = not traffic.region - part
            verdicts.append(Verdict(profile, status, reason, names, "" if whole else str(part)))
        rest -= area

    def let_through(status: Status, reason: Reason, area: Region, by: Sequence[Match | str]) -> None:
        """Judge what is let through in an area, but for what a block may stop that nobody can be sure of."""
        passing = rest & area
        stopping = [found for found in blocks if passing.overlaps(found.possible)]
        settle(Status.UNKNOWN, Reason.POSSIBLE_BLOCK, passing & union(found.possible for found in stopping), stopping)
        settle(status, reason, area, by)

    blocks = [found for found in taking_part if found.rule.action is Action.BLOCK or _may_block(found.rule)]
    certain_blocks = [found for found in blocks if found.certain]
    settle(Status.CLOSED, Reason.BLOCK_RULE, union(found.certain for found in certain_blocks), certain_blocks)
    allows = [found for found in taking_part if found.rule.action is Action.ALLOW and not found.rule.opaque]
    doubtful = [found for found in allows if _unmerged(found.rule, state)]
    allows = [found for found in allows if not _unmerged(found.rule, state)]
    certain_allows = [found for found in allows if rest.overlaps(found.certain)]
    if not blocks and any(found.certain == rest for found in certain_allows):  # the usual open port, without arithmetic
        names = tuple(dict.fromkeys(label(found.rule) for found in certain_allows))
        return Verdict(profile, Status.OPEN, Reason.RULE, names)
    let_through(Status.OPEN, Reason.RULE, union(found.certain for found in certain_allows), certain_allows)
    if not rest:
        return verdicts[-1]
    if not (state.inbound_block if inbound else state.outbound_block):
        # [MS-FASP] 2.2.35 AUTHENTICATE: what matches such a rule "is allowed only if it has been authenticated by
        # IPsec; otherwise, traffic is blocked", so the default may not be what decides.
        secure = [found for found in allows if "ipsec" in found.limits and rest.overlaps(found.possible)]
        settle(Status.UNKNOWN, Reason.NEEDS_IPSEC, union(found.possible for found in secure), secure)
        let_through(Status.OPEN, Reason.DEFAULT_ALLOW, rest, [f"{profile.value} profile"])
    conditional = [
        found
        for found in allows
        if found.limits and set(found.limits) <= {"program", "service"} and rest.overlaps(found.exact)
    ]
    let_through(Status.CONDITIONAL, Reason.PROGRAM_RULE, union(found.exact for found in conditional), conditional)
    area = union(found.possible for found in doubtful)
    settle(Status.UNKNOWN, Reason.OLDER_LIST, area, [f"{name} (Group Policy)" for name in state.unmerged])
    if rest and state.older_lists:
        settle(Status.UNKNOWN, Reason.OLDER_LIST, rest, state.older_lists)
    if rest and not (verdicts and verdicts[-1].status is Status.CLOSED):
        reason, by = _why_closed(traffic, matches, state, rest)
        settle(Status.CLOSED, reason, rest, by)
    return verdicts[-1]


def _stopped_inbound(state: ProfileState) -> Verdict:
    """The verdict where something else than firewall rules stops inbound traffic, or may."""
    if state.shields_up:
        return Verdict(state.profile, Status.CLOSED, Reason.SHIELDS_UP, (f"{state.profile.value} profile",))
    # [MS-FASP] 2.2.52: what a peer does not authenticate is dropped, whatever firewall rules let through.
    return Verdict(state.profile, Status.UNKNOWN, Reason.NEEDS_IPSEC, state.requires_ipsec)


def _why_closed(
    traffic: Traffic, matches: Iterable[Match], state: ProfileState, rest: Region
) -> tuple[Reason, list[Match | str]]:
    """Why nothing lets the rest through: the rules that nearly do, the nearest kind first."""
    near: dict[Reason, list[Match | str]] = {}
    same_ports = union(Region.of(ports, traffic.remote) for ports, _addresses in rest.boxes)
    for found in matches:
        rule = found.rule
        if rule.action is Action.BLOCK or (rule.action is not Action.ALLOW and not rule.opaque):
            continue
        obstacle = _obstacle(found, state)
        if obstacle in (Reason.DISABLED, Reason.OTHER_PROFILE) and found.limits:
            continue  # even without that it would be for one program only, or the like, and most such rules are
        # A rule that lets other addresses in on the same ports is too narrow, though it is not about the rest.
        if found.possible.overlaps(same_ports if obstacle is Reason.NARROWER_SCOPE else rest):
            near.setdefault(obstacle, []).append(found)
    for reason in (
        Reason.LOCAL_RULES_IGNORED,
        Reason.DISABLED,
        Reason.NARROWER_SCOPE,
        Reason.OTHER_PROFILE,
        Reason.NEEDS_IPSEC,
        Reason.OTHER_CONDITION,
        Reason.OPAQUE,
    ):
        if reason in near:
            return reason, near[reason]
    return Reason.NO_RULE, []


def _obstacle(found: Match, state: ProfileState) -> Reason:
    rule = found.rule
    if rule.opaque:
        return Reason.OPAQUE
    if not rule.enabled:
        return Reason.DISABLED
    if _is_local(rule) and not state.local_rules:
        return Reason.LOCAL_RULES_IGNORED
    if state.profile not in rule.profiles:
        return Reason.OTHER_PROFILE
    if "ipsec" in found.limits:
        return Reason.NEEDS_IPSEC
    return Reason.OTHER_CONDITION if found.limits else Reason.NARROWER_SCOPE


def _may_block(rule: FirewallRule) -> bool:
    """An opaque rule may block unless its action was read and is another."""
    return bool(rule.opaque) and rule.action is None


def _unmerged(rule: FirewallRule, state: ProfileState) -> bool:
    """Whether Group Policy may ignore a local rule for its kind.

    [MS-FASP] 2.2.38 speaks of port rules and of application rules of the local store without saying exactly which rules
    those are, so every one with a program, or without one, is in doubt.
    """
    return _is_local(rule) and (PROGRAM_LIST if rule.program else PORT_LIST) in state.unmerged


def _is_local(rule: FirewallRule) -> bool:
    return rule.store is Store.LOCAL
