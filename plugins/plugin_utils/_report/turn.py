# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of those who write the report of one name: its files are of one run, and the last complete one is there.

AWX keeps two jobs of one template apart (``allow_simultaneous``), not an audit and a report of the same hosts.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...module_utils._options.reading import OptionError
from ...module_utils._texts import said
from .files import make_folder, reason_of
from .job import PRODUCTS

PATIENCE = 300
"""Seconds to wait for another run: it holds its turn while it writes, half a minute for 5,000 hosts."""

_PAUSE = 0.1
_MOST_READ = 200


def who_runs(known: Mapping[str, Any]) -> str:
    """Who this run is, for the others that wait.

    Args:
        known: Variables of any host; AWX and Tower give a job's as extra variables (``awx_meta_vars`` in AWX's source).
    """
    for product in PRODUCTS:
        if known.get(f"{product}_job_id") is not None:
            template = known.get(f"{product}_job_template_name")
            return f"job {known[f'{product}_job_id']}{f' ({template})' if template else ''}"
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user that has no name, as in a container; which of them depends on Python
        user = str(os.getuid())
    return f"process {os.getpid()} of {user} on {socket.gethostname()}"


@contextmanager
def turn(
    folder: Path, name: str, who: str, tell: Callable[[str], object], patience: float = PATIENCE
) -> Iterator[None]:
    """Have the report of a name to oneself, on one machine or on a share that knows locks.

    The system lets go of the lock of a run that was killed.

    Args:
        folder: The folder of the report; it is made.
        name: Base name of its files.
        who: Who takes the turn, for the others.
        tell: Is told once whom this run waits for.
        patience: How many seconds to wait.

    Raises:
        OptionError: The folder cannot be made or written to, or another run has not come to an end.
    """
    path = folder / f".{name}.lock"
    try:
        new = not folder.is_dir()
        handle = _taken(path, tell, patience)
    except (OSError, ValueError) as error:  # a path with NUL in it is a ValueError
        if isinstance(error, OptionError):
            raise
        raise OptionError("dest", f"{folder} cannot be written to: {reason_of(error)}") from error
    try:
        with suppress(OSError):  # a lock that is somebody else's file can be held all the same
            os.ftruncate(handle, 0)
            os.write(handle, who.encode("utf-8", "replace"))
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)
        if new:  # and nothing was written, because something was wrong
            with suppress(OSError):
                folder.rmdir()


def _taken(path: Path, tell: Callable[[str], object], patience: float) -> int:
    """The lock's file, open and held."""
    end = time.monotonic() + patience
    waiting = False
    while True:
        make_folder(path.parent)  # each time: one that was new, and that nothing was written to, is taken away
        handle = _opened(path)
        try:
            if _is_locked(handle) and _is_at(handle, path):
                return handle
            holder = said(os.pread(handle, _MOST_READ, 0).decode("utf-8", "replace")) or "another run"
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        where = f"{path.parent}/{path.name[1:-5]}"
        if time.monotonic() >= end:
            raise OptionError("dest", f"{holder} has been writing {where} for {patience:.0f} seconds; run this again")
        if not waiting:
            waiting = True
            tell(f"Waiting for {holder}, which is writing {where}")
        time.sleep(_PAUSE)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a share without locks: each file is still replaced as a whole
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether the file is still the one of that name: whoever had the lock has taken it away."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (mine.st_dev, mine.st_ino) == (found.st_dev, found.st_ino)
