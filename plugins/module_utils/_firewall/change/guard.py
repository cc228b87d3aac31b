# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lockout guard: whether the host admits WinRM before, during and after a plan.

Pure; it works on what was read from the host's registry and on the properties of our own connection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..._net.address_set import AddressError, AddressSet
from ..._net.port_set import PortSet
from ..state.rule import PROTOCOL_NUMBERS, Direction, Profile, profile_names
from ..state.snapshot import RUNNING, ProfileState, ServiceState, Snapshot
from ..traffic.matching import SYSTEM, Traffic
from ..traffic.reasons import TEXTS, Reason, Status
from ..traffic.verdict import Verdict, describe, judge
from .arrival import UNKNOWN, Arrival, with_subnet
from .plan import Plan
from .prediction import predict

_STARTED = "once the firewall service is started with today's rules"
_AFTER = "after the plan"


@dataclass(frozen=True, slots=True)
class ManagementConnection:
    """The WinRM connection that a plan is sent over.

    Attributes:
        port: The port we connect to; behind a port mapping not the listener's.
        scheme: ``http`` or ``https``.
        client: Our address as the host sees it; empty where it is not known, and then only an allow from any counts.
        reached: The addresses that we may be connected to: more than one where a name has several.
    """

    port: int
    scheme: str
    client: str = ""
    reached: tuple[str, ...] = ()


BY_POLICY = ("http", 5985)
"""Where WinRM listens if Group Policy alone has it listen ("Allow remote server management through WinRM").

The registry then has no listener for it, so a connection to this port that works is what shows it.
"""


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


def winrm_traffic(connection: ManagementConnection, snapshot: Snapshot) -> Traffic | None:
    """The traffic that the host must admit for us to stay connected.

    Args:
        connection: The connection the plan is sent over.
        snapshot: The host.

    Returns:
        None where the host's listeners do not show on which port we arrive.
    """
    enabled = [listener for listener in snapshot.listeners if listener.enabled]
    ports = {listener.port for listener in enabled if listener.port == connection.port} or {
        listener.port for listener in enabled if listener.transport == connection.scheme
    }
    if not ports and (connection.scheme, connection.port) == BY_POLICY:
        ports = {connection.port}
    if not ports:
        return None
    try:
        remote = AddressSet.parse([connection.client]) if connection.client else AddressSet.any()
    except AddressError:  # a zone in a link-local address, for one
        remote = AddressSet.any()
    return Traffic(
        direction=Direction.IN,
        protocol=PROTOCOL_NUMBERS["tcp"],
        ports=PortSet.of(*ports),
        remote=remote,
        programs=frozenset({SYSTEM}),  # HTTP.sys listens for WinRM
    )


def assess(
    connection: ManagementConnection,
    plan: Plan,
    before: Snapshot,
    arrives: Arrival = UNKNOWN,
    confirmed: bool = True,
) -> Assessment:
    """Check three times that WinRM is admitted: as things are, after MpsSvc is started, after the plan.

    What decides is the profile of the network that our connection arrives through. Another profile that would be closed
    is a warning. Where the host cannot tell its networks, as Windows Server 2008 R2 cannot, a plan that leaves WinRM
    open in some profile goes ahead with a warning, if it is commit-confirmed. A profile in which WinRM is closed today
    and stays closed says nothing: we are connected through another one. Connection security rules that require IPsec
    in a profile that filters already are met: the connection works with them.

    Args:
        connection: The connection the plan is sent over.
        plan: What would be done.
        before: The host as it is.
        arrives: What is known of the network that the connection arrives through.
        confirmed: Whether the plan is commit-confirmed: the host restores itself if we are cut off.
    """
    traffic = winrm_traffic(connection, before)
    if traffic is None:
        return Assessment(
            (
                f"no WinRM listener of the host is known for port {connection.port} ({connection.scheme}), so it "
                "cannot be told whether WinRM would still get in",
            )
        )
    before = replace(
        before,
        rules=tuple(with_subnet(rule, arrives.subnets) for rule in before.rules),
        profiles=tuple(_as_met_today(state, before, arrives) for state in before.profiles),
    )
    now = _filtering(traffic, before)
    if now and not any(verdict.status is Status.OPEN for verdict in now.values()):
        # We are connected, so what was read is not all that decides; a risky plan needs a reading that is complete.
        return Assessment((_sentence("as things are", traffic, next(iter(now.values()))),))
    stages = [(_AFTER, predict(plan, before))]
    if plan.service.start:
        stages.insert(0, (_STARTED, replace(before, service=ServiceState(RUNNING, before.service.start))))
    objections: list[str] = []
    warnings: list[str] = []
    for stage, snapshot in stages:
        verdicts = _filtering(traffic, snapshot)
        closed = [
            verdict
            for profile, verdict in verdicts.items()
            if verdict.status is not Status.OPEN and (profile not in now or now[profile].status is Status.OPEN)
        ]
        nowhere = all(verdict.status is not Status.OPEN for verdict in verdicts.values()) and len(verdicts) == len(
            snapshot.profiles
        )
        for verdict in closed:
            sentence = _sentence(stage, traffic, verdict)
            if verdict.profile in arrives.profiles or nowhere or not (arrives.known or confirmed):
                objections.append(sentence + (_remedy(traffic, verdict) if stage == _AFTER else ""))
            elif arrives.known:
                warnings.append(f"{sentence}. Our connection arrives through {_listed(arrives.profiles)}")
            else:
                warnings.append(
                    f"{sentence}. Which profile our connection arrives through is not known; if it is this one, the "
                    "host restores itself"
                )
    return Assessment(tuple(objections), tuple(warnings))


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


def _remedy(traffic: Traffic, verdict: Verdict) -> str:
    """What would admit us: a site rule, ready to be pasted, unless rules of the firewall do not decide."""
    profile = verdict.profile
    if verdict.reason is Reason.NEEDS_IPSEC:
        return (
            ". What would admit it: a connection security rule that exempts WinRM or this controller, which a person "
            "has to make; or leave firewall_enabled unmanaged"
        )
    scope = "" if traffic.remote.is_any else f"remoteip: [{traffic.remote}], "
    return (
        f". What would admit it: extra_rules: [{{name: WinRM, protocol: tcp, localport: '{traffic.ports}', {scope}"
        f"profiles: [{profile.value}]}}]"
    )


def _listed(profiles: frozenset[Profile]) -> str:
    names = profile_names(profiles)
    return f"the {' or the '.join(names)} profile"


def _sentence(stage: str, traffic: Traffic, verdict: Verdict) -> str:
    names = f" ({', '.join(verdict.by)})" if verdict.by else ""
    return (
        f"{stage}, WinRM ({describe(traffic)}) is {verdict.status.value} in the {verdict.profile.value} profile: "
        f"{TEXTS[verdict.reason].short}{names}"
    )
