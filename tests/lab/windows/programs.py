# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs a simulated host has: name to entry point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from lab.windows import findstr, icacls, netsh, netstat, reg, schtasks, services, small_programs, whoami
from lab.windows.process import Process

Program = Callable[[Process], Awaitable[int]]

PROGRAMS: Mapping[str, Program] = {
    "reg": reg.run,
    "netsh": netsh.run,
    "sc": services.run,
    "schtasks": schtasks.run,
    "netstat": netstat.netstat,
    "tasklist": netstat.tasklist,
    "whoami": whoami.run,
    "hostname": small_programs.hostname,
    "ping": small_programs.ping,
    "timeout": small_programs.timeout,
    "findstr": findstr.run,
    "more": small_programs.more,
    "icacls": icacls.run,
    "takeown": icacls.takeown,
    "gpupdate": small_programs.gpupdate,
    "chcp": small_programs.chcp,
    "cmd": small_programs.command_interpreter,
    "powershell": small_programs.powershell,
}
