# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One case of the matrix: a run under a fault, what must hold after it, and the clean run that repairs everything."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed, HostLost, Refused

from faults.report import CONVERGED, FAILED, REFUSED, UNREACHABLE, Record
from faults.scenarios import FIRST, Scenario
from faults.stack import Attempt, attempt
from faults.state import State, look
from lab.quirks import NO_QUIRKS
from lab.testing import LabHost

Run = Callable[[LabHost, Scenario], Attempt]
_WAY_PAST_ANY_ROLLBACK = 60.0
_REFERENCES: WeakKeyDictionary[LabHost, dict[str, tuple[tuple[tuple[str, str], ...], int]]] = WeakKeyDictionary()
"""Our rules after a run without faults, and the requests it took, by scenario."""
_REPAIRED: WeakKeyDictionary[LabHost, dict[tuple[object, ...], State]] = WeakKeyDictionary()
"""The host after the clean run, by what it started from: see `_repair`."""


@dataclass(frozen=True)
class Case:
    """What one case showed.

    Attributes:
        attempt: The run under the fault.
        before: The host before it.
        after: The host right after it, the fault still there.
        final: The host after the clean run.
        fired: Whether the host restored itself.
        record: For the table.
    """

    attempt: Attempt
    before: State
    after: State
    final: State
    fired: bool
    record: Record


def prepare(host: LabHost, scenario: Scenario) -> None:
    """Bring a host that was just reset to where the scenario starts."""
    if scenario.rules_there:
        ready = attempt(host, FIRST)
        assert ready.outcome is not None, ready.message


def run_case(
    host: LabHost,
    scenario: Scenario,
    fault: str,
    quirks: dict[str, object],
    *,
    run: Run = attempt,
    says: str = "",
    added: tuple[str, ...] = (),
    prepared: bool = False,
    in_series: bool = False,
) -> Case:
    """Run a case and check everything that must hold in any.

    Args:
        host: The host, reset.
        scenario: What the run is about to do.
        fault: Name for the table.
        quirks: What goes wrong; taken back before the clean run.
        run: Makes the run.
        says: What the message must say, where the run fails; a regular expression.
        added: What each foreign line that comes meanwhile contains, in their order.
        prepared: The host is where the scenario starts, and whatever else the case needs.
        in_series: It is one of many cases of this fault, which differ in its place only and leave the host in one of a
            few states; from each of these the clean run is made once.
    """
    if not prepared:
        prepare(host, scenario)
    reference, _requests = _REFERENCES[host][scenario.name]  # `learn` came first
    before = look(host, scenario)
    host.set_quirks(**quirks)
    made = run(host, scenario)
    after = look(host, scenario)
    outcome = check(made, scenario, before, after)
    if says and made.error is not None:
        assert re.search(says, made.message), f"{says!r} is not in: {made.message}"
    host.set_quirks(**{name: getattr(NO_QUIRKS, name) for name in quirks})
    host.set_clock(advance=_WAY_PAST_ANY_ROLLBACK)
    settled = look(host, scenario)
    given_up = time.monotonic() + 20
    while settled.tasks and time.monotonic() < given_up:  # what is due runs in a thread of the lab's own
        time.sleep(0.02)
        settled = look(host, scenario)
    check_added(before, settled, added)
    if after.tasks:  # what was left armed has restored the host by now, and taken itself away
        assert not settled.tasks, f"a task is left for ever: {settled.tasks}"
        assert settled.ours == before.ours, "what was left armed did not restore the host"
        assert settled.switches == before.switches
    final = _repair(host, scenario, settled, reference, fault if in_series else "")
    check_added(before, final, added)
    fired = bool(host.tasks()["fired"])
    compared = settled.foreign_rules + final.foreign_rules
    return Case(
        made, before, after, final, fired, Record(fault, scenario.name, outcome, compared, fired, made.requests)
    )


def _repair(
    host: LabHost, scenario: Scenario, settled: State, reference: tuple[tuple[str, str], ...], series: str
) -> State:
    """Make the clean run and check where it leads; in a series of cases, once from each state.

    A run sees of a host its registry, its services, its tasks and the rollback's folder. Where a case of the series has
    left all that as another one did, the run would be the same once more. What a folder or a task holds is not
    compared, so with one of them left it is always made.
    """
    known = _REPAIRED.setdefault(host, {})
    service = host.run("sc query MpsSvc").stdout
    start = (series, scenario.name, settled, service)
    if series and not settled.tasks and not settled.locked and start in known:
        return known[start]
    clean = attempt(host, scenario)
    assert clean.outcome is not None, f"the next run fails: {clean.message}"
    final = look(host, scenario)
    check_converged(final, scenario)
    assert final.ours == reference, "the next run did not lead to what a run without faults leads to"
    assert not final.locked, "the folder of a rollback is left for ever"
    known[start] = final
    return final


def learn(host: LabHost, scenario: Scenario) -> int:
    """A run without faults on a host that was just reset: what all others are compared with.

    It is made once for each host and scenario in a process; afterwards the host is not in its starting state.

    Returns:
        The WS-Man requests it took.
    """
    known = _REFERENCES.setdefault(host, {})
    if scenario.name not in known:
        prepare(host, scenario)
        made = attempt(host, scenario)
        assert made.outcome is not None, made.message
        state = look(host, scenario)
        check_converged(state, scenario)
        known[scenario.name] = state.ours, made.requests
    return known[scenario.name][1]


def check(made: Attempt, scenario: Scenario, before: State, after: State) -> str:
    """What must hold right after any run. Returns the outcome's name."""
    if made.error is None:
        assert made.outcome is not None
        if made.outcome.plan.refused:
            return FAILED
        check_converged(after, scenario)
        return CONVERGED
    _check_message(made.message)
    if not isinstance(made.error, Failed):
        # The promise of "unreachable", and of every failure before the first write: nothing was changed.
        check_untouched(before, after)
        return UNREACHABLE if isinstance(made.error, ConnectionLost) else FAILED
    known = made.error.outcome
    if isinstance(made.error, Refused) or known is None:
        check_untouched(before, after)
        return REFUSED if isinstance(made.error, Refused) else FAILED
    if known.rollback == "fired":
        assert "has restored itself" in made.message
        check_untouched(before, after)
        assert not after.tasks
    elif known.rollback == "armed":
        assert "was not seen to have done so" in made.message
    elif isinstance(made.error, HostLost):
        assert "may have been carried out in part" in made.message
    elif "after writing, the host could not be read" not in made.message:
        names = [rule.name for rule in known.after.local_rules() if rule.name.startswith("LyncOps ")]
        seen = sorted(name.removeprefix("LyncOps ").lower() for name in names)
        assert tuple(seen) == after.names, "the failure tells of a state that the host is not in"
        assert not after.tasks, "a failure that is told in full left a rollback armed"
    return FAILED


def _check_message(message: str) -> None:
    assert len(message) > 20, f"that says nothing: {message!r}"
    assert "\n" not in message
    assert "Traceback" not in message


def check_untouched(before: State, after: State) -> None:
    assert after.ours == before.ours, "rules were changed and the result does not say so"
    assert after.switches == before.switches, "a profile was switched and the result does not say so"


def check_converged(state: State, scenario: Scenario) -> None:
    assert state.keys == scenario.keys, "not what is wanted, or twins"
    assert len(set(state.names)) == len(state.names), "two rules of one name"
    assert not state.tasks, f"a task is left: {state.tasks}"
    if scenario.switches:
        assert set(state.switches) == {"1"}


def check_added(before: State, later: State, added: tuple[str, ...]) -> None:
    came = before.added(later)
    assert len(came) == len(added), f"foreign lines came: {came}"
    for line, part in zip(came, added, strict=True):
        assert part in line
