# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is about to be done to a host is what was approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...module_utils._firewall.change.fingerprint import plan_digest
from ...module_utils._firewall.change.plan import Plan
from ...module_utils._firewall.state.snapshot import Snapshot
from .approved import PlannedHost, plan_file, read_digests, read_planned, refusal
from .since import changed_since


class Approval:
    """The plan that a host is held to.

    Attributes:
        objection: Why the last plan that was checked must not be carried out; empty where it may.
    """

    def __init__(self, path: str, host: str, digests: Mapping[str, str], planned: PlannedHost | None) -> None:
        self._path, self._host, self._digests, self._planned = path, host, digests, planned
        self.objection = ""

    def check(self, plan: Plan, how: Iterable[str], before: Snapshot) -> tuple[str, ...]:
        """The objection to a plan that is to be carried out so, if there is one; see `plan_digest`."""
        self.objection = refusal(self._path, self._digests, self._host, plan_digest(plan, how, before))
        return (self.objection,) if self.objection else ()

    def meanwhile(self, snapshot: Snapshot) -> list[str]:
        """What is not ours and was changed on the host since, in words."""
        return changed_since(self._planned, snapshot) if self._planned else []


def read_approval(path: str, host: str, approved: str) -> Approval:
    """Read the file of a plan.

    Args:
        path: The file; a relative path starts at the current directory.
        host: The host.
        approved: The digest that was approved; empty where nobody says.

    Raises:
        OSError, PlanError: See `read_digests`.
    """
    file = plan_file(path)
    return Approval(path, host, read_digests(file, approved), read_planned(file, host))
