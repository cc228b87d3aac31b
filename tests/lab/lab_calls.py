# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests have in common that reach into a running lab."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

_T = TypeVar("_T")


class Caller(Protocol):
    """Runs coroutines in the lab's event loop."""

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the lab's event loop and return its result."""


@dataclass(frozen=True)
class CommandResult:
    """The result of a console command."""

    stdout: str
    stderr: str
    rc: int
