# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bare_command: the least that a task over WinRM can cost, the floor of the benchmark.

One shell, one command (``hostname``) and nothing else. Shares no code with the collection.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]
    """Takes no options and returns the host's name."""

    TRANSFERS_FILES = False
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars or {})
        self._connection._connect()
        protocol, shell = self._connection.protocol, self._connection.shell_id
        command = protocol.run_command(shell, "hostname")
        stdout, _stderr, code = protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
        result.update(changed=False, failed=code != 0, name=stdout.decode("ascii", "replace").strip())
        return result
