# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""winrs_cmd: one cmd.exe line on a Windows host, for tests: by hand what the modules under test do by themselves.

A stand-in for ``winrs -r:HOST LINE``. It shares no code with the collection's plugins, so that a mistake there cannot
hide here.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]
    """Takes ``cmd``, the line; returns stdout, stderr and rc, and fails if rc is not 0.

    It runs in check mode too: what a test does by hand is none of the play's changes.
    """

    TRANSFERS_FILES = False
    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars or {})
        _validation, options = self.validate_argument_spec({"cmd": {"type": "str", "required": True}})
        self._connection._connect()
        protocol, shell = self._connection.protocol, self._connection.shell_id
        command = protocol.run_command(shell, str(options["cmd"]), console_mode_stdin=True)
        try:
            stdout, stderr, code = protocol.get_command_output(shell, command)
        finally:
            protocol.cleanup_command(shell, command)
        result.update(
            cmd=str(options["cmd"]),
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
            rc=int(code),
            changed=False,
        )
        if code != 0:
            result.update(failed=True, msg=f"exit code {code}: {result['stdout']}{result['stderr']}")
        return result
