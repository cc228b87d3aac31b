# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a host. An audit needs this and nothing of what writes, undoes and rolls back."""

from __future__ import annotations

import secrets

from ...module_utils._firewall.state import programs, read_command, reading
from ...module_utils._firewall.state.snapshot import Snapshot
from .remote_host import RemoteHost

READ_DEADLINE = 120.0  # seconds


def read(host: RemoteHost, owner: bool = False, program: str = "") -> Snapshot:
    """Read a host with one command; one more where a rule string on it lacks its end.

    Args:
        host: The host.
        owner: Whether to ask if another firewall product filters in place of Windows Firewall.
        program: Full path of a program to look for; empty for none.

    Raises:
        ConnectionLost: The host does not answer.
        ReadError: It answers something that cannot be relied on.
        NotElevated: The account lacks the rights.
    """
    marker = secrets.token_hex(4)
    output = host.run(read_command.read_command(marker, owner, program), deadline=READ_DEADLINE)
    return reading.parse_answer(
        output.stdout, marker, owner, ask=lambda line: host.run(line, deadline=READ_DEADLINE).stdout, program=program
    )


def read_programs(host: RemoteHost, services: tuple[str, ...]) -> dict[str, str]:
    """Read the programs of services from a host's registry.

    Args:
        host: The host.
        services: Short names of the services.

    Returns:
        Short name, in lower case, and path of the program of each that is installed.

    Raises:
        ConnectionLost, ReadError: As in `read`.
    """
    marker = secrets.token_hex(4)
    output = host.run(programs.programs_command(marker, services), deadline=READ_DEADLINE)
    return programs.parse_programs(output.stdout, marker, services)
