# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for owners of Group Policies that an earlier run has written and that are of no policy now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..module_utils._texts import first_few, said
from ._named_roles import said_for_everybody
from ._report.job import is_slice

INDEX = "FOLDERS-OF-NO-POLICY.txt"
"""The file that names them, beside the folders."""

_MOST_NAMED = 5
_NONE = "There is none.\r\n"
_HEADING = (
    "Folders beside this file that an earlier run of lyncops.firewall has written and that are of no policy now:\r\n"
    "what the hosts need, or the policy's name, is another one. If a policy has their rules still, take these out\r\n"
    "with the -remove.netsh of the folder; then delete it.\r\n\r\n"
)


def is_of_all_hosts(known: Mapping[str, Any]) -> bool:
    """Whether a run is for all hosts of the estate; otherwise other folders may be those of the others.

    Args:
        known: The variables of the task.
    """
    everybody, left = known.get("ansible_play_hosts_all"), known.get("ansible_play_hosts")
    narrowed = known.get("ansible_limit") or is_slice(known) or said_for_everybody("lync_firewall_hosts")
    return not narrowed and everybody is not None and list(everybody) == list(left or ())


def left_over(folder: Path, current: Collection[str]) -> list[str]:
    """Names of the folders of earlier runs that are none of the current ones, sorted.

    Args:
        folder: Where the folders are.
        current: The names of those of this run.
    """
    if not folder.is_dir():
        return []
    below = (path for path in folder.iterdir() if path.name not in current and path.is_dir() and not path.is_symlink())
    return sorted(path.name for path in below if _is_ours(path))


def index(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The file that names them; nothing where there are none, and none were named before."""
    listed = "".join(f"{said(name)}\r\n" for name in names)
    return {INDEX: f"{_HEADING}{listed or _NONE}".encode()} if listed or (folder / INDEX).is_file() else {}


def sentence(names: list[str]) -> str:
    """What is told of them."""
    named = first_few([said(name) for name in names], _MOST_NAMED)
    return (
        f"of an earlier run, and of no policy now: {named}. If a policy has "
        "their rules still, take these out with the -remove.netsh of the folder; then delete it"
    )


def _is_ours(folder: Path) -> bool:
    names = [path.name for path in folder.iterdir()]
    return all(any(name.endswith(end) for name in names) for end in ("-add.netsh", "-remove.netsh", "-hosts.txt"))
