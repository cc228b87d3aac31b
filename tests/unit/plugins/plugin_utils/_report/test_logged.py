# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts' own logs say, in every form of a report, from the very results of the module."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.arrival import Network
from ansible_collections.lyncops.firewall.plugins.plugin_utils._fleet.rows import to_row
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_prometheus import to_prometheus
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass, Report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.short import in_short
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import read_slice
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.summary import summary
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import run
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.test_log import LoggingModel, always, model, now
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.log_host import line

CREATED = "2026-11-29T13:00:00Z"
SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs" / "report-schema-3.json").read_text("utf-8"))


def validate(document: Any) -> None:
    """Against the schema, where the library for it is installed."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    jsonschema.validate(document, SCHEMA)


def audited(host: LoggingModel, **options: Any) -> dict[str, Any]:
    """The host tells that it is in one network: of profiles that share a file only one is in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RemoteHost, "networks", lambda _host: [Network("Ethernet", "contoso.test", "domain")])
        return run(host, {"roles": ["director"], "log": "24h", **options}, lync_firewall_info)


def busy() -> LoggingModel:
    at = now() - timedelta(hours=1)
    scoped_out = [line(at + timedelta(seconds=one), source_port=40_000 + one) for one in range(312)]
    return model(*scoped_out, line(at, "10.0.0.9"), line(at, port=3389), *always())


def report(result: Any) -> Report:
    return build_report("Lync", CREATED, (Source("dir01", result),), check_mode=False)


@pytest.fixture(scope="module")
def found() -> Report:
    return report(audited(busy(), remote_addresses=["10.0.0.0/24"]))


def test_beside_the_verdict_in_the_json_report(found: Report) -> None:
    text = to_json(found)
    document = json.loads(text)
    validate(document)
    (host,) = document["hosts"]
    assert host["log"]["complete"] is True
    assert host["log"]["others"] == 1 + 24
    cells = [cell[5]["log"] for cell in host["cells"] if len(cell) > 5 and "log" in cell[5]]
    assert [one[:6] for one in cells[0]] == [
        ["scoped_out", "10.4.2.9", "", "tcp", "5061", 312],
        ["wanted", "10.0.0.9", "", "tcp", "5061", 1],
    ]
    assert read_slice("a.json", text).hosts == found.hosts


def test_beside_the_verdict_in_the_csv_report(found: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(found).decode(), newline="")))
    told = {row["log"] for row in rows} - {""}
    assert told == {"scoped out: 10.4.2.9, 312 times; dropped, though wanted: 10.0.0.9, once"}


def test_in_sentences_and_in_one_line(found: Report) -> None:
    told = in_short(found)
    assert "By the firewalls' own logs, scoped out: 312 connections of 10.4.2.9, on dir01" in told
    assert "By the firewalls' own logs, dropped, though wanted: 1 connection of 10.0.0.9, on dir01" in told
    assert not any("who would be scoped out" in one for one in told)
    assert "not known for certain" not in summary(found)
    assert "25 dropped connections to ports that no row asks for" in summary(found)
    assert "By the logs: 1 dropped though wanted, 312 scoped out" in summary(found)
    assert "10.4.2.9" in to_html(found).decode()


def test_whom_a_scope_would_keep_out_is_said_to_be_unknown_everywhere() -> None:
    result = audited(busy(), remote_addresses=["10.0.0.0/24"])
    result["log"]["answers"].append({"question": "would_be_scoped_out", "complete": False, "since": None})
    result["log"] |= {"complete": False, "why": ["allowed connections are not logged"]}
    result["log"]["rows_for_anybody"] = [f"server-4{one}" for one in range(9)]
    unsure = report(result)
    unknown = "who would be scoped out not known for certain on 1 server, not asked of 9 rows for anybody"
    assert unknown in summary(unsure)
    told = " ".join(in_short(unsure))
    assert "On 1 server the log cannot tell, for all of that time, who would be scoped out" in told
    assert "Who would be scoped out is not asked of 9 requirements that everybody is to be admitted by" in told
    assert "named: server-40, server-41, server-42, server-43, server-44, server-45 and 3 more" in told
    text = to_json(unsure)
    document = json.loads(text)
    validate(document)
    assert document["hosts"][0]["log"]["unanswered"] == ["would_be_scoped_out"]
    assert document["hosts"][0]["log"]["rows_for_anybody"] == [f"server-4{one}" for one in range(9)]
    assert read_slice("a.json", text).hosts == unsure.hosts


def test_the_csv_report_names_the_rows_of_which_that_is_not_asked() -> None:
    result = audited(busy(), remote_addresses=["10.0.0.0/24"])
    rows = {row["id"] for row in result["requirements"]}
    apart = sorted(rows)[:2]
    result["log"]["rows_for_anybody"] = apart
    told = {row["row"]: row["log"] for row in csv.DictReader(io.StringIO(to_csv(report(result)).decode(), newline=""))}
    marked = {row for row, words in told.items() if words.endswith("who would be scoped out is not asked: for anybody")}
    assert marked == set(apart)


def test_as_metrics(found: Report) -> None:
    told = to_prometheus(found, "a").decode()
    assert 'lync_firewall_logged_connections{report="a",case="scoped_out"} 312\n' in told
    assert 'lync_firewall_logged_connections{report="a",case="would_be_scoped_out"} 0\n' in told


def test_in_the_table_of_the_fleet() -> None:
    why = to_row("dir01", audited(busy(), remote_addresses=["10.0.0.0/24"]), False).why
    assert why.endswith("; scoped out: 10.4.2.9, 312 times and 1 more")


def test_a_host_that_logs_nothing_says_so_and_is_as_it_was() -> None:
    quiet = report(audited(LoggingModel(log={})))
    document = json.loads(to_json(quiet))
    validate(document)
    assert document["hosts"][0]["log"]["since"] is None
    assert "profile_settings" in document["hosts"][0]["log"]["why"][0]
    assert any("does not say all that was asked for" in told for told in in_short(quiet))
    assert "who was dropped not known for certain on 1 server" in summary(quiet)
    assert quiet.hosts[0].host_class is HostClass.DRIFTED


def test_where_no_log_is_asked_for_nothing_is_said() -> None:
    without = report(run(LoggingModel(), {"roles": ["director"]}, lync_firewall_info))
    assert without.hosts[0].log is None
    assert "log" not in json.loads(to_json(without))["hosts"][0]
    assert "logged_connections" not in to_prometheus(without, "a").decode()


@pytest.mark.parametrize(
    "damaged",
    [
        [],
        "text",
        {"dropped": [1]},
        {"dropped": [{"rows": ["server-45"]}], "why": [], "complete": True},
        {"why": "text", "complete": True, "dropped": []},
        {"why": [], "complete": 1, "dropped": []},
    ],
)
def test_a_damaged_log_is_the_trouble_of_its_host_alone(damaged: Any) -> None:
    result = audited(LoggingModel(log={}))
    assert report({**result, "log": damaged}).hosts[0].host_class is HostClass.FAILED


def test_what_a_host_says_is_no_markup() -> None:
    result = audited(busy())
    result["log"]["dropped"][0]["source"] = "</script><script>alert(1)"
    result["log"]["why"] = ["\x1b[31m" + "x" * 10_000]
    made = report(result)
    assert b"<script>alert" not in to_html(made)
    assert made.hosts[0].log is not None
    assert made.hosts[0].log.why[0].isprintable()
    assert len(made.hosts[0].log.why[0]) <= 400
