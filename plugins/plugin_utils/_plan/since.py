# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of others was changed on a host since a plan was made."""

from __future__ import annotations

from collections.abc import Iterable

from ...module_utils._firewall.change.fingerprint import differences_since, foreign_but_for
from ...module_utils._firewall.state.snapshot import Snapshot
from .._said import texts
from .approved import PlannedHost


def changed_since(planned: PlannedHost, snapshot: Snapshot, connected_to: str = "") -> list[str]:
    """What is not ours and was changed since a plan was made, in words.

    Args:
        planned: What the plan says of the host.
        snapshot: The host now.
        connected_to: Where it is connected to; empty where that is not to be compared.
    """
    found = _since(planned, snapshot) if planned.sha256 else ("the host could not be read then",)
    then = planned.connected_to
    moved = (f"another machine, perhaps: it is connected to at {connected_to}, and was at {then}",)
    return texts((*(moved if then and connected_to not in ("", then) else ()), *found), "foreign")


def _since(planned: PlannedHost, snapshot: Snapshot) -> Iterable[str]:
    if planned.sha256 == foreign_but_for(snapshot, planned.settings, planned.by_plan):
        return ()
    if len(planned.marks) < planned.rules:
        return (f"something: of {planned.rules} rules the plan does not keep which they were",)
    found = differences_since(planned.marks, planned.settings, snapshot, planned.by_plan, planned.names)
    # Somebody may have made a rule with the mark of the one that it replaces: the fingerprint is what proves.
    return found or ("something: the fingerprint is another one, and it is not known what it is",)
