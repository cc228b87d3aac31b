# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second administrator, who changes the same host at the moments that quirks name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.windows.rules import parse_rule
from lab.windows.scheduler import ScheduledTask

if TYPE_CHECKING:
    from lab.host import Host

FOREIGN_RULE = (
    "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=20443|Name=Added by a second administrator|"
    "Desc=Must survive whatever else is done|"
)
FOREIGN_BLOCK = (
    "v2.22|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort={}|Name=Emergency block by a second administrator|"
)


class SecondAdministrator:
    """Watches one host and acts."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lines = 0

    def start_counting(self) -> None:
        """The quirks were set: the next netsh command is the first."""
        self._lines = 0

    def netsh_line(self) -> None:
        """Called before each command that netsh runs."""
        self._lines += 1
        quirks = self._host.quirks
        if self._lines == quirks.foreign_rule_at_line:
            self._add(FOREIGN_RULE)
        if self._lines == quirks.foreign_block_at_line:
            self._add(FOREIGN_BLOCK.format(self._host.spec.winrm_port))

    def task_registered(self, _task: ScheduledTask) -> None:
        """Called when somebody has registered a task."""
        if self._host.quirks.foreign_rule_when_armed:
            self._add(FOREIGN_RULE)

    def _add(self, text: str) -> None:
        if self._host.firewall.running:
            self._host.firewall.add(parse_rule(text))
