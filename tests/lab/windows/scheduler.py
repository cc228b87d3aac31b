# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Task Scheduler service: tasks that wait for their moment and run as SYSTEM, outside every WinRM shell.

Simulates [MS-TSCH] as far as a rollback needs it. A RegistrationTrigger fires its Delay after the registration and
is lost by a reboot; a TimeTrigger fires at a local time, and one that was missed fires late only with
StartWhenAvailable; a BootTrigger fires its Delay after each start. A running instance lives on when its task is
deleted and is ended by its ExecutionTimeLimit: its process is, not what that has started, so that a script stops after
the line in work. Who may do what is told in task_security. All delays are in host time (see clock).

The lab's choices: a task of any other user than SYSTEM never starts, for nobody is logged on; one that is not to
start on batteries does not while the quirk ``on_batteries`` is on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lab.windows import task_traces
from lab.windows.process import Life, discard, nul_input
from lab.windows.sddl import sddl
from lab.windows.security import Descriptor, Token
from lab.windows.task_security import descriptor_of, require, require_own
from lab.windows.task_xml import TaskDefinition, Trigger

if TYPE_CHECKING:
    from lab.host import Host


TERMINATED = 0x41306
"""SCHED_S_TASK_TERMINATED, the last result of an instance that was ended."""


@dataclass(eq=False)
class ScheduledTask:
    """A registered task. ``last_result`` is the exit code of the last instance that ended by itself."""

    name: str
    definition: TaskDefinition
    registered: datetime
    security: Descriptor
    last_run: datetime | None = None
    last_result: int | None = None
    runs: int = 0
    timers: set[asyncio.Task[None]] = field(default_factory=set)
    instances: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def running(self) -> bool:
        """Whether an instance runs now."""
        return bool(self.instances)

    def next_run(self, now: datetime) -> datetime | None:
        """When it fires next by a time or a registration, or None."""
        moments = [
            moment
            for trigger in self.definition.triggers
            if trigger.enabled and (moment := first_moment(trigger, self.registered, now)) is not None
        ]
        return min(moments, default=None)


def first_moment(trigger: Trigger, registered: datetime, now: datetime) -> datetime | None:
    """When a trigger fires next after ``now``; None when it never does or waits for a boot."""
    if trigger.kind == "BootTrigger":
        return None
    begin = registered if trigger.kind == "RegistrationTrigger" else trigger.start or registered
    moment = begin + trigger.delay
    if moment < now and trigger.repeat:
        moment += (-((moment - now) // trigger.repeat)) * trigger.repeat
    if moment < now or (trigger.end and moment > trigger.end):
        return None
    return moment


class TaskScheduler:
    """The scheduler of one host. ``on_register`` is called at every registration."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tasks: dict[str, ScheduledTask] = {}
        # Instances outlive their tasks' entries: who deletes a task does not end it.
        self._instances: set[asyncio.Task[None]] = set()
        self._work: set[asyncio.Future[int]] = set()
        self.on_register: Callable[[ScheduledTask], None] = lambda _: None
        self.fired: list[str] = []
        self._generation, self._failed_queries = -1, 0

    @property
    def tasks(self) -> tuple[ScheduledTask, ...]:
        """All registered tasks by name."""
        return tuple(self._tasks[name] for name in sorted(self._tasks))

    def find(self, name: str) -> ScheduledTask | None:
        """A task by name, in any case, with or without the root folder's backslash."""
        return self._tasks.get(_key(name))

    def register(self, name: str, definition: TaskDefinition, token: Token) -> ScheduledTask:
        """Add or replace a task and wait for its triggers. Raises TaskDenied and TaskXmlError."""
        require_own(definition, token)
        old = self.find(name)
        if old is not None:
            require(old.security, token, "change")
        security = descriptor_of(definition, token, None if old is None else old.security)
        self.delete(name)
        task = ScheduledTask(name.lstrip("\\"), definition, self._host.clock.now(), security)
        self._tasks[_key(name)] = task
        if self._host.quirks.task_traces:
            task_traces.leave(self._host.files, self._host.registry, task.name, definition.xml, security)
        for trigger in definition.triggers:
            if trigger.kind == "RegistrationTrigger":
                self._wait(task, trigger, task.registered + trigger.delay)
            elif trigger.kind == "TimeTrigger":
                self._wait_for_time(task, trigger)
        self.on_register(task)
        return task

    def query_trouble(self) -> str:
        """Why the next query fails, by the quirk ``schtasks_query_fails``; empty when it does not."""
        quirks = self._host.quirks
        if self._generation != self._host.quirks_generation:
            self._generation, self._failed_queries = self._host.quirks_generation, 0
        most = quirks.schtasks_query_failures
        if not quirks.schtasks_query_fails or (most is not None and self._failed_queries >= most):
            return ""
        self._failed_queries += 1
        return quirks.schtasks_query_fails

    def delete(self, name: str) -> bool:
        """Forget a task; an instance that runs goes on. Returns whether there was such a task."""
        task = self._tasks.pop(_key(name), None)
        if task is None:
            return False
        for timer in task.timers:
            timer.cancel()
        task_traces.remove(self._host.files, self._host.registry, task.name)
        return True

    def start(self, task: ScheduledTask) -> bool:
        """Run a task now; returns whether an instance was started."""
        definition, quirks = task.definition, self._host.quirks
        if not definition.enabled or not definition.runs_as_system or quirks.tasks_never_fire:
            return False
        if definition.not_on_batteries and quirks.on_batteries:
            return False
        if task.running:
            if definition.instances == "StopExisting":
                self.end(task)
            elif definition.instances != "Parallel":
                return False
        task.last_run = self._host.clock.now()
        task.runs += 1
        self.fired.append(task.name)
        instance = asyncio.get_running_loop().create_task(self._run(task))
        for group in (task.instances, self._instances):
            group.add(instance)
            instance.add_done_callback(group.discard)
        return True

    def end(self, task: ScheduledTask) -> bool:
        """End the running instances; returns whether there were any."""
        running = list(task.instances)
        for instance in running:
            instance.cancel()
        return bool(running)

    def shut_down(self) -> None:
        """The host goes down: everything that runs or waits is gone, the tasks stay registered."""
        for instance in list(self._instances):
            instance.cancel()
        for work in list(self._work):
            work.cancel()
        for task in self._tasks.values():
            for timer in list(task.timers):
                timer.cancel()

    def boot(self) -> None:
        """The host is up again: boot triggers fire, and times are waited for."""
        for task in self.tasks:
            for trigger in task.definition.triggers:
                if trigger.kind == "BootTrigger":
                    self._wait(task, trigger, self._host.clock.now() + trigger.delay)
                elif trigger.kind == "TimeTrigger":
                    self._wait_for_time(task, trigger)

    def as_dict(self) -> dict[str, Any]:
        """What is registered, and what has fired since the last reset, for JSON."""
        now = self._host.clock.now()
        return {
            "tasks": [
                {
                    "name": task.name,
                    "description": task.definition.description,
                    "security": sddl(task.security, owner=True),
                    "enabled": task.definition.enabled,
                    "running": task.running,
                    "runs": task.runs,
                    "last_result": task.last_result,
                    "next_run": moment.isoformat(timespec="seconds") if (moment := task.next_run(now)) else None,
                }
                for task in self.tasks
            ],
            "fired": list(self.fired),
        }

    def clear(self) -> None:
        """Forget everything."""
        self.shut_down()
        self._tasks.clear()
        self.fired.clear()

    def _wait_for_time(self, task: ScheduledTask, trigger: Trigger) -> None:
        now = self._host.clock.now()
        moment = first_moment(trigger, task.registered, now)
        if moment is None and task.definition.start_when_available and task.last_run is None:
            moment = now  # missed while the host was down, or before it was registered
        if moment is not None:
            self._wait(task, trigger, moment)

    def _wait(self, task: ScheduledTask, trigger: Trigger, moment: datetime) -> None:
        if not trigger.enabled:
            return
        moment += timedelta(minutes=self._host.quirks.tasks_late)
        timer = asyncio.get_running_loop().create_task(self._fire(task, trigger, moment))
        task.timers.add(timer)
        timer.add_done_callback(task.timers.discard)

    async def _fire(self, task: ScheduledTask, trigger: Trigger, moment: datetime) -> None:
        clock = self._host.clock
        while trigger.end is None or moment <= trigger.end:
            await clock.sleep_until(moment)
            self.start(task)
            if trigger.repeat is None:
                return
            moment = max(moment + trigger.repeat, clock.now())

    async def _run(self, task: ScheduledTask) -> None:
        definition = task.definition
        line = f'"{definition.command.strip(chr(34))}" {definition.arguments}'.rstrip()
        host = self._host
        life = Life()
        work = asyncio.ensure_future(
            host.execute(line, stdin=nul_input(), stdout=discard, stderr=discard, as_system=True, life=life)
        )
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        limit = asyncio.ensure_future(_limit(host, None if host.quirks.tasks_unlimited else definition.limit))
        try:
            await asyncio.wait({work, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
            life.ended = True
            if not work.cancelled():
                task.last_result = work.result() if work.done() else TERMINATED


async def _limit(host: Host, limit: timedelta | None) -> None:
    if limit is None:
        await asyncio.Event().wait()
    else:
        await host.clock.sleep_until(host.clock.now() + limit)


def _key(name: str) -> str:
    return name.lstrip("\\").upper()
