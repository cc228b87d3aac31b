# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing rests on what no document says: hosts that answer it the other way round are brought to the same end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faults.case import learn, run_case
from faults.report import CONVERGED, Record
from faults.scenarios import USUAL, Scenario, label
from faults.stack import Labs

Take = Callable[[Record], None]

OTHERWISE: dict[str, object] = {
    "empty_dir_fails": True,
    "winrs_quotes": True,
    "icacls_appends": True,
    "netsh_export_keeps": True,
    "netsh_session_code": "any",
    "netsh_prompts": False,
    "netsh_echo": True,
    "task_xml_hides_security": True,
    "reg_shows_empty_keys": True,
}
"""Quirks of the lab, each the other answer to a question that tests/lab/README.md names as open."""


@pytest.mark.parametrize("scenario", USUAL, ids=label)
def test_the_other_answer_to_every_open_question_leads_to_the_same_end(
    labs: Labs, record: Take, scenario: Scenario
) -> None:
    host = labs.host(scenario.lab_policy)
    learn(host, scenario)
    case = run_case(labs.host(scenario.lab_policy), scenario, "other answers where no document decides", OTHERWISE)
    record(case.record)
    assert case.record.outcome == CONVERGED, case.made.message
