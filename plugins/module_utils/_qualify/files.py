# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the kit on a host: scripts of netsh, two tasks with what they run, and a text for the registry.

What the tasks run is written into a folder that only SYSTEM and administrators may change. Each of them notes the time
of its first start and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._task_xml import SYSTEM32, private_task
from .batches import FILE_LENGTHS, TEXT, good_lines, in_file, last_lines, long_lines, mixed_lines, text_line
from .marks import FOLDER, KEY, MARK

DELAY = 60
"""Seconds from a task's registration until it should run: one minute, what ``/sc minute /mo 1`` can say too."""

LIMIT = 60
"""Seconds that the task may run which takes longer: the shortest time limit in whole minutes."""

OVERRUN = 100
"""Seconds that the second line of the task over its time takes; its third one is to be seen, or not, after that."""

_HEX_TEXT = ",".join(f"{byte:02x}" for byte in (TEXT + "\0").encode("utf-16-le"))


def texts() -> Mapping[str, bytes]:
    """Content of each file by its name in the folder; ``long.txt`` is one that may not arrive as it was sent."""
    return {
        "good.txt": in_file(good_lines("file")),
        "mixed.txt": in_file(mixed_lines("file")),
        "last.txt": in_file(last_lines("file")),
        "long.txt": in_file(long_lines("file", FILE_LENGTHS)),
        "text.txt": in_file([text_line("file")]),
        "bom.txt": in_file([text_line("bom")], mark=True),
        "data.reg": _registry(),
        "xml.cmd": _noting("xml"),
        "sc.cmd": _noting("sc"),
        "limit.cmd": _overrunning(),
        "xml.xml": _task("xml.cmd", delay=DELAY),
        "limit.xml": _task("limit.cmd", limit=LIMIT),
    }


def _registry() -> bytes:
    """A text for ``reg import``. It is ASCII; its data are UTF-16 in hexadecimal, as ``reg export`` writes them."""
    key = KEY.replace("HKLM", "HKEY_LOCAL_MACHINE", 1)
    lines = ("Windows Registry Editor Version 5.00", "", f"[{key}]", f'"text"=hex(1):{_HEX_TEXT}', "")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _noting(name: str) -> bytes:
    """A script that notes the time of its first start. At its second it takes its task away, if it still is there."""
    noted = rf'"{FOLDER}\{name}-fired.txt"'
    away = rf"{SYSTEM32}\schtasks.exe /delete /tn {MARK}-{name} /f >nul 2>nul"
    return f"@if exist {noted} ({away}) else echo %TIME%>{noted}\r\n".encode("ascii")


def _overrunning() -> bytes:
    lines = (
        rf'@echo %TIME%>"{FOLDER}\limit-1.txt"',
        rf"@{SYSTEM32}\ping.exe -n {OVERRUN} 127.0.0.1 >nul",
        rf'@echo %TIME%>"{FOLDER}\limit-2.txt"',
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _task(script: str, delay: int = 0, limit: int = 600) -> bytes:
    """A task that runs a script as SYSTEM after its registration.

    Args:
        script: Name of the script.
        delay: Seconds.
        limit: Seconds that it may run.
    """
    about = "lyncops.firewall: finds out when a task runs; may be deleted"
    trigger = ("RegistrationTrigger", delay // 60)
    return private_task(rf"{FOLDER}\{script}", about, limit // 60, (trigger,)).encode("ascii")
