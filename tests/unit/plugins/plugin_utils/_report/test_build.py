# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results to a report: classes, cells, and results that are none."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report import figures, model
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.summary import summary
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    CREATED,
    RULE,
    enforced,
    host_of,
    info,
    plan,
    report_of,
    row,
    state,
)
from hypothesis import given
from hypothesis import strategies as st

CLOSED = row(verdict="closed", reason="block_rule", by=["Block SIP"])
NO_RULE = row(verdict="closed", reason="no_rule")
NO_ROLES = {key: value for key, value in info().items() if key != "drift"} | {"requirements": []}
NEW = {"created": [{"name": RULE}], "commands": [ADD], "changed": True}


def test_a_host_that_could_not_be_read_has_what_a_probe_saw_of_it() -> None:
    ports = [{"port": 5061, "transport": "tcp", "rows": ["fe-11"], "status": "filtered", "tls": None}]
    source = Source("fe01", {"unreachable": True, "msg": "timed out"}, probes=ports, unasked=[])
    report = build_report("Title", CREATED, [source])
    (host,) = json.loads(to_json(report))["hosts"]
    assert (host["cells"], host["probe"]) == ([], [["tcp", 5061, "filtered", "", None]])
    (row_of_host,) = csv.DictReader(io.StringIO(to_csv(report).decode()))
    assert row_of_host["probe"] == "tcp 5061 filtered"


NONE = plan(kept=[])
CASES: list[tuple[str, Any, HostClass]] = [
    ("converged", info(), HostClass.COMPLIANT),
    ("conditional is no drift by itself", info(row(verdict="conditional", reason="program_rule")), HostClass.COMPLIANT),
    ("drift", info(NO_RULE, created=[{"name": RULE}], commands=[ADD]), HostClass.DRIFTED),
    ("stale rule, all open", info(deleted=[RULE]), HostClass.DRIFTED),
    ("drift and a block rule", info(CLOSED, commands=[ADD]), HostClass.DRIFTED),
    ("closed without drift", info(row(), CLOSED), HostClass.INEFFECTIVE),
    ("another firewall", info(row(verdict="unknown", reason="other_firewall", by=["X"])), HostClass.INEFFECTIVE),
    ("read without roles", NO_ROLES, HostClass.FAILED),
    ("failed by the playbook, though well", {**info(), "failed": True, "msg": "no"}, HostClass.FAILED),
    ("failed by the playbook for its drift", {**info(commands=[ADD]), "failed": True}, HostClass.DRIFTED),
    ("unreachable", {"unreachable": True, "msg": "timed out"}, HostClass.UNREACHABLE),
    ("unreachable, with old data", {**info(), "unreachable": True}, HostClass.UNREACHABLE),
    ("failed", {"failed": True, "msg": "not elevated"}, HostClass.FAILED),
    ("skipped", {"skipped": True, "changed": False}, HostClass.NOT_MANAGED),
    ("not there", None, HostClass.FAILED),
    ("a text", "fine", HostClass.FAILED),
    ("another task's", {"changed": False, "ping": "pong"}, HostClass.FAILED),
    ("enforced, nothing to do", enforced(), HostClass.COMPLIANT),
    ("enforced and repaired", enforced(**NEW), HostClass.COMPLIANT),
    ("enforced, still closed", enforced(CLOSED, failed=True, msg="closed"), HostClass.INEFFECTIVE),
    ("enforced and repaired, still closed", enforced(CLOSED, failed=True, msg="x", **NEW), HostClass.INEFFECTIVE),
    ("enforced, only warned", enforced(CLOSED), HostClass.INEFFECTIVE),
    ("refused by the guard", enforced(CLOSED, **NEW, failed=True, msg="x") | {"changed": False}, HostClass.FAILED),
    ("not seen afterwards", enforced(failed=True, msg="x", **NEW, after=state(0)), HostClass.FAILED),
    ("not gone afterwards", enforced(CLOSED, failed=True, changed=True, deleted=[RULE]), HostClass.FAILED),
    ("restored itself", enforced(CLOSED, failed=True, rollback="fired", **NEW), HostClass.FAILED),
    ("refused in part", enforced(failed=True, refused=[{"subject": "public", "reason": "policy"}]), HostClass.FAILED),
    ("taken away before", {**info(), "requirements": [], "drift": {"found": False, **NONE}}, HostClass.NOT_MANAGED),
    ("taken away", {**enforced(**plan(kept=[])), "changed": True, "requirements": []}, HostClass.NOT_MANAGED),
]  # fmt: skip


@pytest.mark.parametrize(("result", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_result_has_its_class(result: Any, wanted: HostClass) -> None:
    assert host_of(result).host_class is wanted


def test_changes_of_a_run_in_check_mode_are_still_to_be_made() -> None:
    host = host_of(enforced(**NEW), check_mode=True)
    assert host.host_class is HostClass.DRIFTED
    assert host.commands == (ADD,)
    assert "check mode" in host.message
    assert host_of(enforced(), check_mode=True).host_class is HostClass.COMPLIANT
    assert host_of(info(), check_mode=True).host_class is HostClass.COMPLIANT
    refused = enforced(CLOSED, **NEW, failed=True, msg="x") | {"changed": False}
    assert host_of(refused, check_mode=True).host_class is HostClass.FAILED


def test_a_repaired_host_says_so_and_has_nothing_to_do() -> None:
    host = host_of(enforced(**NEW))
    assert "1 created, 0 updated, 0 deleted" in host.message
    assert host.commands == ()
    host = host_of(enforced(**{**NEW, "service_changes": ["started"], "profiles_enabled": ["domain", "public"]}))
    assert host.message == (
        "Repaired by this run: rules 1 created, 0 updated, 0 deleted; firewall service started; "
        "profiles switched on: domain, public."
    )


def test_a_failed_host_says_why_and_keeps_its_commands() -> None:
    host = host_of(enforced(failed=True, msg="lost it", **NEW, after=state(0)))
    assert "lost it" in host.message
    assert host.commands == (ADD,)
    assert host_of(None).message == "The host was not audited: there is no result of it."
    assert len(host_of({"failed": True, "msg": "x" * 99999}).message) < 3000


def test_what_is_refused_is_told_and_the_host_is_not_compliant() -> None:
    """A run on the host would fail with the same words, so an audit must not call it well."""
    refused = plan(refused=[{"subject": "public profile", "reason": "by policy"}])
    host = host_of(info() | {"drift": {"found": False, **refused}})
    assert "public profile: by policy" in host.message
    assert host.host_class is HostClass.INEFFECTIVE
    assert host_of(info() | {"drift": {"found": True, **refused}}).host_class is HostClass.DRIFTED


def test_requirements_are_numbered_once_for_all_hosts_and_other_ports_are_others() -> None:
    moved = row("server-10", ports="57501-60000", documented_ports="57501-65535", overridden=True)
    plain = row("server-10", ports="57501-65535", documented_ports="57501-65535")
    report = report_of(b=info(row("server-11"), plain), a=info(moved, row("server-11")))
    assert [(one.id, one.ports) for one in report.requirements] == [
        ("server-10", "57501-60000"),
        ("server-10", "57501-65535"),
        ("server-11", "5061"),
    ]
    places = {one: place for place, one in enumerate(report.requirements)}
    assert [(host.name, [places[cell.requirement] for cell in host.cells]) for host in report.hosts] == [
        ("a", [0, 2]),
        ("b", [1, 2]),
    ]


def test_a_cell_knows_the_commands_that_mend_it() -> None:
    other = ADD.replace("in-tcp-5061 g1", "in-tcp-50612 g1")
    part = ADD.replace("in-tcp-5061 g1", "in-tcp-5061.s2 g1")
    closed = row(verdict="closed", reason="no_rule", rules=["in-tcp-5061", "in-tcp-5061.s2"])
    host = host_of(info(closed, row("server-04"), commands=["sc start MpsSvc", other, ADD.upper(), part]))
    assert [cell.commands for cell in host.cells] == [(2, 3), ()]


def test_a_cell_has_the_remedy_of_the_result_and_none_where_an_older_version_gave_none() -> None:
    told = host_of(info({**CLOSED, "remedy": "switch it off"}))
    older = host_of(info({key: value for key, value in CLOSED.items() if key != "remedy"}))
    assert [host.cells[0].remedy for host in (told, older)] == ["switch it off", ""]
    assert [host.host_class for host in (told, older)] == [HostClass.INEFFECTIVE, HostClass.INEFFECTIVE]


def test_findings_by_profile_are_kept() -> None:
    parts = {"verdict": "open", "reason": "firewall_off", "by": ["public profile"], "part": "", "unprotected": True}
    (cell,) = host_of(info(row(verdict="closed", reason="no_rule", by_profile={"public": parts}))).cells
    assert [(name, found.verdict, found.unprotected) for name, found in cell.by_profile] == [
        ("public", Status.OPEN, True)
    ]


def test_roles_come_from_the_task_or_else_from_the_inventory() -> None:
    told = {**info(), "invocation": {"module_args": {"roles": ["director"]}}}
    sources = [Source("a", told, ("mediation",)), Source("b", info(), ("mediation",)), Source("c", None, ("director",))]
    assert [host.roles for host in build_report("", CREATED, sources).hosts] == [
        ("director",), ("mediation",), ("director",),
    ]  # fmt: skip


WIDER = {"addresses": ["everybody else"], "by": ["CS RTCSRV"], "more_rules": 0, "ports": "", "profiles": [],
         "perhaps": False}  # fmt: skip


@pytest.mark.parametrize("result", [info, enforced])
def test_a_wider_row_is_a_state_beside_the_verdict_unless_it_is_a_failure(result: Any) -> None:
    rows = (row(admits=["any"], wider=WIDER), row("server-04", admits=["any"], wider={**WIDER, "perhaps": True}))
    well = {**result(*rows), "wider": {"rows": 1, "perhaps": 1, "fails": False}}
    assert host_of(well).host_class is HostClass.COMPLIANT
    failing = {**well, "wider": {"rows": 1, "perhaps": 1, "fails": True}, "failed": result is enforced, "msg": "wide"}
    host = host_of(failing)
    assert host.host_class is HostClass.INEFFECTIVE
    assert ("there is 1 row wider than wanted" in host.message) is (result is info)
    perhaps = {**failing, "wider": {"rows": 0, "perhaps": 2, "fails": True}, "failed": False}
    assert host_of(perhaps).host_class is HostClass.COMPLIANT
    assert summary(report_of(a=well, b=failing)).startswith(
        "2 hosts: 1 compliant, 1 ineffective, 2 rows wider than wanted, and 2 perhaps"
    )


def test_drift_comes_before_what_is_too_wide() -> None:
    found = {**info(row(wider=WIDER), commands=[ADD]), "wider": {"rows": 1, "perhaps": 0, "fails": True}}
    assert host_of(found).host_class is HostClass.DRIFTED


def test_sums() -> None:
    report = report_of(
        a=info(),
        b=info(row(verdict="closed", reason="no_rule"), row("server-04", "closed", "no_rule"), commands=[ADD]),
        c=info(CLOSED),
        d={"unreachable": True},
    )
    assert figures.totals(report) == {
        "compliant": 1, "ineffective": 1, "drifted": 1, "failed": 0, "unreachable": 1, "not_managed": 0, "hosts": 4,
        "wider_rows": 0, "perhaps_wider_rows": 0,
    }  # fmt: skip
    assert list(figures.reasons(report).items()) == [("no_rule", 2), ("block_rule", 1)]
    assert figures.names_by_class(report)["unreachable"] == ["d"]
    assert summary(report) == (
        "4 hosts: 1 compliant, 1 ineffective, 1 drifted, 1 unreachable. Not open: 2 (no rule), 1 (block rule)"
    )
    assert summary(build_report("", CREATED, [])) == "0 hosts"


OF_CLIENT = {"invocation": {"module_args": {"roles": ["client"]}}}


def test_the_first_host_of_which_a_dry_run_shows_what_is_the_matter() -> None:
    """None that was judged from files, which site refuses, and no user's computer that is only looked at."""
    drifted = info(NO_RULE, created=[{"name": RULE}], commands=[ADD])
    files = {"judged_from": [{"file": "a.txt", "saved": CREATED}], "assumptions": [], "lacking": [], "outdated": []}
    wide = {**info(row(wider=WIDER)), "wider": {"rows": 1, "perhaps": 0, "fails": True}}
    report = report_of(
        a={**drifted, **files}, b=drifted, c=drifted,
        d={**info(CLOSED), **files}, e={**info(CLOSED), **OF_CLIENT}, f=wide, g=info(CLOSED), h={"unreachable": True},
    )  # fmt: skip
    assert [host.host_class.value for host in report.hosts] == ["drifted"] * 3 + ["ineffective"] * 4 + ["unreachable"]
    assert figures.to_show(report) == {"drifted": "b", "ineffective": "g"}
    assert figures.to_show(report_of(d=wide, e=info(row()))) == {}


DAMAGED = [
    {**info(), "requirements": [{"id": "server-03"}]},
    {**info(), "requirements": {"server-03": "open"}},
    info(row(verdict="ajar")),
    info(row(by="not a list")),
    info(row(by=[1])),
    info(row(unprotected="yes")),
    info(row(remedy=None)),
    info(row(by_profile={"domain": {"verdict": "open"}})),
    {**info(), "service": None},
    {**info(), "profiles": {"domain": {}}},
    {**info(), "drift": {"found": "no"}},
    {**info(), "drift": []},
    {**enforced(), "created": [{}], "failed": True},
]


@pytest.mark.parametrize("result", DAMAGED)
def test_a_damaged_result_is_one_failed_host_with_a_message(result: Any) -> None:
    report = report_of(bad=result, good=info())
    assert [host.host_class for host in report.hosts] == [HostClass.FAILED, HostClass.COMPLIANT]
    assert "cannot be read" in report.hosts[0].message


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mangled(draw: st.DrawFn) -> Any:
    """A good result with some of its parts replaced or taken out, at any depth; or something else altogether."""
    if draw(st.booleans()):
        return draw(JUNK)
    good = [info(CLOSED, commands=[ADD]), enforced(CLOSED, **NEW), enforced(failed=True)]
    result = deepcopy(draw(st.sampled_from(good)))  # it has parts in common with others, and is changed in place
    for _time in range(draw(st.integers(1, 3))):
        at: Any = result
        while isinstance(at, (dict, list)) and at:
            key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if draw(st.booleans()):
                at[key] = draw(JUNK)
                break
            at = at[key]
    return result


@given(mangled(), st.booleans())
def test_no_result_breaks_the_report(result: Any, check_mode: bool) -> None:
    report = report_of(check_mode, host=result)
    counts = figures.totals(report)
    assert counts["hosts"] == sum(counts[host_class.value] for host_class in model.HostClass) == 1
    assert to_json(report)
    assert to_csv(report)


@given(mangled(), st.booleans())
def test_an_unreachable_host_is_never_anything_else(result: Any, check_mode: bool) -> None:
    if isinstance(result, dict):
        assert host_of({**result, "unreachable": True}, check_mode).host_class is HostClass.UNREACHABLE
