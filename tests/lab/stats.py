# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host counts: requests, connections, bytes, processes, command lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Stats:
    """Counters of one host since its start or the last reset. Bytes are of HTTP bodies and HTTP headers.

    unauthorized: refused requests; login_steps: 401 answers in the course of a login; powershell: requests for any
    resource of PowerShell.
    """

    requests: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    unauthorized: int = 0
    login_steps: int = 0
    powershell: int = 0
    body_bytes_in: int = 0
    body_bytes_out: int = 0
    header_bytes_in: int = 0
    header_bytes_out: int = 0
    processes: Counter[str] = field(default_factory=Counter)
    commands: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "requests": dict(self.requests),
            "requests_total": self.requests.total(),
            "connections": self.connections,
            "unauthorized": self.unauthorized,
            "login_steps": self.login_steps,
            "powershell": self.powershell,
            "body_bytes_in": self.body_bytes_in,
            "body_bytes_out": self.body_bytes_out,
            "header_bytes_in": self.header_bytes_in,
            "header_bytes_out": self.header_bytes_out,
            "processes": dict(self.processes),
            "processes_total": self.processes.total(),
            "commands": list(self.commands),
        }
