# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the undo under attack share: what must hold after each, and its line in the table."""

from __future__ import annotations

import re
from collections.abc import Callable

from faults.case import check, check_added, prepare
from faults.report import CONVERGED, Trial
from faults.rollbacks import FOLDER, check_clean
from faults.scenarios import ABSENT
from faults.stack import Attempt
from faults.state import State, look
from lab.testing import LabHost

Take = Callable[[str, Trial], None]

CANARY = r"C:\Windows\Temp\planted.txt"
PLANTED = rb"@echo planted>C:\Windows\Temp\planted.txt" + b"\r\n"
"""A batch file that tells of its having run."""


def harmless(host: LabHost) -> None:
    """Nothing of mallory's has run: of what is not Windows' own, only our script, by SYSTEM."""
    assert host.file(CANARY) is None, "a planted program has run"
    for run in host.program_runs():
        assert (run.path.lower(), run.account.upper()) == (rf"{FOLDER}\undo.cmd".lower(), "SYSTEM"), run


def settle(host: LabHost, made: Attempt, before: State, says: str = "") -> str:
    """What must hold after a run under attack. Returns the outcome's name."""
    after = look(host, ABSENT)
    outcome = check(made, ABSENT, before, after)
    check_added(before, after, ())
    if outcome != CONVERGED:
        assert (after.ours, after.switches, after.tasks) == (before.ours, before.switches, ())
        assert re.search(says or "$.", made.message), made.message
    harmless(host)
    return outcome


def tell(tried: Take, name: str, made: Attempt, host: LabHost) -> None:
    """Run once more, which must work, and take the trial for the table."""
    known = made.known
    if made.error is None:
        decision = "goes ahead"
    else:
        decision = "fails, the host restores itself" if known is not None and known.rollback else "refused"
    if not look(host, ABSENT).ours:
        prepare(host, ABSENT)  # so that the next run is as risky
    check_clean(host, ABSENT)
    harmless(host)
    tried("undo", Trial(0, name, "auto", decision, "nothing of a user's ran; the next run works"))
