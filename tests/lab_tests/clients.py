# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that nobody here wrote: pywinrm, with as little around it as can be."""

from __future__ import annotations

from dataclasses import dataclass

from winrm.protocol import Protocol

from lab.testing import Lab, LabHost


@dataclass(frozen=True)
class Output:
    """What a command gave over WinRM."""

    stdout: str
    stderr: str
    rc: int


class Client:
    """pywinrm against one host, with one shell."""

    def __init__(self, host: LabHost, codepage: int = 65001, operation_timeout: int = 20) -> None:
        self.protocol = Protocol(
            host.endpoint,
            transport="basic",
            username=Lab.user,
            password=Lab.password,
            operation_timeout_sec=operation_timeout,
            read_timeout_sec=operation_timeout + 10,
        )
        self.shell = self.protocol.open_shell(codepage=codepage)

    def run(self, command: str, stdin: bytes | None = None) -> Output:
        """Run a command line to its end."""
        command_id = self.protocol.run_command(self.shell, command)
        if stdin is not None:
            self.protocol.send_command_input(self.shell, command_id, stdin, end=True)
        out, err, code = self.protocol.get_command_output(self.shell, command_id)
        self.protocol.cleanup_command(self.shell, command_id)
        return Output(out.decode(), err.decode(), code)

    def receive(self, command_id: str) -> tuple[bytes, bytes, int, bool]:
        """One Receive."""
        return self.protocol.get_command_output_raw(self.shell, command_id)

    def close(self) -> None:
        """Forget the connection; the shell stays as a lost client would leave it."""
        self.protocol.transport.close_session()
