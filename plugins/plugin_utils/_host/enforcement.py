# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one host to the wanted state: ask the guard, arm a rollback where the plan is risky, write, confirm.

A plan that may cut the connection it is sent over is commit-confirmed: the host is told beforehand to restore itself,
and only a working new connection disarms that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn

from ...module_utils._firewall.change import netsh, undo
from ...module_utils._firewall.change.plan import Plan, Wanted
from ...module_utils._firewall.change.planning import make_plan
from ...module_utils._firewall.change.prediction import predict
from ...module_utils._firewall.change.risk import is_risky
from ...module_utils._firewall.state.reading import NotElevated, ReadError
from ...module_utils._firewall.state.snapshot import Snapshot
from .commands import ConnectionLost
from .outcome import Failed, HostLost, Outcome, Refused
from .reading import read
from .remote_host import RemoteHost
from .rollback import Rollback
from .rollback_folder import RollbackError
from .writing import Writing, still_missing

Guard = Callable[[Plan, Snapshot], Sequence[str]]
"""Returns the objections to a plan, given the host as it is; none means that it may be sent."""


def enforce(
    host: RemoteHost,
    wanted: Wanted,
    check: bool,
    sleep: Callable[[float], None] = time.sleep,
    *,
    rollback: str = "auto",
    rollback_after: int = 10,
    guard: Guard | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> Outcome:
    """Bring a host to the wanted state, or predict it.

    Args:
        host: The host.
        wanted: The desired state.
        check: Only read and plan.
        sleep: Waits the given seconds; for tests.
        rollback: ``auto`` has the host restore itself where a risky plan cuts it off, ``never`` does without.
        rollback_after: Minutes until it does, 6 to 1440.
        guard: Checks every plan before it is sent, in check mode too.
        say: Takes one sentence for the user at once, such as for whom is being waited.

    Returns:
        The outcome. What the plan refuses is in it; all else of the plan has been carried out and verified.

    Raises:
        ConnectionLost: The host was lost before anything was written.
        ReadError, NotElevated: See `read`; nothing was written.
        Failed: Anything else, also losing the host after the first write, and a rollback that fired.
        netsh_text.UnsupportedValueError: A rule cannot be written; nothing was.
    """
    outcome = _prepare(host, wanted, guard)
    if check:
        return _warned(outcome) if outcome.before.rollback_pending else outcome
    notes: tuple[str, ...] = ()
    if outcome.before.rollback_pending:
        notes = _wait_for_others(Rollback(host, rollback_after, sleep, say=say))
        outcome = _with_notes(_prepare(host, wanted, guard), notes)
    if not outcome.changed:
        return outcome
    if rollback == "auto" and is_risky(outcome.plan, outcome.before):
        armed = Rollback(host, rollback_after, sleep, say=say)
        outcome = _with_notes(_arm(armed, lambda: _prepare(host, wanted, guard)), (*notes, *armed.notes))
        if outcome.changed and is_risky(outcome.plan, outcome.before):
            writing = Writing(host, wanted, outcome, sleep, armed.is_armed)
            return _Confirmed(writing, armed, lambda: read(host)).run()
    if not outcome.changed:
        return outcome
    writing = Writing(host, wanted, outcome, sleep)
    outcome = writing.run()
    if outcome.after.rollback_pending:
        outcome = _after_others(writing, Rollback(host, rollback_after, sleep, say=say))
    return outcome


def _warned(outcome: Outcome) -> Outcome:
    """Check mode does not wait, but what was read may not last."""
    warning = (
        "another run has armed a rollback on this host and not taken it back yet; if it fires, the host goes back to "
        "what it was before that run"
    )
    return replace(outcome, warnings=(*outcome.warnings, warning))


def _with_notes(outcome: Outcome, notes: Sequence[str]) -> Outcome:
    return replace(outcome, warnings=(*outcome.warnings, *notes))


def _wait_for_others(rollback: Rollback) -> tuple[str, ...]:
    """Wait until another run's rollback is over: what is read before may be undone in minutes.

    Returns:
        What was found and cleaned up.

    Raises:
        Failed: It is still pending after its time.
    """
    try:
        rollback.lock()
        rollback.give_up()
    except RollbackError as error:
        raise Failed(f"another run has armed a rollback on this host: {error}") from error
    return tuple(rollback.notes)


def _after_others(writing: Writing, rollback: Rollback) -> Outcome:
    """Another run has armed a rollback since the first read: what it restores may be what was written here.

    Raises:
        Failed: It undid a part, or is still pending after its time.
    """
    notes = _wait_for_others(rollback)
    plan = writing.replan()
    outcome = _with_notes(writing.outcome, notes)
    if plan.changes_rules_or_profiles:
        raise Failed(f"another run's rollback undid a part of this one: run it again. {still_missing(plan)}", outcome)
    return outcome


def _arm(rollback: Rollback, prepare: Callable[[], Outcome]) -> Outcome:
    """Lock, read again, since another run may have ended since the first read, and arm if the plan is risky.

    Args:
        rollback: Not yet locked; armed afterwards if the plan of the result is risky, else given up.
        prepare: Reads and plans.

    Raises:
        Failed: It cannot be armed; nothing is left of it.
    """
    armed = locked = False
    try:
        rollback.lock()
        locked = True
        outcome = prepare()
        if outcome.changed and is_risky(outcome.plan, outcome.before):
            rollback.arm(undo.make_undo(outcome.plan, outcome.before, rollback.marker, rollback.minutes))
            armed = True
    except RollbackError as error:
        raise Failed(f"no rollback could be armed, so nothing was applied: {error}") from error
    finally:
        if locked and not armed:
            rollback.give_up()
    return outcome


def _prepare(host: RemoteHost, wanted: Wanted, guard: Guard | None) -> Outcome:
    """Read, plan and call the guard; the outcome has the predicted state."""
    before = read(host, owner=True, program=wanted.program)
    plan = make_plan(wanted, before)
    netsh.plan_lines(plan)  # raises before anything is sent
    outcome = Outcome(plan, before, predict(plan, before))
    if not outcome.changed:
        return replace(outcome, after=before)
    objections = guard(plan, before) if guard else ()
    if objections:
        raise Refused(f"nothing was sent: {'; '.join(objections)}", outcome)
    return outcome


class _Confirmed:
    """One host's writing under an armed rollback."""

    def __init__(self, writing: Writing, rollback: Rollback, read_host: Callable[[], Snapshot]) -> None:
        self._writing = writing
        self._rollback = rollback
        self._read = read_host

    def run(self) -> Outcome:
        """Write, connect anew, and disarm the rollback; or wait until the host has restored itself."""
        writing = self._writing
        try:
            failure = self._write()
            writing.confirm()
            confirmed = self._rollback.disarm()
        except (Failed, ConnectionLost, RollbackError) as error:
            return self._await(error)
        writing.outcome = replace(writing.outcome, rollback="confirmed" if confirmed else "fired")
        plan = writing.replan()  # the script may have been running while it was removed
        if not confirmed:
            self._fired("the work took longer than the rollback waited, or the host was restarted meanwhile")
        if failure:
            raise Failed(str(failure), writing.outcome) from failure
        if plan.changes_rules_or_profiles:
            raise Failed(f"somebody, or the rollback itself, undid a part. {still_missing(plan)}", writing.outcome)
        return writing.outcome

    def _write(self) -> Failed | None:
        """A failure of a host that still answers is returned: what was done stays, as it would without a rollback."""
        try:
            self._writing.run()
        except HostLost:
            raise
        except Failed as error:
            return error
        return None

    def _await(self, cause: Exception) -> Outcome:
        """Wait until the host has restored itself, and verify that."""
        try:
            fired = self._rollback.wait_until_over()
            after = self._read()
            plan = make_plan(self._writing.wanted, after)
        except (ConnectionLost, RollbackError, ReadError, NotElevated) as error:
            raise Failed(
                f"{cause}. The host was told to restore itself after {self._rollback.minutes} minutes, but was not "
                f"seen to have done so: {error}",
                replace(self._writing.outcome, rollback="armed"),
            ) from error
        self._writing.saw(after)
        if fired:
            self._fired(str(cause))
        outcome = replace(self._writing.outcome, rollback="confirmed")
        if plan.changes_rules_or_profiles:
            raise Failed(f"{cause}. Its rollback had been taken away before it ran. {still_missing(plan)}", outcome)
        return outcome

    def _fired(self, cause: str) -> NoReturn:
        outcome = replace(self._writing.outcome, rollback="fired")
        differing = undo.differences(outcome.before, outcome.after)
        lost = undo.losses(outcome.plan, outcome.before)
        raise Failed(
            f"{cause}. The host has restored itself: {undo.describe(outcome.plan)}. "
            + (f"It differs from what it was: {'; '.join(differing)}" if differing else "It is as it was before")
            + (f". What cannot be restored: {'; '.join(lost)}" if lost else ""),
            outcome,
        )
