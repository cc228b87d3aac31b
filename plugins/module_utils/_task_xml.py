# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scheduled task that runs a script as SYSTEM, as a text for ``schtasks /create /xml``.

Task Scheduler schema 1.2 ([MS-TSCH] 2.5). All triggers are relative, so no date in a local format is needed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

SYSTEM32 = r"%SystemRoot%\System32"
PRIVATE = "D:P(A;;FA;;;SY)(A;;FA;;;BA)"
"""SDDL: SYSTEM and the local administrators may do everything with the task, nobody else anything."""

_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SYSTEM = "S-1-5-18"


def private_task(
    script: str,
    description: str,
    limit: int,
    triggers: Sequence[tuple[str, int]] = (("RegistrationTrigger", 0),),
    missed: bool = False,
) -> str:
    """The text; ASCII, lines end in CR LF.

    It runs on battery power too: a rollback must, as in a power cut.

    Args:
        script: Path of the script, which may hold environment variables.
        description: What it is for; ASCII.
        limit: Minutes that it may run.
        triggers: Elements of the schema, each with its delay in minutes.
        missed: Whether it runs as soon as it can where its time has passed.
    """
    # The namespace as a plain attribute: ElementTree would otherwise give every tag a prefix.
    task = ET.Element("Task", {"version": "1.2", "xmlns": _NAMESPACE})
    about = ET.SubElement(task, "RegistrationInfo")
    _put(about, ("Description", description), ("SecurityDescriptor", PRIVATE))
    starts = ET.SubElement(task, "Triggers")
    for kind, delay in triggers:
        delayed = (("Delay", f"PT{delay}M"),) if delay else ()
        _put(ET.SubElement(starts, kind), ("Enabled", "true"), *delayed)
    principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", {"id": "Author"})
    _put(principal, ("UserId", _SYSTEM), ("RunLevel", "HighestAvailable"))
    _put(
        ET.SubElement(task, "Settings"),
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        *((("StartWhenAvailable", "true"),) if missed else ()),
        ("ExecutionTimeLimit", f"PT{limit}M"),
        ("Enabled", "true"),
    )
    action = ET.SubElement(ET.SubElement(task, "Actions", {"Context": "Author"}), "Exec")
    # /d: no AutoRun line of the registry runs before the script, or in its place.
    _put(action, ("Command", rf"{SYSTEM32}\cmd.exe"), ("Arguments", f'/d /c "{script}"'))
    ET.indent(task)
    # No encoding in the declaration: the file is ASCII, which is right under whatever encoding schtasks assumes.
    lines = ('<?xml version="1.0"?>', *ET.tostring(task, encoding="unicode").splitlines())
    return "".join(f"{line}\r\n" for line in lines)


def _put(parent: ET.Element, *children: tuple[str, str]) -> None:
    for tag, text in children:
        ET.SubElement(parent, tag).text = text
