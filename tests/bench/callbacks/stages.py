# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""stages: where ansible-playbook's CPU goes, by wrapping its own functions and those of the collection.

Each process writes ``STAGES_FOLDER/<pid>.json``: CPU seconds by stage, each without what other stages inside it took.
What is wrapped is the least that tells the stages apart, some dozen calls a task, so that the figures stay honest.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.executor import task_executor
from ansible.executor.process import worker
from ansible.executor.task_queue_manager import FinalQueue
from ansible.plugins.callback import CallbackBase
from ansible.plugins.strategy import StrategyBase
from ansible.vars.manager import VariableManager

DOCUMENTATION = """
name: stages
type: aggregate
short_description: Where ansible-playbook's CPU goes
description: For C(make bench-fleet).
"""

_OURS = "ansible_collections.lyncops.firewall."
_PEERS = "peers"  # with all inside it: to look at other hosts' variables is what it costs
# Stage to functions of the collection, by module and name.
_COLLECTION = {
    "read and understand": ("parse_answer",),
    "plan": ("make_plan", "wanted_state", "requested_policy"),
    "judge": ("judge_host", "judge_policy"),
    "result": ("plain", "harmless", "states", "plan_dict", "requirements"),
    "options": ("validate",),
    _PEERS: ("estate_of", "peers_of", "survey"),
    "report": ("build_report", "compare", "to_html", "to_json", "to_csv"),
}


class _Stages:
    """CPU seconds of this process by stage; only the thread that began is measured."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.open: list[str] = ["other"]
        self.since = 0.0
        self.thread = threading.get_ident()

    def switch(self, stage: str | None) -> None:
        """Enter a stage, or leave the innermost one."""
        now = time.process_time()
        self.spent[self.open[-1]] += now - self.since
        self.since = now
        if stage is None:
            self.open.pop()
        else:
            self.open.append(_PEERS if self.open[-1] == _PEERS else stage)

    def write(self, kind: str, task: str = "") -> None:
        self.switch("written")
        self.open = ["other"]
        path = Path(os.environ["STAGES_FOLDER"]) / f"{os.getpid()}.json"
        path.write_text(json.dumps({"kind": kind, "task": task, "cpu": time.process_time(), "stages": self.spent}))


_stages = _Stages()


def _begin_worker() -> None:
    _stages.__init__()  # type: ignore[misc] # one object for the life of a process, so that no name is bound anew


def _timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        stages = _stages
        if threading.get_ident() != stages.thread:
            return function(*args, **kwargs)
        stages.switch(stage)
        try:
            return function(*args, **kwargs)
        finally:
            stages.switch(None)

    return wrapper


def _wrap(owner: Any, name: str, stage: str) -> None:
    setattr(owner, name, _timed(stage, getattr(owner, name)))


def _wrap_ours() -> None:
    """The functions of the collection, wherever they have been imported to."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(_OURS) and module]
    for stage, names in _COLLECTION.items():
        for name in names:
            for module in modules:
                found = getattr(module, name, None)
                if name == "plain" and found and found.__module__ == module.__name__:
                    continue  # it calls itself, and would be measured with each step
                if callable(found) and not hasattr(found, "__wrapped__"):
                    setattr(module, name, _timed(stage, found))
    for module in modules:
        if module.__name__.startswith(f"{_OURS}plugins.action."):
            action = module.ActionModule
            if not hasattr(action.run, "__wrapped__"):
                _wrap(action, "run", "action, the rest")


def _worker_run(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    def wrapper(self: Any) -> None:
        _stages.open = ["the worker's rest"]
        _stages.switch("the worker's rest")
        try:
            run(self)
        finally:
            _stages.write("worker", str(self._task.action))

    return wrapper


def _executor_run(run: Callable[..., Any]) -> Callable[..., Any]:
    timed = _timed("variables, templates, when", run)

    @functools.wraps(run)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        _wrap_ours()
        return timed(*args, **kwargs)

    return wrapper


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Wraps once it is loaded, which is before any worker is."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        os.register_at_fork(after_in_child=_begin_worker)
        worker.WorkerProcess.run = _worker_run(worker.WorkerProcess.run)
        task_executor.TaskExecutor.run = _executor_run(task_executor.TaskExecutor.run)
        _wrap(FinalQueue, "send_task_result", "result to the main process")
        _wrap(VariableManager, "get_vars", "variables of hosts")
        _wrap(StrategyBase, "_queue_task", "start of workers")
        _wrap(StrategyBase, "_process_pending_results", "results")
        from ansible.plugins.connection import winrm

        _wrap(winrm.Connection, "_connect", "connect and login")
        _wrap(winrm.Connection, "close", "close")
        from winrm.protocol import Protocol

        _wrap(Protocol, "send_message", "WS-Man messages")
        from winrm.transport import Transport

        _wrap(Transport, "send_message", "HTTP")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        _stages.write("main")
