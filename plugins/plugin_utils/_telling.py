# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for people beside what Ansible's own callback shows of a task."""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible.utils.display import Display

_FOR_PROGRAMS = frozenset({"json", "jsonl", "ndjson"})
"""Last part of the names of callbacks whose standard output programs read; anything else there would break it."""

display = Display()


def is_for_programs() -> bool:
    """Whether standard output is read by a program, as far as the name of its callback tells."""
    return str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2] in _FOR_PROGRAMS


def tell(line: str, task: Any) -> None:
    """Show a line where it breaks nothing.

    Args:
        line: The line.
        task: The task that has something to say; of one with ``no_log`` nothing is shown.
    """
    if not task.no_log:
        display.display(line, stderr=is_for_programs())


def skipped(why: str, task: Any) -> dict[str, Any]:
    """The result of a task that has nothing to do on a host; why is shown too, for Ansible shows one word.

    Args:
        why: Why there is nothing to do.
        task: The task.
    """
    tell(why, task)
    return {"skipped": True, "changed": False, "msg": why}
