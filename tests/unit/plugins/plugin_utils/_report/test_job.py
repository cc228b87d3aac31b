# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of AWX and its slices: what they are told, and what they hand over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._options.variables import misspelt
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.asked import asked
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.job import (
    handed_over,
    is_slice,
    reports_of_slices,
)

TOLD: dict[str, Any] = {
    "awx_job_id": 53,
    "awx_job_template_name": "audit in slices",
    "awx_workflow_job_name": "audit in slices",
}
HANDED = {"lync_firewall_slice_9": "/r/slices-7/b.json", "lync_firewall_slice_10": "/r/slices-7/a.json"}


def test_a_slice_hands_over_its_report_under_the_id_of_its_job() -> None:
    assert handed_over(TOLD, "/r/53.json") == {"lync_firewall_slice_53": "/r/53.json"}
    of_tower = {key.replace("awx_", "tower_"): value for key, value in TOLD.items()}
    assert handed_over({**TOLD, **of_tower}, "/r/53.json") == {"lync_firewall_slice_53": "/r/53.json"}


@pytest.mark.parametrize("other", [{}, {**TOLD, "awx_workflow_job_name": "nightly"}, {"awx_job_id": 53}])
def test_another_job_hands_over_none(other: dict[str, Any]) -> None:
    assert not is_slice(other)
    assert handed_over(other, "/r/53.json") == {}


def test_the_node_after_them_takes_what_they_handed_over_and_nothing_else_of_the_folder() -> None:
    known = {**HANDED, "lync_firewall_slice_x": "/r/x.json", "lync_firewall_report_dir": "/r", "awx_job_id": 60}
    assert list(reports_of_slices(known)) == ["lync_firewall_slice_9", "lync_firewall_slice_10"]
    found = asked({**known, "ansible_play_hosts_all": []}, "audit", "base")
    assert found["sources"] == ["/r/slices-7/b.json", "/r/slices-7/a.json"]
    named = asked({**known, "lync_firewall_report_sources": "slices-7"}, "audit", "base")
    assert named["sources"] == [str(Path("/r/slices-7"))], "a person's word counts more"
    with pytest.raises(OptionError, match=r"^lync_firewall_slice_9: .* is not in the folder /elsewhere"):
        asked({**known, "lync_firewall_report_dir": "/elsewhere"}, "audit", "base")


def test_what_is_handed_over_is_no_misspelt_variable() -> None:
    assert misspelt([*HANDED, "lync_firewall_drifted_hosts", "lync_firewall_totals"]) == ()
