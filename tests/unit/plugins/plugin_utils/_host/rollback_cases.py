# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the rollback share: a host to work on, and what is looked at afterwards."""

from __future__ import annotations

from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Outcome
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import foreign
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.rollback_host import (
    FOLDER,
    Line,
    RestoringModel,
)

ABSENT = Wanted(service=False)
FOREIGN = foreign("CS RTCSRV", ("LPort", "5061"))


def run(line: Line, wanted: Wanted = ABSENT, **options: Any) -> Outcome:
    return enforce(line, wanted, False, sleep=line.sleep, **options)  # type: ignore[arg-type]


def host() -> Line:
    """A host that has the rules of a web apps server, the rule 443 among them, and one of somebody else."""
    line = Line(RestoringModel(local={"{F}": FOREIGN}))
    run(line, Wanted(build_policy(["office_web_apps"]).rules))
    line.model.lines.clear()
    return Line(line.model)


def stored(line: Line) -> list[Any]:
    """All rules without their ids: a rule that is put back has a new one."""
    return sorted(line.model.local.values(), key=str)


def needs_443(model: RestoringModel) -> bool:
    """A host whose WinRM comes in through the managed rule, as one with an extra rule for it would."""
    return any(("LPort", "443") in pairs for pairs in model.local.values())


def assert_nothing_left(line: Line) -> None:
    assert not line.model.tasks
    assert FOLDER not in line.model.folders, "the lock is still there"


def index(line: Line, part: str) -> int:
    return next(number for number, command in enumerate(line.commands) if part in command)
