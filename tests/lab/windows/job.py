# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job of a shell: what its programs may be and have together (MaxProcessesPerShell, MaxMemoryPerShellMB).

[MS-WSMV] 2.2.4.42. A program that is one too many does not start: CreateProcess gives ERROR_NOT_ENOUGH_QUOTA. For one
that would allocate too much "the remote operation MUST be terminated", which ends the command. How much memory a
program takes is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lab.windows.process import Life, Process

NOT_ENOUGH_QUOTA, NOT_ENOUGH_MEMORY = 1816, 8
"""ERROR_NOT_ENOUGH_QUOTA, what CreateProcess gives when a job has its ActiveProcessLimit; ERROR_NOT_ENOUGH_MEMORY."""
_MEGABYTES = {"netsh": 16, "powershell": 64}
_OTHERS = 4


class MemoryQuotaExceeded(Exception):
    """A program would allocate more than MaxMemoryPerShellMB leaves: the remote operation is to be terminated."""


def job_refuses(process: Process, name: str, *, terminates: bool) -> int:
    """With what a program fails that does not fit in, having said so; 0 when it fits.

    Raises MemoryQuotaExceeded for want of memory where that ``terminates`` the command.
    """
    life = process.life
    if life.most is not None and life.processes >= life.most:
        process.err(process.message("no_quota") + "\r\n")
        return NOT_ENOUGH_QUOTA
    if life.most_memory and life.memory + _MEGABYTES.get(name, _OTHERS) > life.most_memory:
        if terminates:
            raise MemoryQuotaExceeded
        process.err(process.message("no_memory") + "\r\n")
        return NOT_ENOUGH_MEMORY
    return 0


@contextmanager
def in_job(life: Life, name: str) -> Iterator[None]:
    """A program runs in a job."""
    memory = _MEGABYTES.get(name, _OTHERS)
    life.processes += 1
    life.memory += memory
    try:
        yield
    finally:
        life.processes -= 1
        life.memory -= memory
