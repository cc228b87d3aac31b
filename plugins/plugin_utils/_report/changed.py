# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts were changed, noted while it is done: nothing else remembers one that leaves before the next report.

The file stands beside the reports and has one JSON object a line. A line is appended by one write, so that the workers
of a run, and runs at the same time, do not disturb each other; whatever else becomes of the run, it is noted. Lines
that are older than the last report say nothing that this one does not know.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ...module_utils._texts import said
from .files import REPORT_FILE_MODE, make_folder
from .model import Leaver

CHANGED_FILE = "changed.jsonl"
"""Its name, whatever those of the reports are. No ``.json``: who puts the reports of a folder together reads those."""


def note_changed(
    folder: Path, host: str, roles: Sequence[str], rules: int | None, when: str, policy_rules: int = 0
) -> None:
    """Note that a host was changed.

    Args:
        folder: The folder of the reports; it is made.
        host: The host.
        roles: Its roles.
        rules: How many managed rules it has now; None where that is not known.
        when: UTC, ISO 8601.
        policy_rules: How many rules of ours Group Policy brings it.

    Raises:
        OSError, ValueError: It cannot be noted.
    """
    by_policy = {"policy_rules": policy_rules} if policy_rules else {}
    noted = {"host": host, "roles": list(roles), "rules": rules, "changed": when, **by_policy}
    # The line before may lack its end, as a full disk leaves it: this one is not to be lost with it.
    line = f"\n{json.dumps(noted)}\n"
    make_folder(folder)
    # Without blocking: nobody may ever read from what stands there in place of a file.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    handle = os.open(folder / CHANGED_FILE, flags, REPORT_FILE_MODE)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{folder / CHANGED_FILE} is no file")
        if os.write(handle, line.encode("ascii")) < len(line):
            raise OSError(f"there is no room for {folder / CHANGED_FILE}")
    finally:
        os.close(handle)


def changed_in(folder: Path) -> tuple[dict[str, Leaver], list[str]]:
    """The hosts that were changed, each as it was left the last time, and what a person should know.

    Args:
        folder: Where the reports are.
    """
    path = folder / CHANGED_FILE
    found: dict[str, Leaver] = {}
    damaged = 0
    try:
        lines = path.read_bytes().splitlines() if path.is_file() else []
    except OSError as error:
        return {}, [f"{path} cannot be read ({error}), so it is not known who was changed since the last report"]
    for line in filter(None, lines):
        try:
            one = json.loads(line)
            rules = one["rules"]
            leaver = Leaver(
                said(str(one["host"])), "", tuple(map(str, one["roles"])), None if rules is None else int(rules),
                str(one["changed"]), int(one.get("policy_rules", 0)),
            )  # fmt: skip
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            damaged += 1
            continue
        last = found.get(leaver.name)
        found[leaver.name] = leaver if last is None or last.seen <= leaver.seen else last
    return found, [f"{path} has {damaged} damaged lines, which are left out"] if damaged else []
