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
from ..state.rule import PROTOCOL_NUMBERS, Direction, Profile
from ..state.snapshot import RUNNING, ServiceState, Snapshot
from ..traffic.matching import SYSTEM, Traffic
from ..traffic.reasons import TEXTS, Reason, Status
from ..traffic.verdict import Verdict, describe, judge
from .plan import Plan
from .prediction import predict


@dataclass(frozen=True, slots=True)
class ManagementConnection:
    """The WinRM connection that a plan is sent over.

    Attributes:
        port: The port we connect to; behind a port mapping not the listener's.
        scheme: ``http`` or ``https``.
        client: Our address as the host sees it; empty where it is not known, and then only an allow from any counts.
    """

    port: int
    scheme: str
    client: str = ""


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


def objections(connection: ManagementConnection, plan: Plan, before: Snapshot) -> tuple[str, ...]:
    """Check three times that WinRM is admitted: as things are, after MpsSvc is started, after the plan.

    A profile in which it is closed today and stays closed is no objection: we are connected through another one. A
    profile that begins to filter must admit us, since it is not known which one the host will be in then.

    Args:
        connection: The connection the plan is sent over.
        plan: What would be done.
        before: The host as it is.

    Returns:
        The objections to the plan, each with the rule, port, address and profile; none means that it may be sent.
    """
    traffic = winrm_traffic(connection, before)
    if traffic is None:
        return (
            f"no WinRM listener of the host is known for port {connection.port} ({connection.scheme}), so it cannot "
            "be told whether WinRM would still get in",
        )
    now = _filtering(traffic, before)
    if now and not any(verdict.status is Status.OPEN for verdict in now.values()):
        # We are connected, so what was read is not all that decides; a risky plan needs a reading that is complete.
        return (_sentence("as things are", traffic, next(iter(now.values()))),)
    stages = [("after the plan", predict(plan, before))]
    if plan.service.start:
        started = replace(before, service=ServiceState(RUNNING, before.service.start))
        stages.insert(0, ("once the firewall service is started with today's rules", started))
    found = []
    for stage, snapshot in stages:
        for profile, verdict in _filtering(traffic, snapshot).items():
            closed_today = profile in now and now[profile].status is not Status.OPEN
            if verdict.status is not Status.OPEN and not closed_today:
                found.append(_sentence(stage, traffic, verdict))
    return tuple(found)


def _filtering(traffic: Traffic, snapshot: Snapshot) -> dict[Profile, Verdict]:
    """Verdicts of the profiles that filter; none while the service does not run."""
    return {
        verdict.profile: verdict
        for verdict in judge(traffic, snapshot)
        if verdict.reason not in (Reason.FIREWALL_OFF, Reason.SERVICE_NOT_RUNNING)
    }


def _sentence(stage: str, traffic: Traffic, verdict: Verdict) -> str:
    names = f" ({', '.join(verdict.by)})" if verdict.by else ""
    return (
        f"{stage}, WinRM ({describe(traffic)}) is {verdict.status.value} in the {verdict.profile.value} profile: "
        f"{TEXTS[verdict.reason].short}{names}"
    )
