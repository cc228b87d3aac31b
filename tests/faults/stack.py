# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack under test: the control loop, Ansible's own winrm connection, pywinrm; and the host's time.

Time passes for a host only when the controller waits: what the control loop takes for `sleep` puts the host's clock
forward by as much. So a rollback of ten minutes takes no time in a test, and never fires because the machine is slow.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh_text import UnsupportedValueError
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import NotElevated, ReadError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.judging import judge_host
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.lockout import LockoutGuard
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed, Outcome
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

from faults.scenarios import Scenario
from lab.testing import Lab, LabHost

if TYPE_CHECKING:
    from typing_extensions import Self

CLEAR = (ConnectionLost, ReadError, NotElevated, Failed, UnsupportedValueError)
"""What a run may raise; the action plugin makes a result of each. Anything else would be a traceback."""

WRITING, WRITTEN = "RUN netsh <<<", "RAN netsh ->"
"""Log lines right before and right after the plan is sent."""

_OPERATION_SECONDS = 1  # the shortest WS-Man has


def connect(address: str, port: int) -> Any:
    """Ansible's winrm connection plugin, set up as a task does it."""
    connection = connection_loader.get("winrm", PlayContext(), "/dev/null")
    connection.set_options(
        var_options={
            "ansible_host": address,
            "ansible_port": port,
            "ansible_user": Lab.user,
            "ansible_password": Lab.password,
            "ansible_winrm_scheme": "http",
            "ansible_winrm_transport": ["basic"],
            "ansible_winrm_connection_timeout": _OPERATION_SECONDS,
            "_extras": {},
        }
    )
    return connection


class HostTime:
    """The controller's waiting, and with it the host's time."""

    def __init__(self, host: LabHost, on_long_wait: Callable[[], None] = lambda: None) -> None:
        """Nothing happens yet.

        Args:
            host: Whose clock goes along.
            on_long_wait: Called before each wait of more than five minutes: the wait for a rollback.
        """
        self._host = host
        self._on_long_wait = on_long_wait

    def sleep(self, seconds: float) -> None:
        """Let the host's clock go on by so much, and what has become due happen."""
        if seconds > 300:
            self._on_long_wait()
        self._host.set_clock(advance=seconds / 60)
        time.sleep(0.02 if seconds > 10 else 0.002)


@dataclass(frozen=True)
class Attempt:
    """How one run ended: with an outcome, or with one of CLEAR.

    Attributes:
        outcome: Of a run that ended well.
        error: Of one that did not.
        requests: WS-Man requests it took.
        warnings: What the user was warned of, by the guard and in the outcome.
        lines: What the engine logged.
    """

    outcome: Outcome | None = None
    error: Exception | None = None
    requests: int = 0
    warnings: tuple[str, ...] = ()
    lines: tuple[str, ...] = field(default=(), repr=False)

    @property
    def known(self) -> Outcome | None:
        """The outcome, also that of a failure."""
        return self.outcome or getattr(self.error, "outcome", None)

    @property
    def message(self) -> str:
        """What a person reads."""
        return str(self.error or "")


def attempt(
    host: LabHost,
    scenario: Scenario,
    *,
    guarded: bool = True,
    rollback: str = "auto",
    rollback_after: int = 6,
    sleep: Callable[[float], None] | None = None,
    hurry: float = 1.0,
    on_line: Callable[[str], None] = lambda _line: None,
    dial: tuple[str, int] | None = None,
) -> Attempt:
    """Run the engine once, as the action plugin does.

    Args:
        host: The host.
        scenario: What is wanted.
        guarded: Whether the lockout guard is asked.
        rollback: The option.
        rollback_after: The option.
        sleep: Waits; the host's time by default.
        hurry: How much faster than real time the deadlines of commands run out.
        on_line: Is told of each line that the engine logs, as it does.
        dial: Address and port to connect to, where they are not the host's own.
    """
    before = host.stats()["requests_total"]
    lines: list[str] = []
    connection = connect(*(dial or (host.address, host.winrm_port)))

    def log(line: str) -> None:
        lines.append(line)
        on_line(line)

    remote = RemoteHost(connection, log, lambda: time.monotonic() * hurry)
    guard = LockoutGuard(remote, accept_impact=True, confirmed=rollback == "auto") if guarded else None
    wait = sleep or HostTime(host).sleep
    outcome: Outcome | None = None
    error: Exception | None = None
    try:
        outcome = enforce(
            remote, scenario.wanted, False, sleep=wait, rollback=rollback, rollback_after=rollback_after, guard=guard
        )
        outcome = _judged(remote, scenario, outcome)
    except CLEAR as caught:
        outcome, error = None, caught
    requests = host.stats()["requests_total"] - before
    with contextlib.suppress(Exception):  # as Ansible does at a task's end, whatever became of the host
        connection.close()
    known = outcome or getattr(error, "outcome", None)
    warnings = (*(guard.warnings if guard else ()), *(known.warnings if known else ()))
    return Attempt(outcome, error, requests, warnings, tuple(lines))


def lost_until_fired(
    host: LabHost,
    scenario: Scenario,
    *,
    line: str = WRITTEN,
    rollback_after: int = 6,
    on_long_wait: Callable[[], None] = lambda: None,
) -> Attempt:
    """A run on a host that answers no more until the controller begins to wait for the rollback.

    Args:
        host: The host.
        scenario: What is wanted.
        line: The host is lost when the engine logs a line that begins so: WRITING or WRITTEN.
        rollback_after: The option.
        on_long_wait: Called when the controller begins to wait; what it raises ends the controller.
    """

    def hear(said: str) -> None:
        if said.startswith(line):
            host.set_quirks(http_status_at=1, http_status_count=1_000_000)

    def found() -> None:
        host.set_quirks(http_status_at=None)
        on_long_wait()

    try:
        waiting = HostTime(host, found)
        return attempt(host, scenario, rollback_after=rollback_after, sleep=waiting.sleep, on_line=hear)
    finally:
        host.set_quirks(http_status_at=None, http_status_count=1)


def _judged(remote: RemoteHost, scenario: Scenario, outcome: Outcome) -> Outcome:
    """Ask for the verdicts; being lost over them after a write is a failure, as in the action plugin."""
    try:
        judge_host(remote, scenario.policy, outcome.after)
    except (ConnectionLost, ReadError, NotElevated) as error:
        if not outcome.wrote:
            raise
        raise Failed(f"all was written and seen, but the host was lost afterwards: {error}", outcome) from error
    return outcome


class Labs:
    """Labs by their starting policy, each with one host, which is reset whenever it is asked for.

    Only the last few are kept: there are not many networks for labs on a machine.
    """

    _MOST = 3

    def __init__(self) -> None:
        self._running: dict[tuple[object, ...], tuple[Lab, LabHost]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._running:
            self._close_oldest()

    def host(
        self,
        policy: str = "default",
        foreign_rules: int = 0,
        oddities: tuple[str, ...] = (),
        windows: str = "2012r2",
        winrm_rule: bool = True,
    ) -> LabHost:
        """A host in its starting state, by what EstateOptions call these."""
        key = (policy, foreign_rules, oddities, windows, winrm_rule)
        if key in self._running:
            self._running[key] = self._running.pop(key)  # the last one used is the last to go
        else:
            while len(self._running) >= self._MOST:
                self._close_oldest()
            lab = Lab(
                ["dir01"],
                policy=policy,
                foreign_rules=foreign_rules,
                oddities=oddities,
                windows=windows,
                winrm_rule=winrm_rule,
                services=False,
                bystanders=(),
            )
            lab.__enter__()
            self._running[key] = lab, lab.host("dir01")
        host = self._running[key][1]
        host.reset()
        return host

    def _close_oldest(self) -> None:
        lab, _host = self._running.pop(next(iter(self._running)))
        lab.__exit__(None, None, None)
