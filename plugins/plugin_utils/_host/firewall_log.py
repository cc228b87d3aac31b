# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the firewall's log on a host."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta, timezone

from ...module_utils._firewall.log.asking import LogAnswer, read_log
from ...module_utils._firewall.log.files import LogFiles
from .commands import CommandTimeout
from .remote_host import RemoteHost

_DEADLINE = 60.0  # seconds of a command; findstr takes a second or two for the largest log


class LogUnread(Exception):
    """The log could not be read; the message says why."""


def read_firewall_log(host: RemoteHost, files: LogFiles, span: timedelta, *, allowed: bool) -> LogAnswer:
    """Read the log of a host.

    Args:
        host: The host.
        files: What is logged there, and where.
        span: How far back.
        allowed: Whether connections that were let through are wanted too.

    Raises:
        LogUnread: A command took too long. Nothing else is wrong with the host.
        ConnectionLost: The host does not answer.
        ReadError: It answers something that cannot be relied on.
    """

    def ask(command: str, most: int) -> tuple[str, bool]:
        output = host.run(command, deadline=_DEADLINE, most=most)
        return output.stdout, output.whole

    try:
        return read_log(
            ask,
            secrets.token_hex(4),
            files.paths,
            span,
            datetime.now(timezone.utc).replace(tzinfo=None),
            time.monotonic,
            allowed=allowed,
        )
    except CommandTimeout as error:
        raise LogUnread(f"the host took longer than {_DEADLINE:.0f} seconds to look through its log") from error
