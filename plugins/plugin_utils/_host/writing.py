# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control loop: read, plan, write, read again.

netsh's output and exit code are ignored: whether a session stops at an error is not documented. The next read shows
what was written; what is still missing then is sent once more, one line at a time; what is missing after that is the
error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...module_utils._firewall.change import netsh, undo
from ...module_utils._firewall.change.plan import Plan, ServiceChange, Wanted
from ...module_utils._firewall.change.planning import make_plan
from ...module_utils._firewall.change.service import SET_AUTOMATIC, START
from ...module_utils._firewall.state.reading import NotElevated, ReadError
from ...module_utils._firewall.state.snapshot import Snapshot
from .commands import ConnectionLost
from .outcome import Failed, HostLost, Outcome
from .reading import read
from .remote_host import RemoteHost
from .rollback_folder import RollbackError

WRITE_DEADLINE = 300.0  # seconds; firewall changes were seen to block for 4 minutes (tailscale/tailscale#867)
_POLL_DELAYS = (0.0, 2.0)  # seconds before each reading after a write: the registry may lag behind netsh
_SERVICE_DELAYS = (1.0, 2.0, 3.0, 5.0, 10.0, 10.0)
_RECONNECT_AFTER = (2.0, 5.0, 10.0)


class Writing:
    """Writes one host's plan until the host has converged.

    Attributes:
        wanted: The desired state.
        outcome: What is known so far.
    """

    def __init__(
        self,
        host: RemoteHost,
        wanted: Wanted,
        outcome: Outcome,
        sleep: Callable[[float], None],
        armed: Callable[[], bool] | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            host: The host.
            wanted: The desired state.
            outcome: What was read and planned.
            sleep: Waits the given seconds.
            armed: Whether the plan's rollback is still armed; called before anything is sent a second time, and then
                nothing is sent that this rollback would not undo. None where there is no rollback.
        """
        self._host = host
        self.wanted = wanted
        self.outcome = replace(outcome, after=outcome.before, wrote=True)
        self._sleep = sleep
        self._armed = armed

    def run(self) -> Outcome:
        """Carry out the plan and verify it.

        Raises:
            HostLost: The host is lost; which part of the plan was done is not known.
            Failed: It answers, and is not as it should be.
        """
        plan = self.outcome.plan
        if plan.service:
            plan = self._bring_up_service(plan.service)
        if plan.changes_rules_or_profiles:
            self._write("netsh", netsh.batch(netsh.plan_lines(plan)))
            plan = self._replan_until_done()
        if plan.changes_rules_or_profiles and self._armed:
            self._require_rollback(plan, self._armed)
        for line in netsh.plan_lines(plan):
            self._write(f"netsh {line} <nul")
        if plan.changes_rules_or_profiles:
            plan = self._replan_until_done()
        if plan.changes_rules_or_profiles:
            raise Failed(still_missing(plan), self.outcome)
        return self.outcome

    def _require_rollback(self, plan: Plan, armed: Callable[[], bool]) -> None:
        """What is left may be as risky as the plan was, so it is not sent without the plan's protection."""
        try:
            if armed() and undo.covers(self.outcome.plan, plan):
                return
        except (ConnectionLost, RollbackError) as error:
            raise HostLost(f"the rollback could not be looked at: {error}", self.outcome) from error
        raise Failed(f"the rollback does not stand any more for what is left. {still_missing(plan)}", self.outcome)

    def _bring_up_service(self, change: ServiceChange) -> Plan:
        if change.automatic:
            self._write(SET_AUTOMATIC)
        if change.start:
            self._write(START)
        plan = self.replan()
        for seconds in _SERVICE_DELAYS:
            if self.outcome.after.service.running:
                break
            self._sleep(seconds)
            plan = self.replan()
        service = self.outcome.after.service
        if not service.running:
            raise Failed(_service_down(self.outcome.after), self.outcome)
        if change.automatic and not service.automatic:
            warning = (
                "Windows refused to make its firewall service (MpsSvc) start automatically; it runs now, but see that "
                f"it will after a restart (start type {service.start}, 2 would be automatic)"
            )
            self.outcome = replace(self.outcome, warnings=(*self.outcome.warnings, warning))
        return plan

    def _write(self, command: str, stdin: bytes = b"") -> None:
        """Send one command. If the connection is lost, it may have arrived: read before anything is sent again."""
        try:
            self._host.run(command, stdin, WRITE_DEADLINE)
        except ConnectionLost as error:
            self._settle(error)

    def confirm(self) -> None:
        """Read over a new connection: an open one survives a rule that closes its port, so it proves nothing.

        Raises:
            HostLost: There is none.
            Failed: The host cannot be read.
        """
        try:
            self._host.reconnect()
        except ConnectionLost as error:
            self._settle(error)
        self.replan()

    def replan(self) -> Plan:
        """Read and plan again; a lost connection is made anew once.

        Raises:
            HostLost: The host is lost.
            Failed: It cannot be read.
        """
        try:
            try:
                after = read(self._host)
            except ConnectionLost as error:
                after = self._settle(error)
            self.saw(after)
            return make_plan(self.wanted, after)
        except (ReadError, NotElevated) as error:
            raise Failed(f"after writing, the host could not be read: {error}", self.outcome) from error

    def saw(self, after: Snapshot) -> None:
        """Note how the host was read. Who filters was asked before; a product does not come or go with our rules."""
        self.outcome = replace(self.outcome, after=replace(after, other_firewall=self.outcome.before.other_firewall))

    def _replan_until_done(self) -> Plan:
        for seconds in _POLL_DELAYS:
            if seconds:
                self._sleep(seconds)
            plan = self.replan()
            if not plan.changes_rules_or_profiles:
                break
        return plan

    def _settle(self, cause: ConnectionLost) -> Snapshot:
        """Connect anew and read until two readings agree: what was being sent has then arrived or is lost."""
        last: Snapshot | None = None
        error: Exception = cause
        for seconds in _RECONNECT_AFTER:
            self._sleep(seconds)
            try:
                self._host.reconnect()
                for _attempt in range(5):
                    snapshot = read(self._host)
                    if last is not None and _same(last, snapshot):
                        self.saw(snapshot)
                        return snapshot
                    last = snapshot
                    self._sleep(1.0)
                error = ReadError("it answers again, but its rules keep changing")
            except (ConnectionLost, ReadError, NotElevated) as again:
                error = again
        why = f"{cause}" if str(error) == str(cause) else f"{cause}; then {error}"
        hint = "What was sent may have been carried out in part; the next run looks and finishes the work"
        raise HostLost(
            f"the host was lost after the first write and does not come back: {why}"
            # While a rollback is armed, the caller waits for it and reports the outcome.
            + ("" if self._armed and not self.outcome.rollback else f". {hint}"),
            self.outcome,
        )


def _same(left: Snapshot, right: Snapshot) -> bool:
    return left == right and [rule.raw for rule in left.rules] == [rule.raw for rule in right.rules]


def _service_down(snapshot: Snapshot) -> str:
    hint = ""
    if snapshot.filtering_start == 4:
        hint = " The Base Filtering Engine (BFE), which it needs, is disabled: enable it first."
    return (
        "the Windows Firewall service (MpsSvc) does not run and could not be started "
        f"(state {snapshot.service.state}, start type {snapshot.service.start}; 4 would be running, 2 automatic), so "
        f"no rule can be written.{hint} See the System event log of the host"
    )


def still_missing(plan: Plan) -> str:
    missing = [
        *(f"'{rule.name}' was not added" for rule in plan.create),
        *(f"'{update.after.name}' was not changed ({', '.join(update.fields)})" for update in plan.update),
        *(f"'{name}' was not deleted" for name in plan.delete),
        *(f"the {profile.value} profile was not switched on" for profile in plan.profiles_on),
        *(
            f"the settings of the {change.profile.value} profile are not changed ({change.said})"
            for change in plan.settings
        ),
        *(f"the group '{change.name}' is not {'on' if change.enabled else 'off'}" for change in plan.groups),
    ]
    return (
        "netsh did not do what it was told, not even one line at a time: "
        + "; ".join(missing)
        + ". Run the commands in "
        "this result on the host to see what it says"
    )
