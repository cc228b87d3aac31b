# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lockouts by rules: hosts on which a run might close WinRM for good, what is decided and what comes of it.

Each runs with a rollback and without. The numbers are those of the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.lockouts import ALL_ON, MANAGED, Lockout, carried_by, stock_rule, winrm, wish
from faults.report import GO, REFUSE, WARN, Trial
from faults.stack import WRITING, Labs
from lab.windows.wmi import PSTN, Interface

Take = Callable[[str, Trial], None]

BOTH = pytest.mark.parametrize("rollback", ["auto", "never"])


@BOTH
def test_1_interface_type_added_by_hand(labs: Labs, tried: Take, rollback: str) -> None:
    """The managed rule that carries WinRM goes, and netsh cannot say it again."""
    host = labs.host()
    carried_by(host, winrm(), conditions="IFType=Lan|")
    case = Lockout(
        1,
        "a managed rule carries WinRM, limited to an interface type by hand; dropped from the options",
        REFUSE,
        (r"tcp 5985", "domain profile", MANAGED, r"extra_rules: \["),
        remedy=True,
    )
    tried("lockouts", case.run(host, wish(), rollback))
