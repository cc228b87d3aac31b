# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lockout guard: whether the host admits WinRM before, during and after a plan.

Pure; it works on what was read from the host's registry and on the properties of our own connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..._net.address_set import AddressSet
from ..._net.region import Region, union
from ..._texts import said
from ..state.profiles import ProfileState
from ..state.rule import Action, FirewallRule, Profile
from ..state.snapshot import RUNNING, ServiceState, Snapshot
from ..traffic.matching import Traffic, match
from ..traffic.reasons import Reason, Status
from ..traffic.rule_index import RuleIndex
from ..traffic.rule_names import MOST_NAMED, label
from ..traffic.verdict import describe, judge
from ..traffic.weighing import Verdict, possibly_open, takes_part
from .arrival import UNKNOWN, Arrival, with_subnet
from .backwards import blocks_left_behind, left_behind, unrestorable
from .coverage import allows
from .guard_words import ADMITS, ALONE, listed, sentence_of, way_out
from .management import ManagementConnection, arriving_ports, winrm_traffic
from .plan import Plan, closing
from .prediction import begin_inbound, predict

_STARTED = "once the firewall service is started with today's rules"
_AFTER = "after the plan"
_TOO_EARLY = (
    ". No rule can be written before the service runs. What would admit it: a rule of Group Policy, or starting the "
    "service at the console; or leave firewall_service unmanaged"
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the guard has to say about a plan.

    Attributes:
        objections: Why the host might not admit WinRM any more, each with the rule, port, address, profile and remedy;
            any of it stops the plan.
        warnings: What would be closed to WinRM where it is not known, or not the case, that we arrive there.
    """

    objections: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def assess(
    connection: ManagementConnection,
    plan: Plan,
    before: Snapshot,
    arrives: Arrival = UNKNOWN,
    confirmed: bool = True,
    ports: Iterable[int] = (),
    local: AddressSet | None = None,
) -> Assessment:
    """Check three times that WinRM is admitted: as things are, after MpsSvc is started, after the plan.

    What decides is the profile of the network that our connection arrives through. Another profile that would be closed
    is a warning. Where the host cannot tell its networks, as Windows Server 2008 R2 cannot, a plan that leaves WinRM
    open in some profile goes ahead with a warning, if it is commit-confirmed; but not where that needs MpsSvc stopped
    again, which no undo does. A profile in which WinRM is closed today and stays closed says nothing: we are connected
    through another one; unless a rule that may be what lets us in today would go. Connection security rules that
    require IPsec in a profile that filters already are met: the connection works with them.

    Args:
        connection: The connection the plan is sent over.
        plan: What would be done.
        before: The host as it is.
        arrives: What is known of the network that the connection arrives through.
        confirmed: Whether the plan is commit-confirmed: the host restores itself if we are cut off.
        ports: The ports of the host of which one is that of our connection (`arriving_ports`); by default those that
            follow from the listeners of the host. Each has to be admitted.
        local: The address of the host that our connection ends on (`arriving_address`); None where it may be any. It
            counts where rules are bound to addresses of the host, as on an Edge Server: one that is bound to another
            address neither admits us nor keeps us out.
    """
    before = replace(
        before,
        rules=tuple(with_subnet(rule, arrives.subnets) for rule in before.rules),
        profiles=tuple(_as_met_today(state, before, arrives) for state in before.profiles),
    )
    ports = ports or arriving_ports(connection, before.listeners)
    at = local if _are_bound(before.rules, plan) else None
    traffics = [winrm_traffic(connection, port, at) for port in sorted(ports)]
    candidates = [_Port(traffic, plan, before, arrives, confirmed) for traffic in traffics]
    # Where all profiles filter, a port that is closed in all of them is not the one that we are connected to.
    found = [port.assess() for port in [port for port in candidates if not port.shut()] or candidates]
    return Assessment(
        tuple(dict.fromkeys(text for one in found for text in one.objections)),
        tuple(dict.fromkeys(text for one in found for text in one.warnings)),
    )


def _are_bound(rules: Iterable[FirewallRule], plan: Plan) -> bool:
    """Whether any rule, as it is or will be, is bound to addresses of the host."""
    made = (*plan.create, *(update.after for update in plan.update))
    return any(not rule.local_addresses.is_any for rule in (*made, *rules))


class _Port:
    """One port of the host that may be that of our connection."""

    def __init__(self, traffic: Traffic, plan: Plan, before: Snapshot, arrives: Arrival, confirmed: bool) -> None:
        self._traffic, self._plan, self._before = traffic, plan, before
        self._arrives, self._confirmed = arrives, confirmed
        self._now = _filtering(traffic, before)
        self._after = predict(plan, before)
        self._then = _filtering(traffic, self._after)
        self._left = left_behind(plan, before)
        self._undone = _filtering(traffic, predict(self._left, before)) if confirmed else self._then
        started = ServiceState(RUNNING, before.service.start) if plan.service.start else before.service
        self._started = _filtering(traffic, replace(before, service=started))
        self._refused: dict[Profile, Reason] = {}

    def shut(self) -> bool:
        """Whether every profile filters today, and no rule in any of them could let it in, whatever it depends on."""
        return len(self._now) == len(self._before.profiles) and not self._may_get_in()

    def _may_get_in(self) -> bool:
        """Whether anything that was read may be what lets it in today, in a profile that filters."""
        matches = RuleIndex(self._before.rules).matches(self._traffic)
        return any(
            self._now[state.profile].status in (Status.OPEN, Status.UNKNOWN) or possibly_open(state, matches)
            for state in self._before.profiles
            if state.profile in self._now
        )

    def assess(self) -> Assessment:
        """All that is to be said of this port."""
        if self._may_get_in() and not self._concerned():
            return Assessment()
        if self._now and not self._explained():
            # We are connected, so what was read is not all that decides; a risky plan needs a reading that is complete.
            return Assessment(self._with_way_out([self._unexplained(), *self._beyond_undo()], ALONE))
        objections: list[str] = []
        warnings: list[str] = []
        if self._plan.service.start:
            self._closing(_STARTED, self._started, objections, warnings)
        self._closing(_AFTER, self._then, objections, warnings)
        objections += [*self._losing_a_chance(), *self._beyond_undo()]
        return Assessment(self._with_way_out(objections, ADMITS), tuple(warnings))

    def _explained(self) -> bool:
        """Whether it is known what lets it in today: a rule, or a profile it may arrive through and that is off."""
        profiles = {state.profile for state in self._before.profiles}
        arriving = self._arrives.profiles & profiles if self._arrives.known else profiles
        opened = any(verdict.status is Status.OPEN for verdict in self._now.values())
        return opened or bool(arriving - self._now.keys())

    def _concerned(self) -> bool:
        """Whether the plan changes anything that may let it in or keep it out."""
        plan = self._plan
        if plan.service.start or begin_inbound(plan, self._before):
            return True
        added = [*plan.create, *(update.after for update in plan.update)]
        added += [replace(rule, enabled=change.enabled) for change in plan.groups for rule in change.rules]
        changed = [*closing(plan, self._before), *(rule for rule in added if not allows(rule))]
        return any(match(rule, self._traffic) for rule in changed)

    def _unexplained(self) -> str:
        """That no rule is known to let us in for certain, and what may."""
        mine = [verdict for profile, verdict in self._now.items() if profile in self._arrives.profiles]
        verdicts = mine or list(self._now.values())
        names = list(self._possibly_open(self._before, verdicts[0].profile))[:MOST_NAMED]
        self._refused.update({verdict.profile: verdict.reason for verdict in verdicts})
        return sentence_of("as things are", self._traffic, verdicts[0]) + (
            f". What may let it in: {', '.join(map(said, names))}" if names else ""
        )

    def _closing(
        self, stage: str, verdicts: Mapping[Profile, Verdict], objections: list[str], warnings: list[str]
    ) -> None:
        """Profiles in which it is open today, or which do not filter yet, and in which it would not be open."""
        arrives = self._arrives
        closed = [verdict for verdict in verdicts.values() if verdict.status is not Status.OPEN]
        nowhere = len(closed) == len(self._before.profiles)
        for verdict in closed:
            if verdict.profile in self._now and self._now[verdict.profile].status is not Status.OPEN:
                continue
            sentence = sentence_of(stage, self._traffic, verdict)
            if today := verdict.profile in self._now and self._now[verdict.profile].by:
                sentence += f". Today it gets in by {', '.join(map(said, today))}"
            undone = stage == _AFTER and self._comes_back(verdict.profile)  # no undo stops MpsSvc
            if verdict.profile in arrives.profiles or nowhere or not (arrives.known or undone):
                helped = stage == _AFTER or verdict.reason is Reason.NEEDS_IPSEC
                objections.append(sentence if helped else sentence + _TOO_EARLY)
                if helped:
                    self._refused[verdict.profile] = verdict.reason
            elif arrives.known:
                warnings.append(f"{sentence}. Our connection arrives through {listed(arrives.profiles)}")
            else:
                warnings.append(
                    f"{sentence}. Which profile our connection arrives through is not known; if it is this one, the "
                    "host restores itself"
                )

    def _comes_back(self, profile: Profile) -> bool:
        """Whether the undo opens it again in a profile; what starting MpsSvc closes is said of that."""
        open_again = profile not in self._undone or self._undone[profile].status is Status.OPEN
        closed_before = profile in self._started and self._started[profile].status is not Status.OPEN
        return self._confirmed and (open_again or closed_before)

    def _with_way_out(self, objections: list[str], introduction: str) -> tuple[str, ...]:
        """The objections, the last one with what would admit us in all profiles that they are about."""
        if not self._refused:
            return tuple(objections)
        held = self._before if introduction == ALONE else self._after
        way = way_out(introduction, self._refused, self._traffic, self._plan, held)
        return (*objections[:-1], f"{objections[-1]}. {way}")

    def _losing_a_chance(self) -> Iterable[str]:
        """Profiles in which it is not certainly open today, and where what may let us in there would go, or be beaten
        by a block rule that comes."""
        for verdict in self._then.values():
            profile = verdict.profile
            if verdict.status is Status.OPEN or profile not in self._now or self._now[profile].status is Status.OPEN:
                continue
            if self._arrives.known and profile not in self._arrives.profiles:
                continue
            today, then = (self._possibly_open(snapshot, profile) for snapshot in (self._before, self._after))
            kept_out = [self._possibly_blocked(snapshot, profile) for snapshot in (self._after, self._before)]
            lost = union([union(today.values()) - union(then.values()), kept_out[0] - kept_out[1]])
            names = [name for name, area in today.items() if area.overlaps(lost)]
            if names:
                yield (
                    f"{_AFTER}, WinRM ({describe(self._traffic)}) could not get in any more in the {profile.value} "
                    f"profile by what may let it in today ({', '.join(map(said, names[:MOST_NAMED]))})"
                )
                self._refused[profile] = verdict.reason

    def _possibly_open(self, snapshot: Snapshot, profile: Profile) -> dict[str, Region]:
        state = next(state for state in snapshot.profiles if state.profile is profile)
        return possibly_open(state, RuleIndex(snapshot.rules).matches(self._traffic))

    def _possibly_blocked(self, snapshot: Snapshot, profile: Profile) -> Region:
        state = next(state for state in snapshot.profiles if state.profile is profile)
        found = RuleIndex(snapshot.rules).matches(self._traffic)
        return union(one.possible for one in found if one.rule.action is Action.BLOCK and takes_part(one.rule, state))

    def _beyond_undo(self) -> Iterable[str]:
        """What the undo could not take back: allow rules that may carry WinRM, are not certainly replaced, and go; and
        rules that may block it, and come."""
        if not self._confirmed:
            return
        yield from self._blocking_beyond_undo()
        for rule in unrestorable(self._plan, self._before):
            missing = [one for one in rule.profiles & self._then.keys() if not self._by_managed_rules(one)]
            if allows(rule) and missing and match(rule, self._traffic):
                yield (
                    f"the rule '{said(rule.name)}' may be what lets WinRM ({describe(self._traffic)}) in. The plan "
                    "changes or deletes it, and netsh cannot say it again, so the host could not restore itself. "
                    "Replace it by hand"
                )
                self._refused.update({profile: self._then[profile].reason for profile in missing})

    def _blocking_beyond_undo(self) -> Iterable[str]:
        """Rules that may block WinRM where we may arrive, come with the plan, and that the undo could not take away."""
        arriving = self._arrives.profiles or frozenset(Profile)
        for rule, why in blocks_left_behind(self._left):
            here = rule.opaque or rule.profiles & arriving & self._then.keys()
            if here and match(rule, self._traffic):
                yield f"the rule '{said(label(rule))}' may block WinRM ({describe(self._traffic)}). {why}"

    def _by_managed_rules(self, profile: Profile) -> bool:
        """Whether managed rules that are left let it in for certain: those of others may go at any moment."""
        left = (*self._plan.create, *(update.after for update in self._plan.update), *self._plan.kept)
        found = [match(rule, self._traffic) for rule in left if allows(rule) and profile in rule.profiles]
        return union(one.certain for one in found if one).covers(self._traffic.region)


def _filtering(traffic: Traffic, snapshot: Snapshot) -> dict[Profile, Verdict]:
    """Verdicts of the profiles that filter; none while the service does not run."""
    return {
        verdict.profile: verdict
        for verdict in judge(traffic, snapshot)
        if verdict.reason not in (Reason.FIREWALL_OFF, Reason.SERVICE_NOT_RUNNING)
    }


def _as_met_today(state: ProfileState, before: Snapshot, arrives: Arrival) -> ProfileState:
    """The profile without the connection security rules that today's connection has met and works with.

    In a profile that does not filter yet nothing tells whether the host would authenticate us.
    """
    filters = before.service.running and state.enabled
    arriving = not arrives.known or state.profile in arrives.profiles
    return replace(state, requires_ipsec=()) if filters and arriving else state
