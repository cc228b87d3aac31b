# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run arms a commit-confirmed rollback for what it is about to do, and why: for those who approve it."""

from __future__ import annotations

from typing import Any

from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.risk import risks
from ..module_utils._firewall.state.snapshot import Snapshot
from ._said import texts

_MOST = 3
_LONGEST = 200
ONLY_OPENS = "it only adds or widens: nothing that is open now is closed"
"""Why most plans need no rollback."""


def arms_rollback(plan: Plan, before: Snapshot, rollback: str, minutes: int) -> dict[str, Any]:
    """Whether a run is armed with a rollback before it carries out a plan, and why it is or is not.

    Args:
        plan: What is to be done.
        before: The host that it was made for.
        rollback: The option of that name.
        minutes: After how many of them the host restores itself.
    """
    found = risks(plan, before)
    if not found:
        return {"armed": False, "why": [ONLY_OPENS]}
    told = texts(found[:_MOST], "names", _LONGEST)
    more = [f"{len(found) - _MOST} more of that kind"] if len(found) > _MOST else []
    if rollback == "auto":
        return {"armed": True, "minutes": minutes, "why": [*told, *more]}
    return {
        "armed": False,
        "why": [f"lync_firewall_rollback is {rollback}, although something may be closed", *told, *more],
    }
