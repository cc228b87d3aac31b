# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as metrics: Prometheus' own parser reads what is written, and the numbers are those of the report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_prometheus import to_prometheus
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.figures import totals
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Report
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    info,
    report_of,
    row,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.strategies_report import reports
from hypothesis import given

parser = pytest.importorskip("prometheus_client.parser")


def read(text: bytes) -> dict[tuple[str, str], float]:
    """Metric and the value of its second label to the number."""
    found = {}
    for family in parser.text_string_to_metric_families(text.decode("utf-8")):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            (other,) = {value for label, value in sample.labels.items() if label != "report"} or {""}
            assert (sample.name, other) not in found
            found[sample.name, other] = sample.value
    return found


def test_numbers_are_those_of_the_report() -> None:
    lost: dict[str, Any] = {"unreachable": True, "msg": "timed out"}
    report = report_of(
        a=info(row("server-47", "closed", "no_rule"), row("server-03"), commands=["x"]), b=info(), c=lost
    )
    found = read(to_prometheus(report, "lync-firewall"))
    assert found["lync_firewall_hosts", "drifted"] == found["lync_firewall_hosts", "compliant"] == 1
    assert found["lync_firewall_hosts", "unreachable"] == 1
    assert (found["lync_firewall_requirements", "closed"], found["lync_firewall_requirements", "open"]) == (1, 2)
    assert found["lync_firewall_report_timestamp_seconds", ""] > 1_700_000_000


@given(reports())
def test_any_report_can_be_read(report: Report) -> None:
    found = read(to_prometheus(report, 'na"me\\'))
    hosts = {
        kind: found["lync_firewall_hosts", kind] for kind in totals(report) if ("lync_firewall_hosts", kind) in found
    }
    assert sum(hosts.values()) == len(report.hosts)
    cells = sum(len(host["cells"]) for host in json.loads(to_json(report))["hosts"])
    assert sum(count for (name, _label), count in found.items() if name == "lync_firewall_requirements") == cells
