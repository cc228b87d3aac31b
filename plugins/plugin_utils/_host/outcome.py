# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of the work on one host, and the exceptions that carry one."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._firewall.change.plan import Plan
from ...module_utils._firewall.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, planned and done on one host.

    Attributes:
        plan: The plan of the first read, the same in check mode and apply; after waiting for another controller, that
            of the next read.
        before: The host as it was.
        after: The host as read after the last write, or as predicted in check mode.
        wrote: Whether anything was sent that changes the host.
        warnings: Warnings for the user.
        rollback: ``confirmed`` where a rollback was armed and removed again, ``fired`` where the host restored
            itself, ``armed`` where it is not known which of both. Empty where none was armed.
    """

    plan: Plan
    before: Snapshot
    after: Snapshot
    wrote: bool = False
    warnings: tuple[str, ...] = ()
    rollback: str = ""

    @property
    def changed(self) -> bool:
        """Whether the host is, or in check mode would be, changed."""
        return self.plan.changes


class Failed(Exception):
    """The host is not as it should be; `outcome` holds what is known, if anything was read.

    Attributes:
        outcome: The state of the work, or None when nothing was written.
    """

    def __init__(self, message: str, outcome: Outcome | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome


class HostLost(Failed):
    """The host was lost after the first write and does not come back, or not in a state that can be read."""


class Refused(Failed):
    """The guard objected: nothing was written, and the outcome holds the plan and the state it would lead to."""
