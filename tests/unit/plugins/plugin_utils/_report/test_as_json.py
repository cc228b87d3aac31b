# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON report: its schema, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._texts import said
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import compare, read_earlier
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.schemas import SCHEMA, VERSION
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    CREATED,
    HOSTILE,
    enforced,
    hostile_report,
    info,
    report_of,
    row,
)

SCHEMA_FILE = Path(__file__).resolve().parents[5] / "docs" / "report-schema-3.json"


def check(document: dict[str, Any]) -> None:
    """Fail unless the document is as the published schema says."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


def test_the_schema_is_the_one_that_reports_name() -> None:
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    assert (schema["$id"], schema["properties"]["schema"]["const"]) == (SCHEMA, SCHEMA)
    assert schema["properties"]["version"]["const"] == VERSION
    assert schema["$defs"]["class"]["enum"] == [host_class.value for host_class in HostClass]
    assert schema["$defs"]["verdict"]["enum"] == [status.value for status in Status]


def test_the_schema_tells_of_every_reason() -> None:
    described = json.loads(SCHEMA_FILE.read_text("utf-8"))["$defs"]["reason"]["description"]
    assert [reason.value for reason in Reason if reason.value not in described] == []


def test_everything_is_there_in_its_place() -> None:
    part = {"verdict": "open", "reason": "firewall_off", "by": ["public profile"], "part": "", "unprotected": True}
    rows = [
        row(),
        row("server-04", "closed", "no_rule", part="445 from any", by_profile={"public": part}),
        row(
            "server-05",
            "open",
            "firewall_off",
            unprotected=True,
            more_rules=1234,
            **{"except": {"addresses": 2, "rules": 1, "first": ["192.0.2.1"], "private": []}},
            caveat="careful",
            documented_ports="1",
        ),
        row("server-06", "closed", "block_rule", by=["Block"], rules=[], remedy="look in Group Policy"),
    ]
    found = {**info(*rows, commands=["sc start MpsSvc", ADD]), "skipped_rows": ["server-09"]}
    source = Source("fe01", found, ("front_end",), "pool01", "Porto")
    document = json.loads(to_json(build_report("Title", CREATED, [source, Source("fe02", {"unreachable": True})])))
    check(document)
    assert (document["title"], document["created"], document["totals"]["hosts"]) == ("Title", CREATED, 2)
    assert document["reasons"] == {"block_rule": 1, "no_rule": 1}
    assert [one["id"] for one in document["requirements"]] == ["server-03", "server-04", "server-05", "server-06"]
    assert document["requirements"][2]["caveat"] == "careful"
    assert document["requirements"][2]["documented_ports"] == "1"
    assert "documented_ports" not in document["requirements"][0]
    host, lost = document["hosts"]
    assert (host["name"], host["class"], host["roles"], host["pool"], host["site"]) == (
        "fe01", "drifted", ["front_end"], "pool01", "Porto",
    )  # fmt: skip
    assert host["service"] == {"running": True, "state": "running", "start": "automatic"}
    assert list(host["profiles"]) == ["domain", "private", "public"]
    assert (host["managed_rules"], host["commands"], host["skipped_rows"]) == (
        1,
        found["drift"]["commands"],
        ["server-09"],
    )
    assert host["cells"] == [
        [0, "open", "rule", ["LyncOps in-tcp-5061 g1"], ""],
        [1, "closed", "no_rule", [], "445 from any",
         {"commands": [1], "by_profile": {"public": ["open", "firewall_off", ["public profile"], "", True]}}],
        [2, "open", "firewall_off", [], "",
         {"unprotected": True, "more_rules": 1234, "except": {"addresses": 2, "rules": 1, "first": ["192.0.2.1"]}}],
        [3, "closed", "block_rule", ["Block"], "",
         {"remedy": "look in Group Policy"}],
    ]  # fmt: skip
    assert (lost["class"], lost["service"], lost["profiles"], lost["cells"]) == ("unreachable", None, {}, [])


def test_who_is_admitted_is_as_the_schema_says() -> None:
    beyond = {"addresses": ["everybody else"], "by": ["CS RTCSRV"], "more_rules": 2, "ports": "444",
              "profiles": ["domain"], "perhaps": False}  # fmt: skip
    rows = (
        row(admits=["any"]),
        row("server-04", admits=["any"], wider=beyond),
        row("server-05", admits=["10.0.0.1"], wider={**beyond, "perhaps": True, "more_rules": 0, "ports": ""}),
        row("server-06", "closed", "no_rule", admits=[]),
    )
    document = json.loads(to_json(report_of(host=info(*rows))))
    check(document)
    assert (document["totals"]["wider_rows"], document["totals"]["perhaps_wider_rows"]) == (1, 1)
    told = {"addresses": ["everybody else"], "by": ["CS RTCSRV"], "profiles": ["domain"]}
    assert [cell[5] if len(cell) > 5 else {} for cell in document["hosts"][0]["cells"]] == [
        {},
        {"wider": {**told, "ports": "444", "more_rules": 2}},
        {"admits": ["10.0.0.1"], "wider": {**told, "perhaps": True}},
        {"admits": ["nobody"]},
    ]


def test_changes_are_as_the_schema_says() -> None:
    before = report_of(a=info(), b=info(), d=info())
    after = report_of(
        a=info(row(verdict="closed", reason="no_rule"), commands=[ADD]), b={"unreachable": True}, c=info()
    )
    document = json.loads(to_json(after, compare(read_earlier(to_json(before)), after)))
    check(document)
    assert document["changes"]["since"] == CREATED
    assert document["changes"]["worse"] == [
        {"name": "a", "was": "compliant", "now": "drifted", "rows": [["server-03", "open", "closed"]]},
        {"name": "b", "was": "compliant", "now": "unreachable"},
    ]
    assert [one["name"] for one in document["changes"]["added"]] == ["c"]
    assert [one["name"] for one in document["changes"]["removed"]] == ["d"]


def test_all_kinds_of_hosts_are_as_the_schema_says() -> None:
    results = [None, "x", {"skipped": True}, {"failed": True, "msg": "m"}, info(), enforced(), enforced(changed=True)]
    check(json.loads(to_json(report_of(**{f"h{number}": found for number, found in enumerate(results)}))))
    check(json.loads(to_json(build_report("", CREATED, []))))


def test_hostile_texts_stand_as_they_may_be_said_and_the_file_is_ascii_with_one_host_a_line() -> None:
    report = hostile_report()
    content = to_json(report)
    document = json.loads(content)
    assert content.isascii()
    assert len(content.splitlines()) == len(report.hosts) + 2
    found = {name for host in document["hosts"] for cell in host["cells"] for name in cell[3]}
    assert found == set(map(said, HOSTILE))
    assert all(len(name) <= 256 and name.isprintable() for name in found)


def test_a_name_of_5_mb_in_every_row_does_not_make_a_report_large() -> None:
    """It stood in each row of the host, in each profile and in each remedy."""
    name = "x" * 5_000_000
    rows = [row(f"server-{n:02}", "closed", "block_rule", by=[name] * 30, remedy=name) for n in range(90)]
    content = to_json(report_of(host=info(*rows)))
    assert len(content) < 90 * 8000
