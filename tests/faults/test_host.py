# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host: programs that misbehave, that are denied, that print another language; services that do not run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest

from faults.case import learn, run_case
from faults.report import CONVERGED, FAILED, UNREACHABLE, Record
from faults.scenarios import ABSENT, FIRST, SWITCH_ON, USUAL, Scenario, label
from faults.stack import Labs, attempt

Take = Callable[[Record], None]

SECOND = "Name=Added by a second administrator"
_HURRY = 100.0  # a netsh that hangs is given up after 300 seconds, which are 3 then


@dataclass(frozen=True)
class Fault:
    """One fault and how a run under it must end.

    Attributes:
        name: For the table.
        quirks: What goes wrong.
        outcome: How every scenario ends, but for those named next.
        instead: Outcome by scenario's name.
        says: What the message says, where it fails.
        added: Foreign lines that come meanwhile.
        hurry: How much faster the deadlines of commands run out.
    """

    name: str
    quirks: dict[str, object]
    outcome: str = CONVERGED
    instead: dict[str, str] = field(default_factory=dict)
    says: str = ""
    added: tuple[str, ...] = ()
    hurry: float = 1.0


_RISKY_FAIL = {ABSENT.name: FAILED, SWITCH_ON.name: FAILED}
_NO_ROLLBACK = "no rollback could be armed, so nothing was applied"
_SERVICE_DOWN = r"\(MpsSvc\) does not run and could not be started.*System event log"

FAULTS = (
    *(Fault("localised messages", {"language": language}) for language in ("pt", "de", "ru")),
    Fault("netsh stops at the first bad line", {"netsh_stop_on_error": True}),
    *(Fault("netsh ignores a line", {"netsh_ignore_line": number}) for number in range(1, 10)),
    Fault("netsh ignores a line", {"netsh_ignore_line": 2, "netsh_stop_on_error": True, "language": "de"}),
    Fault("netsh ignores its input", {"netsh_ignore_stdin": True}),
    *(Fault("netsh's exit code forced", {"netsh_exit_code": code}) for code in (0, 1)),
    *(Fault("operations used up", {"max_operations": most}) for most in (1, 2, 5)),
    Fault("netsh is slow", {"netsh_delay": 0.2}),
    Fault("netsh says nothing", {"netsh_silent": True}),
    *(Fault("netsh hangs", {"netsh_hang_line": number}, hurry=_HURRY) for number in (0, 1, 3)),
    Fault("access denied: netsh", {"deny_netsh": True}, FAILED, says="netsh did not do what it was told.*Run the"),
    Fault("access denied: reg", {"deny_reg": True}, FAILED, says="'reg query .*' failed on the host"),
    Fault("access denied: schtasks", {"deny_schtasks": True}, CONVERGED, _RISKY_FAIL, says=_NO_ROLLBACK),
    Fault("task lost", {"tasks_lost": True}, CONVERGED, _RISKY_FAIL, says=_NO_ROLLBACK + ".*set rollback to never"),
    Fault("tasks never fire", {"tasks_never_fire": True}),
    Fault("on batteries", {"on_batteries": True}),
    Fault("token filtered", {"token": "filtered"}, FAILED, says="filtered token.*LocalAccountTokenFilterPolicy"),
    Fault("token of a user", {"token": "user"}, FAILED, says="no administrator.*Use one that is a member"),
    # State absent never starts the service; the plan says why nothing can be deleted.
    Fault("MpsSvc stopped", {"mpssvc": "stopped"}, CONVERGED, {ABSENT.name: FAILED}),
    Fault("MpsSvc disabled", {"mpssvc": "disabled"}, CONVERGED, {ABSENT.name: FAILED}),
    Fault("MpsSvc start refused", {"mpssvc": "stopped", "mpssvc_start_refused": True}, FAILED, says=_SERVICE_DOWN),
    Fault("sc is slow", {"mpssvc": "stopped", "sc_delay": 0.1}, CONVERGED, {ABSENT.name: FAILED}),
    Fault("Send lost", {"send_lost": True}, CONVERGED, _RISKY_FAIL, says=_NO_ROLLBACK + ".*does not hold what was"),
    Fault("receive timeouts", {"receive_timeouts": 5}),
    Fault("small receives", {"receive_size": 4096}),
    Fault("small envelopes", {"max_envelope_kb": 150}),
    Fault("slow answers", {"response_delay": 0.01}),
    Fault("few shells", {"max_shells": 2}),
    Fault("shell denied", {"deny_create": True}, UNREACHABLE, says="denies this account|Access is denied"),
    Fault("unencrypted traffic refused", {"refuse_unencrypted": True}, UNREACHABLE, says="credentials were rejected"),
    *(
        Fault("foreign rule written meanwhile", {"foreign_rule_at_line": number}, added=(SECOND,))
        for number in (1, 3, 5)
    ),
)


@pytest.mark.parametrize("scenario", USUAL, ids=label)
@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: ",".join(f"{name}={value}" for name, value in fault.quirks.items())
)
def test_fault(labs: Labs, record: Take, fault: Fault, scenario: Scenario) -> None:
    """Each fault in each scenario ends as it must."""
    learn(labs.host(scenario.lab_policy), scenario)
    run = partial(attempt, hurry=fault.hurry)
    case = run_case(
        labs.host(scenario.lab_policy),
        scenario,
        fault.name,
        fault.quirks,
        run=run,
        says=fault.says,
        added=fault.added,
    )
    record(case.record)
    assert case.record.outcome == fault.instead.get(scenario.name, fault.outcome), case.attempt.message


@pytest.mark.parametrize("scenario", USUAL, ids=label)
def test_service_unreadable(labs: Labs, record: Take, scenario: Scenario) -> None:
    """Without `sc` the service's state is not known: no rule is written where it may be stopped."""
    learn(labs.host(scenario.lab_policy), scenario)
    host = labs.host(scenario.lab_policy)
    case = run_case(host, scenario, "access denied: sc", {"deny_sc": True})
    record(case.record)
    assert case.record.outcome == FAILED
    assert case.after.ours == case.before.ours


@pytest.mark.parametrize("keeps_end", [False, True])
@pytest.mark.parametrize("scenario", [FIRST, ABSENT], ids=label)
def test_registry_output_cut(labs: Labs, record: Take, scenario: Scenario, keeps_end: bool) -> None:
    """`reg query` ends early, with success, at any place: nothing is concluded from half an answer."""
    learn(labs.host(scenario.lab_policy), scenario)
    problems = []
    for offset in (0, 1, 50, *range(90, 7000, 411)):
        quirks: dict[str, object] = {"reg_cut_after": offset, "reg_cut_keeps_end": keeps_end}
        name = "registry output has a hole" if keeps_end else "registry output cut off"
        try:
            case = run_case(labs.host(scenario.lab_policy), scenario, name, quirks, in_series=True)
            record(case.record)
        except AssertionError as problem:
            problems.append(f"after {offset} bytes: {problem}")
    assert not problems, "\n".join(problems)
