# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.fleet: one table of all hosts at the end of a run, and a line of progress in a terminal."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: aggregate
short_description: One table of all hosts at the end of a run
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Prints, after everything else, one line for each host that M(lyncops.firewall.lync_firewall) or
    M(lyncops.firewall.lync_firewall_info) worked on, the worst first. It shows the status of the host, how many of its
    requirements are open, conditional, unknown and closed, how many rules were or would be added, set and deleted, and
    why. The status is the class that M(lyncops.firewall.lync_firewall_report) gives the host, or V(repaired)
    where this run has changed it. Of several tasks the last one counts.
  - Where hosts run several products, a column names that of each. Where all run the same, and it is not the default, a
    line names it.
  - In a terminal it also shows one line of progress while hosts finish. It is rewritten in place and leaves nothing
    behind. There is none in a pipe, in a file, or in AWX and ansible-runner, which record all output.
  - Where the output is for programs, as with C(ANSIBLE_STDOUT_CALLBACK=ansible.posix.json), the table goes to standard
    error, and there is no line of progress.
  - It prints beside the usual output. To have little else on the screen set C(ANSIBLE_DISPLAY_OK_HOSTS=false) and
    C(ANSIBLE_DISPLAY_SKIPPED_HOSTS=false).
requirements:
  - Enabled where wanted, with C(callbacks_enabled = lyncops.firewall.fleet) in C(ansible.cfg) or
    C(ANSIBLE_CALLBACKS_ENABLED=lyncops.firewall.fleet) in the environment.
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.fleets
    description: Fleets, reports and AWX
options:
  rows:
    description: How many hosts the table shows at most. The others are counted.
    type: int
    default: 60
    env:
      - name: LYNCOPS_FLEET_ROWS
    ini:
      - section: callback_lyncops_fleet
        key: rows
  progress:
    description: V(auto) shows a line of progress in a terminal, V(never) shows none.
    type: str
    choices: [auto, never]
    default: auto
    env:
      - name: LYNCOPS_FLEET_PROGRESS
    ini:
      - section: callback_lyncops_fleet
        key: progress
  status:
    description:
      - A file that says for programs how the run ended, as the one beside a report does; see
        M(lyncops.firewall.lync_firewall_report). It is for the playbooks that make no report, such as C(site) and
        C(remediate), which can also end because the guard refused a plan. It is written at the end of every run, in
        check mode too, and of one that found nobody to work on.
      - A relative path starts at the current directory. The folder must be there.
    type: path
    env:
      - name: LYNCOPS_FLEET_STATUS
    ini:
      - section: callback_lyncops_fleet
        key: status
"""

import os
import sys
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.utils.color import stringc

from ..plugin_utils._fleet.ended import to_run_status
from ..plugin_utils._fleet.progress import ProgressLine
from ..plugin_utils._fleet.rows import Row, State, to_row
from ..plugin_utils._fleet.table import to_table
from ..plugin_utils._report.files import write_file
from ..plugin_utils._report.packed import unpack
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._telling import is_for_programs

_ACTIONS = ("lyncops.firewall.lync_firewall", "lyncops.firewall.lync_firewall_info")
_PREFLIGHT = "lyncops.firewall.lync_firewall_preflight"
_WIDTH_OF_FILES = 120
_SETTING_OF_COLOR = {
    State.UNREACHABLE: "COLOR_UNREACHABLE",
    State.FAILED: "COLOR_ERROR",
    State.DRIFTED: "COLOR_CHANGED",
    State.INEFFECTIVE: "COLOR_ERROR",
    State.HIDDEN: "COLOR_SKIP",
    State.REPAIRED: "COLOR_CHANGED",
    State.COMPLIANT: "COLOR_OK",
    State.NOT_MANAGED: "COLOR_SKIP",
}


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """The plugin. Events of other tasks are ignored."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "lyncops.firewall.fleet"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._rows: dict[str, Row] = {}
        self._line = ProgressLine()
        self._play: Any = None
        self._finished: set[str] = set()
        self._expected = 0
        self._message = ""

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._line.close()
        self._play = play

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        self._line.close()
        self._finished = set()
        if _is_ours(task) and self._may_show_progress():
            self._expected = self._hosts_of_batch()
            self._line.open()
            self._show("")

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_on_ok(self, result: Any) -> None:
        self._take(result)

    # Ansible takes these keys out of what callbacks get; a host that failed would pass for one that is well.
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: ARG002
        if (getattr(result._task, "resolved_action", None) or result._task.action) == _PREFLIGHT:
            self._message = str(result._result.get("msg", ""))
        self._take(result, failed=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._take(result, unreachable=True)

    def v2_runner_on_skipped(self, result: Any) -> None:
        # A host that was read by an earlier task keeps that result.
        self._take(result, only_first=True, skipped=True)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._line.close()
        self._write_status(stats)
        lines = to_table(self._rows.values(), self.get_option("rows"), _terminal_columns() or _WIDTH_OF_FILES)
        if not lines:
            return
        shown = [stringc(line.text, _color(line.state)) if line.state else line.text for line in lines]
        # Twice: the log gets no colours.
        self._display.display("\n".join(shown) + "\n", screen_only=True, stderr=is_for_programs())
        self._display.display("\n".join(line.text for line in lines), log_only=True)

    def _write_status(self, stats: Any) -> None:
        path = self.get_option("status")
        if not path:
            return
        now = utc_now()
        content = to_run_status(self._rows.values(), list(stats.failures), list(stats.dark), now, self._message)
        try:
            write_file(Path(path), content)
        except OSError as error:
            self._display.warning(f"LYNCOPS_FLEET_STATUS: {path} cannot be written: {error.strerror or error}")

    def _take(self, result: Any, only_first: bool = False, **outcome: bool) -> None:
        task = result._task
        if not _is_ours(task):
            return
        name = result._host.get_name()
        if not (only_first and name in self._rows):
            self._rows[name] = to_row(name, {**unpack(result._result), **outcome}, bool(task.check_mode))
        self._finished.add(name)
        self._show(f"{name} {self._rows[name].state.value}")

    def _show(self, latest: str) -> None:
        expected = f"/{self._expected}" if self._expected >= len(self._finished) else ""
        self._line.show(f"{len(self._finished)}{expected} hosts finished  {latest}".rstrip())

    def _may_show_progress(self) -> bool:
        dumb = os.environ.get("TERM", "dumb") == "dumb"
        return (
            self.get_option("progress") == "auto"
            and not (dumb or is_for_programs())
            and _terminal_columns() is not None
        )

    def _hosts_of_batch(self) -> int:
        if self._play is None:
            return 0
        return len(self._play.get_variable_manager().get_vars(play=self._play).get("ansible_play_batch", ()))


def _terminal_columns() -> int | None:
    """Columns of the user's terminal; None if output goes anywhere else."""
    # ansible-runner, and AWX with it, gives Ansible a terminal of its own and records what is written there.
    if not sys.stdout.isatty() or "AWX_ISOLATED_DATA_DIR" in os.environ:
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _WIDTH_OF_FILES
    except (OSError, ValueError):
        return _WIDTH_OF_FILES


def _is_ours(task: Any) -> bool:
    return (getattr(task, "resolved_action", None) or task.action) in _ACTIONS


def _color(state: State) -> str:
    return str(getattr(constants, _SETTING_OF_COLOR[state]))
