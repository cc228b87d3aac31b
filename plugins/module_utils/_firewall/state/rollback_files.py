# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a rollback lies on a host: names that the reader looks for and the rollback writes. Constants only."""

from __future__ import annotations

TASK = "LyncOpsRollback"
"""Name of the scheduled task that restores the host."""

FOLDER = rf"%SystemRoot%\{TASK}"
"""Below the Windows folder only administrators can write; cmd expands the variable. The folder is the lock."""

SCRIPT_NAME, TASK_NAME, OWNER_NAME, EXPORT_NAME = "undo.cmd", "task.xml", "owner.txt", "before.wfw"

SHORTEST_DELAY, LONGEST_DELAY = 6, 1440
"""Minutes. The shortest is longer than the deadline of one write (300 s), so a slow netsh alone never fires it."""
