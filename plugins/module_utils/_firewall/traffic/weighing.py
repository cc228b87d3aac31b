# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of a host make of some traffic in one profile: blocks first, then what lets it through, then why not.

Only the worst that any part of the traffic meets counts, so nothing is worked out that could not change it: a ban list
or a port range may hold thousands of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..._net.region import Region, common, remainder, union
from ..state.older import PORT_LIST, PROGRAM_LIST
from ..state.profiles import ProfileState
from ..state.rule import Action, Direction, FirewallRule, Profile, Store
from .authenticated import needing_ipsec
from .matching import LISTENER, Match, Traffic, is_plainly_for_others, names_ports, ports_of
from .proportion import Except, blocked_addresses, told
from .reasons import SEVERITY, Reason, Status
from .rule_names import label, named

LONGEST_LIST = 8
"""Boxes, ports and addresses of each that a text spells; the rest is counted."""

_ENOUGH = 16  # boxes that are worked out where only a text and the rules near them are wanted


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of some traffic in one profile.

    Attributes:
        profile: The profile.
        status: The worst that any part of the traffic meets.
        reason: Why, for that part.
        by: Names of the rules, the first three, or of the settings that decide it.
        more: How many more rules there are.
        part: The part of the traffic that the status is about, such as ``57502-65535 from any``; empty if it is all. A
            long one is cut: what is spelled is certain, and ``and 7 more`` counts the rest.
        unprotected: Whether the firewall of the profile is off, so that everything else gets through as well.
        excepted: A few blocked addresses that it leaves out; None where there are none.
    """

    profile: Profile
    status: Status
    reason: Reason
    by: tuple[str, ...] = ()
    part: str = ""
    unprotected: bool = False
    more: int = 0
    excepted: Except | None = None


def judge_rules(traffic: Traffic, state: ProfileState, matches: Sequence[Match]) -> Verdict:
    """Judge one profile that filters, given how all rules meet the traffic, disabled ones too.

    Args:
        traffic: The traffic.
        state: The profile.
        matches: Every bundle of rules that meets it.
    """
    return _Weighing(traffic, state, matches).verdict()


def possibly_open(state: ProfileState, matches: Sequence[Match]) -> dict[str, Region]:
    """What each rule of a profile may let through, however its words and conditions turn out, by the rule's label.

    Args:
        state: The profile.
        matches: Every bundle of rules that meets the traffic.
    """
    found: dict[str, Region] = {}
    for one in matches:
        if takes_part(one.rule, state) and one.rule.action is not Action.BLOCK:
            name = label(one.rule)
            found[name] = union([found.get(name, Region()), one.possible])
    return found


class _Weighing:
    """One profile's verdict in the making: what is left to judge, and the worst so far."""

    def __init__(self, traffic: Traffic, state: ProfileState, matches: Sequence[Match]) -> None:
        self._traffic = traffic
        self._state = state
        self._matches = matches
        self._whole = self._rest = traffic.region
        self._worst: Verdict | None = None
        taking_part = [found for found in matches if takes_part(found.rule, state)]
        self._blocks = [found for found in taking_part if found.rule.action is Action.BLOCK or _may_block(found.rule)]
        allows = [found for found in taking_part if found.rule.action is Action.ALLOW and not found.rule.opaque]
        self._doubtful = [found for found in allows if unmerged(found.rule, state)]
        self._allows = [found for found in allows if not unmerged(found.rule, state)]
        self._conditional = [
            found for found in self._allows if found.exact and found.limits and set(found.limits) <= LISTENER
        ]

    def verdict(self) -> Verdict:
        """Go through blocks, allow rules, the default, program rules and older lists, in this order."""
        certain = [found for found in self._blocks if found.certain]
        blocks = self._blocks  # all of them, and where those are too many, the certain ones
        blocked = blocked_addresses(self._traffic, [found.possible for found in blocks]) if blocks else None
        if blocked is not None:
            self._blocks = []
        elif certain:
            blocks = certain
            blocked = blocked_addresses(self._traffic, [found.certain for found in blocks])
        if blocked is None:
            return self._blocked(certain) if certain else self._without_blocks()
        self._whole = self._rest = Region.of(self._traffic.ports, self._traffic.remote - blocked)
        verdict = self._without_blocks()
        return verdict if verdict.status is Status.CLOSED else replace(verdict, excepted=told(blocked, blocks))

    def _without_blocks(self) -> Verdict:
        self._allowed()
        if not self._rest and self._worst:
            return self._worst
        self._by_default()
        exact = [found.exact for found in self._conditional]
        self._let_through(Status.CONDITIONAL, Reason.PROGRAM_RULE, exact, self._conditional)
        self._older_lists()
        if self._rest:
            reason, near = _why_closed(self._traffic, self._matches, self._state, self._rest)
            self._settle(Status.CLOSED, reason, self._rest, near)
        if not self._worst:
            raise AssertionError("a region is settled in full: what nothing else decides is closed")
        return self._worst

    def _blocked(self, blocks: list[Match]) -> Verdict:
        whole = any(found.certain.covers(self._rest) for found in blocks)
        part = Region() if whole else union(found.certain for found in blocks[:_ENOUGH])
        if len(blocks) <= _ENOUGH and not whole and not remainder(self._rest, [part], 1):
            part = Region()
        text = part.spelled(LONGEST_LIST) + ("; and more" if part and len(blocks) > _ENOUGH else "")
        names, more = named(blocks, self._traffic)
        return Verdict(self._state.profile, Status.CLOSED, Reason.BLOCK_RULE, names, text, more=more)

    def _allowed(self) -> None:
        """What rules let through that depend on nothing."""
        certain = [found for found in self._allows if found.certain]
        areas = [found.certain for found in certain]
        whole = next((area for area in areas if area.covers(self._rest)), None)
        self._let_through(Status.OPEN, Reason.RULE, [whole] if whole else areas, certain)

    def _by_default(self) -> None:
        """What the profile's default lets through."""
        inbound = self._traffic.direction is Direction.IN
        if not self._rest or (self._state.inbound_block if inbound else self._state.outbound_block):
            return
        area, secure = needing_ipsec(self._allows, self._conditional, self._rest)
        self._settle(Status.UNKNOWN, Reason.NEEDS_IPSEC, area, secure)
        self._rest -= area
        self._let_through(Status.OPEN, Reason.DEFAULT_ALLOW, [self._rest], [])

    def _older_lists(self) -> None:
        """What rules and lists may let through that Group Policy may ignore, or that nobody interprets."""
        settings = [f"{name} (Group Policy)" for name in self._state.unmerged]
        area = common([self._rest], [found.possible for found in self._doubtful])
        self._settle(Status.UNKNOWN, Reason.OLDER_LIST, area, [], settings)
        self._rest -= area
        if self._rest and self._state.older_lists:
            self._settle(Status.UNKNOWN, Reason.OLDER_LIST, self._rest, [], self._state.older_lists)
            self._rest = Region()

    def _let_through(self, status: Status, reason: Reason, areas: Sequence[Region], by: Sequence[Match]) -> None:
        """Judge what is let through in some areas, but for what a block may stop that nobody can be sure of."""
        if not self._rest or not areas:
            return
        possible = [found.possible for found in self._blocks]
        if possible and not self._is_settled(Status.UNKNOWN):
            passing = areas if len(areas) == 1 else [common([self._rest], areas)]
            doubt = common([self._rest & passing[0]], possible, _ENOUGH)
            stopping = [found for found in self._blocks if doubt.overlaps(found.possible)]
            self._settle(Status.UNKNOWN, Reason.POSSIBLE_BLOCK, doubt, stopping)
        if not self._is_settled(status):
            area = common([self._rest], areas, _ENOUGH)
            settings = [f"{self._state.profile.value} profile"] if reason is Reason.DEFAULT_ALLOW else []
            self._settle(status, reason, area, by, settings)
        self._rest = remainder(self._rest, areas, None if self._can_be_rescued() else _ENOUGH)

    def _can_be_rescued(self) -> bool:
        """Whether anything beside allow rules may let the rest through; if not, some of what is closed is enough."""
        inbound = self._traffic.direction is Direction.IN
        blocked = self._state.inbound_block if inbound else self._state.outbound_block
        return bool(not blocked or self._doubtful or self._state.older_lists or self._conditional)

    def _is_settled(self, status: Status) -> bool:
        return self._worst is not None and SEVERITY[status] <= SEVERITY[self._worst.status]

    def _settle(
        self, status: Status, reason: Reason, part: Region, by: Sequence[Match], settings: Iterable[str] = ()
    ) -> None:
        """Note the verdict of a part. Only the worst counts, the first of equals."""
        if not part or self._is_settled(status):
            return
        about = _same_ports(self._traffic, part) if reason is Reason.NARROWER_SCOPE else part
        names, more = named(by, self._traffic, about)
        whole = not part.cut and (part.covers(self._whole) or not remainder(self._whole, [part], 1))
        text = "" if whole else part.spelled(LONGEST_LIST)
        self._worst = Verdict(self._state.profile, status, reason, (*names, *settings), text, more=more)


def _why_closed(
    traffic: Traffic, matches: Iterable[Match], state: ProfileState, rest: Region
) -> tuple[Reason, list[Match]]:
    """Why nothing lets the rest through: the rules that nearly do, the nearest kind first."""
    near: dict[Reason, list[Match]] = {}
    same_ports = _same_ports(traffic, rest)
    for found in matches:
        rule = found.rule
        if rule.action is Action.BLOCK or (rule.action is not Action.ALLOW and not rule.opaque):
            continue
        obstacle = _obstacle(found, state)
        if _means_others(found, obstacle, traffic):
            continue
        # A rule that lets other addresses in on the same ports is too narrow, though it is not about the rest. What a
        # keyword such as RPC stands for is not known, and a rule is no reason for being about it.
        area = found.possible if rule.opaque or not rule.port_words else found.exact
        if area.overlaps(same_ports if obstacle is Reason.NARROWER_SCOPE else rest):
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


def _same_ports(traffic: Traffic, part: Region) -> Region:
    """The ports of a part, for every address: what a rule that is too narrow there is about."""
    return union(Region.of(ports, traffic.remote) for ports, _addresses in part.boxes)


def _means_others(found: Match, obstacle: Reason, traffic: Traffic) -> bool:
    """Whether a rule is no reason, because even without its obstacle it would be for something else.

    Of the stock rules of Windows most are: for packages, for one program on any port, switched off.
    """
    rule = found.rule
    if is_plainly_for_others(rule, traffic):
        return True
    if rule.opaque:
        # It may do anything, but somebody who wrote other ports into it hardly meant these.
        asked = ports_of(rule, traffic.direction).overlaps(traffic.ports)
        return not rule.enabled or (names_ports(rule, traffic.direction) and not asked)
    if obstacle is Reason.DISABLED and not names_ports(rule, traffic.direction):
        return True
    if obstacle not in (Reason.DISABLED, Reason.OTHER_PROFILE):
        return False
    # Where it is not known who listens, a program rule is one that may be about anybody.
    return bool(found.limits) and not (traffic.listeners and set(found.limits) <= LISTENER)


def takes_part(rule: FirewallRule, state: ProfileState) -> bool:
    """Whether a rule counts in a profile at all.

    Args:
        rule: The rule.
        state: The profile.
    """
    if _is_local(rule) and not state.local_rules:
        return False
    return rule.enabled and (bool(rule.opaque) or state.profile in rule.profiles)


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
    return Reason.NARROWER_SCOPE if set(found.limits) <= LISTENER else Reason.OTHER_CONDITION


def _may_block(rule: FirewallRule) -> bool:
    """An opaque rule may block unless its action was read and is another."""
    return bool(rule.opaque) and rule.action is None


def unmerged(rule: FirewallRule, state: ProfileState) -> bool:
    """Whether Group Policy may ignore a local rule for its kind; arguments as in `takes_part`.

    [MS-FASP] 2.2.38 speaks of port rules and of application rules of the local store without saying exactly which rules
    those are, so every one with a program, or without one, is in doubt.
    """
    return _is_local(rule) and (PROGRAM_LIST if rule.program else PORT_LIST) in state.unmerged


def _is_local(rule: FirewallRule) -> bool:
    return rule.store is Store.LOCAL
