# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended: drift, an outage, a wrong variable and the guard's refusal are told apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import compare, read_earlier
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Leaver
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.schemas import STATUS_SCHEMA
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.status import (
    STATUS_VERSION,
    Run,
    RunClass,
    to_mail,
    to_status,
    to_status_file,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._version import collection_version
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.published import check, schema
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    CREATED,
    HOSTILE,
    enforced,
    info,
    report_of,
    row,
)

WELL = info()
DRIFTED = info(row(verdict="closed", reason="no_rule"), commands=[ADD])
INEFFECTIVE = info(row(verdict="closed", reason="block_rule"))
LOST = {"unreachable": True, "msg": "timed out"}
WRONG = {"failed": True, "msg": "'x' is undefined"}
REFUSED = enforced(row(verdict="closed", reason="no_rule"), failed=True, msg="nothing was sent: …", commands=[ADD])
LOST_WHILE_WRITING = {**REFUSED, "changed": True, "rollback": "armed", "msg": "the connection was lost"}
RUN = Run("night", "2026-03-12T06:00:09Z", "1.2.3")


def status(**results: Any) -> dict[str, Any]:
    report = report_of(**results)
    found = dict(json.loads(to_status_file(to_status(report, RUN, to_json(report)))))
    check(found, "status-schema-1")
    return found


def test_the_schema_is_the_one_that_a_status_names() -> None:
    published = schema("status-schema-1")
    assert (published["$id"], published["properties"]["schema"]["const"]) == (STATUS_SCHEMA, STATUS_SCHEMA)
    assert published["properties"]["version"]["const"] == STATUS_VERSION
    assert published["$defs"]["class"]["enum"] == [kind.value for kind in reversed(RunClass)]
    guide = (Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "scheduled.rst").read_text("utf-8")
    assert [name for name in published["properties"] if f"``{name}``" not in guide] == []


@pytest.mark.parametrize(
    ("results", "classes"),
    [
        ({}, ["ok"]),
        ({"a": WELL, "b": {"skipped": True}}, ["ok"]),
        ({"a": WELL, "b": DRIFTED}, ["drift"]),
        ({"a": INEFFECTIVE}, ["ineffective"]),
        ({"a": LOST}, ["outage"]),
        ({"a": WRONG}, ["failed"]),
        ({"a": None}, ["failed"]),
        ({"a": REFUSED}, ["refused"]),
        ({"a": LOST_WHILE_WRITING}, ["failed"]),
        (
            {"a": DRIFTED, "b": LOST, "c": INEFFECTIVE, "d": REFUSED, "e": WRONG, "f": WELL},
            ["failed", "outage", "refused", "ineffective", "drift"],
        ),
    ],
)
def test_the_class_of_a_run_is_the_worst_and_the_others_are_named(results: Any, classes: list[str]) -> None:
    found = status(**results)
    assert (found["class"], found["classes"]) == (classes[0], classes)


def test_the_members_are_those_that_the_guide_tells_of() -> None:
    report = report_of(a=DRIFTED, b=REFUSED)
    found = status(a=DRIFTED, b=REFUSED)
    assert list(found) == [
        "schema", "version", "class", "classes", "summary", "totals", "left", "report", "digest", "created", "written",
        "collection",
    ]  # fmt: skip
    guide = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "scheduled.rst"
    assert [member for member in found if f"``{member}``" not in guide.read_text("utf-8")] == []
    assert found["digest"] == f"sha256:{hashlib.sha256(to_json(report)).hexdigest()}"
    assert (found["totals"]["drifted"], found["totals"]["refused"], found["totals"]["hosts"]) == (1, 1, 2)
    assert (found["created"], found["written"], found["report"]) == (CREATED, RUN.written, "night")


def test_a_run_that_did_not_come_to_its_hosts_says_why() -> None:
    found = to_status(report_of(), replace(RUN, message="There is no host to work on"))
    check(found, "status-schema-1")
    assert (found["class"], found["summary"], found["digest"]) == ("failed", "There is no host to work on", "")


def test_each_member_has_a_line_of_its_own() -> None:
    report = report_of(**{f"h{number}": WRONG for number in range(30)})
    lines = to_status_file(to_status(report, RUN)).decode("ascii").splitlines()
    assert '  "class": "failed",' in lines
    assert len(lines) == 14


def test_the_version_is_that_of_the_collection() -> None:
    galaxy = yaml.safe_load((Path(__file__).resolve().parents[5] / "galaxy.yml").read_text("utf-8"))
    assert galaxy["version"] == collection_version()


def test_a_mail_is_a_few_lines_with_the_names_first() -> None:
    report = report_of(**{f"h{number:02}": DRIFTED for number in range(30)}, lost=LOST)
    report = replace(report, left=(Leaver("old", "inventory", ("director",), 3, CREATED),))
    mail = to_mail(report, to_status(report, RUN, b"x"), "/srv/r.html").decode("utf-8")
    assert mail.splitlines()[0] == "Title: outage, drift"
    assert "Drifted (30): h00, h01" in mail
    assert "h09 and 20 more" in mail
    assert "Unreachable (1): lost" in mail
    assert "not retired (1): old" in mail
    assert "May fail: sign-in, presence, instant messages and the start of calls, on 30 of 30 servers." in mail
    assert "/srv/r.html" in mail
    assert len(mail.splitlines()) < 20


def test_a_mail_has_no_control_characters_of_a_host() -> None:
    report = report_of(**{f"h{number}": {"failed": True, "msg": text} for number, text in enumerate(HOSTILE)})
    mail = to_mail(report, to_status(report, RUN)).decode("utf-8")
    assert all(character.isprintable() or character == "\n" for character in mail)


def test_what_others_changed_since_a_plan_is_an_end_of_its_own() -> None:
    foreign = {"rules": 5, "sha256": "0", "since_plan": {"rules": 5, "sha256": "1", "differences": ["new: rule X"]}}
    same = {**foreign, "since_plan": {"rules": 5, "sha256": "0", "differences": []}}
    fine = info(row())
    assert status(a={**fine, "foreign": foreign}, b=fine)["classes"] == ["changed"]
    assert status(a={**fine, "foreign": same})["classes"] == ["ok"]
    assert "Changed by others: 1" in status(a={**fine, "foreign": foreign})["summary"]


def test_a_firewall_that_is_off_is_said() -> None:
    off = info(row())
    off["profiles"]["private"]["enabled"] = False
    found = status(a=off, b=info(row()))
    assert found["summary"].endswith("Firewall off: 1 host")


def test_a_mail_says_why_hosts_failed_once_where_it_is_the_same() -> None:
    wrong = {"failed": True, "msg": "options: value of ruleset must be one of: documented, extended"}
    hosts = {f"h{number}": {"failed": True, "msg": f"h{number}: it broke"} for number in range(7)}
    report = report_of(**hosts, same=wrong)
    mail = to_mail(report, to_status(report, RUN)).decode("utf-8")
    assert "  h0: it broke\n" in mail
    assert mail.count(": it broke") == 5
    assert "  and 3 more\n" in mail
    alone = report_of(same=wrong)
    assert "  same: options: value of ruleset must be" in to_mail(alone, to_status(alone, RUN)).decode("utf-8")


BEYOND = {
    "addresses": ["any"], "by": ["CS RTCSRV"], "more_rules": 0, "ports": "", "profiles": ["domain"], "perhaps": False,
    "blockable": True,
}  # fmt: skip


def test_rows_that_are_newly_wider_are_an_end_of_their_own_and_named_in_the_subject() -> None:
    before, report = report_of(fe01=WELL, fe02=WELL), report_of(fe01=info(row(wider=BEYOND)), fe02=WELL)
    row_id = report.hosts[0].cells[0].requirement.id
    changes = compare(read_earlier(to_json(before)), report)
    found = to_status(report, RUN, b"x", changes)
    assert (found["class"], found["classes"]) == ("wider", ["wider"])
    mail = to_mail(report, found, "/srv/r.html", changes).decode("utf-8")
    assert mail.splitlines()[0] == f"Title: wider ({row_id})"
    assert f"Newly open to more than is wanted (1): fe01 ({row_id})" in mail
    again = compare(read_earlier(to_json(report)), report)
    assert to_status(report, RUN, b"x", again)["classes"] == ["ok"], "it is said once"
    both = report_of(fe01=info(row(wider=BEYOND)), fe02=DRIFTED)
    news = compare(read_earlier(to_json(before)), both)
    mail = to_mail(both, to_status(both, RUN, b"x", news), "", news).decode("utf-8")
    assert mail.splitlines()[0] == f"Title: drift, wider ({row_id})"


def test_the_guide_and_the_script_know_every_end() -> None:
    root = Path(__file__).resolve().parents[5]
    guide = (root / "docs" / "docsite" / "rst" / "scheduled.rst").read_text("utf-8")
    script = (root / "examples" / "scheduled" / "lync-firewall-audit").read_text("utf-8")
    words = script.partition("worth a mail: ")[2].partition("\n")[0].split()
    assert sorted(words) == sorted(kind.value for kind in RunClass)
    assert [kind.value for kind in RunClass if f"   * - ``{kind.value}``" not in guide] == []


def test_files_in_place_of_hosts_are_told_only_where_there_are_any() -> None:
    report = report_of(a=DRIFTED)
    hosts = tuple(replace(host, judged_from=(("a.reg", CREATED),)) for host in report.hosts)
    found = to_status(replace(report, hosts=hosts, files_of_nobody=("old.reg",)), RUN)
    check(found, "status-schema-1")
    assert (found["judged_from_files"], found["files_of_nobody"]) == (1, ["old.reg"])
    assert "Judged from files: 1. Files of no host: 1" in found["summary"]
    guide = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "scheduled.rst"
    assert "``judged_from_files``, ``files_outdated``, ``files_lacking``, ``files_of_nobody``" in guide.read_text(
        "utf-8"
    )
    assert "judged_from_files" not in to_status(report, RUN)
