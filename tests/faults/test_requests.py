# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: every WS-Man request of a run goes wrong, one at a time, in every way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.case import learn, prepare, run_case
from faults.report import COUNTED, Record
from faults.scenarios import ABSENT, ALL, FIRST, SCENARIOS, SWITCH_ON, USUAL, Scenario, label
from faults.stack import Attempt, HostTime, Labs, attempt
from lab.testing import LabHost

Take = Callable[[Record], None]

_AT_EVERY: dict[str, Callable[[int], dict[str, object]]] = {
    "connection dropped before a request": lambda n: {"drop_before": n},
    "connection dropped after a request": lambda n: {"drop_after": n},
    "response cut in the middle": lambda n: {"cut_response_at": n},
    "shell gone": lambda n: {"shell_gone_at": n},
    "HTTP 500": lambda n: {"http_status_at": n, "http_status": 500},
    "HTTP 503": lambda n: {"http_status_at": n, "http_status": 503},
    "HTTP 401 in mid-run": lambda n: {"unauthorized_at": n},
    "quota fault": lambda n: {"quota_at": n},
}
_THOROUGHLY = tuple(_AT_EVERY)[:4]
"""Faults for which the requests of every scenario are tried one by one; the others, which end as these do, take every
eighth of a risky run.

With `ALL` each of the four meets every request. Else every request meets one of them, each in turn; of a risky run,
which has hundreds, every second one, and in one of the two every eighth is that from which on the host is lost for
good. That saves nine minutes of a core."""
_FIRST_OF_FOUR = dict(zip(_THOROUGHLY, (1, 2, 3, 4), strict=True))
_LOST_FROM = {ABSENT.name: 1, SWITCH_ON.name: 3}
_SLICES = 2
_MOST_PIECES, _MOST_REQUESTS = 7, 10
"""Of a converged host with 400 rules of others: 16 KB of output come in a piece."""


def _starting(labs: Labs, scenario: Scenario) -> LabHost:
    return labs.host(scenario.lab_policy)


def test_requests_of_a_run(labs: Labs, record: Take) -> None:
    """What commit-confirmed costs: the same plan with and without a rollback, and a plan that needs none."""
    for scenario in SCENARIOS:
        host = _starting(labs, scenario)
        prepare(host, scenario)
        made = attempt(host, scenario)
        assert made.outcome is not None
        assert made.outcome.rollback == ("confirmed" if scenario.risky else "")
        record(Record("", scenario.name, COUNTED, requests=made.requests))
        if scenario.risky:
            host = _starting(labs, scenario)
            prepare(host, scenario)
            plain = attempt(host, scenario, rollback="never")
            assert plain.outcome is not None
            assert plain.outcome.rollback == ""
            assert plain.requests < made.requests
            record(Record("", f"{scenario.name}, rollback never", COUNTED, requests=plain.requests))
            extra = made.requests - plain.requests
            record(Record("", f"{scenario.name}, extra of commit-confirmed", COUNTED, requests=extra))


def test_a_converged_host_takes_one_exchange(labs: Labs) -> None:
    """One shell with one command, its output, and nothing beside that: no Signal, nor a question about networks."""
    host = labs.host(foreign_rules=400)
    assert attempt(host, FIRST).outcome is not None
    host.reset_stats()
    made = attempt(host, FIRST)
    assert made.outcome is not None
    assert not made.outcome.changed
    counted = host.stats()["requests"]
    assert counted.pop("Receive") <= _MOST_PIECES
    assert counted == {"Create": 1, "Command": 1, "Delete": 1}
    assert made.requests + counted["Delete"] <= _MOST_REQUESTS


def test_every_command_of_a_shell_but_the_last_gets_a_signal(labs: Labs) -> None:
    """A run that writes has several; what it takes to connect anew has a shell of its own."""
    for scenario in (FIRST, ABSENT):
        host = _starting(labs, scenario)
        prepare(host, scenario)
        host.reset_stats()
        made = attempt(host, scenario)
        assert made.outcome is not None
        counted = host.stats()["requests"]
        assert counted["Command"] > counted["Create"]
        assert counted["Signal"] == counted["Command"] - counted["Create"]
        assert counted["Delete"] == counted["Create"], "each shell is deleted, with the command that got no Signal"


def _numbers(scenario: Scenario, fault: str, requests: int) -> range:
    """The requests that a fault meets, counted from 1."""
    if fault in _THOROUGHLY and not ALL:
        return range(_FIRST_OF_FOUR[fault], requests + 1, 8 if scenario.risky else 4)
    return range(1, requests + 1, 1 if fault in _THOROUGHLY or not scenario.risky else 8 if ALL else 16)


@pytest.mark.parametrize("part", range(_SLICES))
@pytest.mark.parametrize("fault", _AT_EVERY)
@pytest.mark.parametrize("scenario", USUAL, ids=label)
def test_every_request_once(labs: Labs, record: Take, scenario: Scenario, fault: str, part: int) -> None:
    """One request goes wrong, each in turn."""
    requests = learn(_starting(labs, scenario), scenario)
    problems = []
    for number in _numbers(scenario, fault, requests)[part::_SLICES]:
        try:
            case = run_case(_starting(labs, scenario), scenario, fault, _AT_EVERY[fault](number), in_series=True)
            record(case.record)
        except AssertionError as problem:
            problems.append(f"request {number} of {requests}: {problem}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("part", range(_SLICES))
@pytest.mark.parametrize("scenario", [ABSENT, SWITCH_ON], ids=label)
def test_host_lost_until_it_restored_itself(labs: Labs, record: Take, scenario: Scenario, part: int) -> None:
    """From one request on, each in turn, nothing answers any more until the rollback must have run."""
    requests = learn(_starting(labs, scenario), scenario)
    problems, fired = [], 0
    numbers = range(1, requests + 1) if ALL else range(_LOST_FROM[scenario.name], requests + 1, 8)
    for number in numbers[part::_SLICES]:
        try:
            host = _starting(labs, scenario)
            quirks: dict[str, object] = {"http_status_at": number, "http_status": 500, "http_status_count": 100000}
            fault = "host lost until restored"
            case = run_case(host, scenario, fault, quirks, run=_answering_when_waited_for, in_series=True)
            record(case.record)
            fired += case.fired
        except AssertionError as problem:
            problems.append(f"request {number} of {requests}: {problem}")
    assert not problems, "\n".join(problems)
    assert fired, "no rollback fired at all, so this test shows nothing"


def _answering_when_waited_for(host: LabHost, scenario: Scenario) -> Attempt:
    waiting = HostTime(host, on_long_wait=lambda: host.set_quirks(http_status_at=None))
    return attempt(host, scenario, sleep=waiting.sleep)
