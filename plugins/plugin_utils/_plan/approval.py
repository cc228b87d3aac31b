# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is about to be done to a host is what was approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...module_utils._firewall.change.fingerprint import plan_digest
from ...module_utils._firewall.change.plan import Plan
from ...module_utils._firewall.state.snapshot import Snapshot
from .approved import NEW_ONE, PlannedHost, plan_file, read_digests, read_planned, refusal
from .cuts import Cuts, more_than, named
from .since import changed_since


class Approval:
    """The plan that a host is held to.

    Attributes:
        objection: Why the last plan that was checked must not be carried out; empty where it may.
    """

    def __init__(self, path: str, host: str, digests: Mapping[str, str], planned: PlannedHost | None) -> None:
        self._path, self._host, self._digests, self._planned = path, host, digests, planned
        self.objection = ""
        self._newcomers: tuple[str, ...] = ()

    def check(self, plan: Plan, how: Iterable[str], before: Snapshot, connected_to: str) -> tuple[str, ...]:
        """The objection to a plan that is to be carried out so, if there is one.

        Args:
            plan: The plan.
            how: See `plan_digest`.
            before: Likewise.
            connected_to: Where the host is connected to.
        """
        self.objection = self._moved(connected_to) or refusal(
            self._path, self._digests, self._host, plan_digest(plan, how, before)
        )
        return (self.objection,) if self.objection else ()

    def check_cuts(self, cuts: Cuts) -> tuple[str, ...]:
        """The objection to what a plan would cut, where that is more than was approved."""
        more, self._newcomers = more_than(self._planned.cuts if self._planned else Cuts(), cuts)
        if more:
            self.objection = (
                f"this is in use and would be cut, and the plan {self._path} does not say so: {named(more)}. The host "
                f"is left alone. {NEW_ONE}"
            )
        return (self.objection,) if more else ()

    def warnings(self, snapshot: Snapshot) -> list[str]:
        """What a person should know of a host whose plan may be carried out.

        Args:
            snapshot: The host before.
        """
        found = []
        if self._newcomers:
            found.append(f"connected since the plan was made, to ports that it closes: {named(self._newcomers)}")
        if self._planned and (meanwhile := changed_since(self._planned, snapshot)):
            found.append(f"since the plan was made, this changed that is not ours: {'; '.join(meanwhile)}")
        return found

    def _moved(self, connected_to: str) -> str:
        then = self._planned.connected_to if self._planned else ""
        if not then or then == connected_to:
            return ""
        return (
            f"it is connected to at {connected_to or 'an address that is not known'}, and the plan {self._path} was "
            f"made of {then}: that may be another machine. It is left alone. {NEW_ONE}"
        )


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
