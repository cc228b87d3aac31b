# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time and memory of a process and of the workers it forks, from wait4 and Linux' /proc."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.1  # seconds; a worker of Ansible lives as long as that, so of many workers enough are seen
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one command took.

    :ivar code: Its exit code.
    :ivar wall: Seconds from start to end.
    :ivar cpu: CPU seconds (user and system) of the process and of all that it started and waited for.
    :ivar main_cpu: Those of the process itself, as last seen: up to a tenth of a second may be missing.
    :ivar main_peak: Most resident memory of the process itself, in bytes.
    :ivar fork_peak: Most resident memory of any of its workers that was seen, pages shared with the process included.
    :ivar fork_own: Most memory of any of its workers that was seen and is shared with nobody.
    """

    code: int
    wall: float
    cpu: float
    main_cpu: float
    main_peak: int
    fork_peak: int
    fork_own: int


@dataclass(slots=True)
class _Seen:
    main_cpu: float = 0.0
    main_peak: int = 0
    fork_peak: int = 0
    fork_own: int = 0


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Usage:
    """Run a command to its end.

    :param command: The command.
    :param folder: Its current directory.
    :param environment: Its environment.
    :param log: Takes what it prints.
    """
    seen, started = _Seen(), time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            _look(process.pid, seen)
            time.sleep(_INTERVAL)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(
        code=process.returncode,
        wall=time.monotonic() - started,
        cpu=used.ru_utime + used.ru_stime,
        main_cpu=seen.main_cpu,
        main_peak=seen.main_peak,
        fork_peak=seen.fork_peak,
        fork_own=seen.fork_own,
    )


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a running process has taken itself; 0 if it has ended."""
    try:
        # The name, in parentheses, may hold blanks; utime and stime are the 12th and 13th field after it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def children(pid: int) -> list[int]:
    """Ids of a process's children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _look(pid: int, seen: _Seen) -> None:
    seen.main_cpu = max(seen.main_cpu, cpu_seconds(pid))
    seen.main_peak = max(seen.main_peak, _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM"))
    for child in children(pid):
        folder = Path(f"/proc/{child}")
        seen.fork_peak = max(seen.fork_peak, _kilobytes(folder / "status", "VmHWM"))
        seen.fork_own = max(seen.fork_own, _kilobytes(folder / "smaps_rollup", "Private_Clean", "Private_Dirty"))


def _kilobytes(path: Path, *names: str) -> int:
    """The sum of some lines such as ``VmHWM:  1234 kB``, in bytes; 0 if the process has ended."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    found = (line.split() for line in lines if line.partition(":")[0] in names)
    return sum(int(words[1]) * 1024 for words in found)
