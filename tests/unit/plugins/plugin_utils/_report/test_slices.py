# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports read back: nothing is lost, and what is wrong in a file is the trouble of the host that it is wrong about."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import (
    HostClass,
    Report,
    sorted_report,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import Slice, SliceError, read_slice
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
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.strategies_report import reports
from hypothesis import given
from hypothesis import strategies as st

PATH = "a.json"
EXCEPT = {"addresses": 2, "rules": 1, "first": ["192.0.2.1"], "private": ["10.0.0.1"]}
OF_PROFILE = {"verdict": "open", "reason": "firewall_off", "by": ["public profile"], "part": "", "unprotected": True}


def document() -> dict[str, Any]:
    """A report of one host with all that there can be, and of one that is well."""
    rows = [
        row("server-04", "closed", "no_rule", part="445", by_profile={"public": OF_PROFILE}, remedy="look"),
        row("server-05", "open", "rule", more_rules=7, unprotected=True, **{"except": EXCEPT}, caveat="careful"),
    ]
    found: dict[str, Any] = json.loads(to_json(report_of(fe01=info(*rows, commands=[ADD]), fe02=info())))
    return found


def read(found: Any) -> Slice:
    return read_slice(PATH, json.dumps(found))


@given(reports())
def test_a_report_is_read_back_as_it_was(report: Report) -> None:
    found = read_slice(PATH, to_json(report))
    assert (found.created, found.hosts, found.nameless) == (report.created, report.hosts, 0)


def test_real_results_are_read_back_as_they_were() -> None:
    lists = {"disabled_lync_rules": ["CS RTCSRV"], "skipped_rows": ["server-09"]}
    report = report_of(
        a=info(),
        b={**info(row(verdict="closed", reason="no_rule"), commands=[ADD]), **lists},
        c=enforced(changed=True, created=[{}]),
        d={"unreachable": True, "msg": "gone"},
        e={"skipped": True},
        f=None,
    )
    assert read_slice(PATH, to_json(report)).hosts == report.hosts


@pytest.mark.parametrize("text", [b"", b"x", b"[", b"\xff\xfe\xff", b"[" * 100_000, b'{"a": 1e', b"9" * 5000])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(SliceError, match=r"^it is not JSON \("):
        read_slice(PATH, text)


@pytest.mark.parametrize("found", [None, [], 7, "x", {}, {"schema": "urn:x"}, {"schema": ["urn:lyncops"]}])
def test_other_json_is_refused(found: Any) -> None:
    with pytest.raises(SliceError, match=r"^it is JSON, but no report of this collection"):
        read(found)


@pytest.mark.parametrize("version", [1, 2, 4, "3", None, True, [3], 3.5])
def test_another_version_is_named(version: Any) -> None:
    with pytest.raises(SliceError) as told:
        read({**document(), "version": version})
    assert str(told.value) == f"it is a report of version {version!r}; this one reads 3"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created", None), ("created", 7), ("created", "yesterday"), ("created", "2026-03-12T06:00:00+01:00"),
        ("created", "2026-03-12T06:00:00Z\n"), ("created", "٢٠٢٦-03-12T06:00:00Z"), ("requirements", None),
        ("requirements", {}), ("hosts", None), ("hosts", "fe01"),
    ],
)  # fmt: skip
def test_a_report_that_is_damaged_as_a_whole_is_refused(key: str, value: Any) -> None:
    found = document()
    for broken in ({**found, key: value}, {name: part for name, part in found.items() if name != key}):
        with pytest.raises(SliceError, match=r"^it is a damaged report \(.*" + key):
            read(broken)


def test_hosts_without_a_name_are_nobody() -> None:
    found = document()
    found["hosts"] += [None, 7, [], {}, {"name": ""}, {"name": 7}, {"class": "compliant"}]
    assert [host.name for host in read(found).hosts] == ["fe01", "fe02"]
    assert read(found).nameless == 7


def test_what_the_schema_does_not_know_is_ignored() -> None:
    found = document()
    for place in (found, found["requirements"][0], found["hosts"][0], found["hosts"][0]["cells"][0][5]):
        place["of_tomorrow"] = ["x"]
    assert read(found) == read(document())


FIRST = ("hosts", 0)
CELL = (*FIRST, "cells", 0)
PROFILE = (*FIRST, "profiles", "domain")
MORE = (*FIRST, "cells", 1, 5)
TEXT, COUNT, FLAG, LIST = (
    [None, 7, [], {}],
    [None, "7", -1, 1.5, True, []],
    [None, 0, "true"],
    [None, 7, "x", {}, [7], [None], [["x"]]],
)
WRONG: list[tuple[tuple[Any, ...], list[Any]]] = [
    ((*FIRST, "class"), [*TEXT, "fine", "COMPLIANT"]),
    ((*FIRST, "message"), TEXT),
    ((*FIRST, "roles"), LIST),
    ((*FIRST, "pool"), TEXT),
    ((*FIRST, "site"), TEXT),
    ((*FIRST, "service"), [7, [], {}, "running", {"running": True, "state": "running"}]),
    ((*FIRST, "service", "running"), FLAG),
    ((*FIRST, "service", "start"), TEXT),
    ((*FIRST, "profiles"), [None, [], "x", {"domain": None}, {"domain": {}}]),
    ((*PROFILE, "enabled"), FLAG),
    ((*PROFILE, "inbound"), [*TEXT, "drop"]),
    ((*PROFILE, "by_group_policy"), FLAG),
    ((*FIRST, "managed_rules"), COUNT),
    ((*FIRST, "commands"), LIST),
    ((*FIRST, "disabled_lync_rules"), LIST),
    ((*FIRST, "skipped_rows"), LIST),
    ((*FIRST, "cells"), [None, 7, {}, "x", [None], [[]], [{}]]),
    (CELL, [None, {}, [], "12345", [0, "open", "rule", []], [0, "open", "rule", [], "", {}, {}]]),
    ((*CELL, 0), [*COUNT, 99, 10**30]),
    ((*CELL, 1), [*TEXT, "ajar"]),
    ((*CELL, 2), TEXT),
    ((*CELL, 3), LIST),
    ((*CELL, 4), TEXT),
    ((*CELL, 5), [None, 7, [], "x"]),
    ((*CELL, 5, "commands"), [*LIST, [1], [-1], [True], ["0"], [0.0]]),
    ((*CELL, 5, "remedy"), TEXT),
    ((*CELL, 5, "by_profile"), [None, [], "x", {"public": None}, {"public": ["open", "rule", [], "", 1]}]),
    ((*CELL, 5, "by_profile", "public"), [["open", "rule", [], ""], ["ajar", "rule", [], "", True], [[], "", [], "", 1],
                                          ["open", "rule", "x", "", True]]),
    ((*MORE, "unprotected"), [None, 1, False, "true"]),
    ((*MORE, "more_rules"), COUNT),
    ((*MORE, "except"), [None, [], {}, {"addresses": 0, "rules": 1, "first": ["x"]}]),
    ((*MORE, "except", "first"), [*LIST, []]),
    ((*MORE, "except", "private"), LIST),
    (("requirements", 1), [None, 7, "x", [], {}]),
    (("requirements", 1, "id"), TEXT),
    (("requirements", 1, "service"), TEXT),
    (("requirements", 1, "ports"), TEXT),
    (("requirements", 1, "transports"), [*LIST, ["icmp"]]),
    (("requirements", 1, "direction"), [*TEXT, "up"]),
    (("requirements", 1, "caveat"), [7, [], {}]),
    (("requirements", 1, "documented_ports"), TEXT),
]  # fmt: skip


def changed(found: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    found = copy.deepcopy(found)
    inner: Any = found
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return found


@pytest.mark.parametrize(("place", "values"), WRONG, ids=[".".join(map(str, place)) for place, _values in WRONG])
def test_what_is_wrong_about_a_host_makes_that_host_failed(place: tuple[Any, ...], values: list[Any]) -> None:
    well = read(document()).hosts
    for value in values:
        first, second = read(changed(document(), place, value)).hosts
        assert second == well[1], value
        assert first.host_class is HostClass.FAILED, value
        assert first.message.startswith("What a.json has of the host cannot be read: "), value
        assert first.cells == first.commands == (), value


@pytest.mark.parametrize("key", ["class", "message", "service", "profiles", "managed_rules", "commands", "cells"])
def test_what_is_missing_of_a_host_makes_that_host_failed(key: str) -> None:
    found = document()
    del found["hosts"][0][key]
    first, second = read(found).hosts
    assert (first.host_class, second.host_class) == (HostClass.FAILED, HostClass.COMPLIANT)
    assert first.message == f"What a.json has of the host cannot be read: {key} is missing"


@pytest.mark.parametrize("place", [False, 0.0])
def test_a_number_of_another_type_is_not_taken_for_one_that_was_read_before(place: Any) -> None:
    found = document()
    (cell,) = found["hosts"][1]["cells"]
    found["hosts"].append({**found["hosts"][1], "name": "fe03", "cells": [[place, *cell[1:]]]})
    assert [host.host_class.value for host in read(found).hosts] == ["drifted", "compliant", "failed"]


def test_a_wrong_requirement_is_named_by_its_number() -> None:
    found = changed(document(), ("requirements", 1, "direction"), "up")
    assert read(found).hosts[0].message.endswith("requirement number 1: 'up' is no value of a direction")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([place for place, _values in WRONG]), json_values)
def test_whatever_a_file_holds_all_three_formats_can_be_written(place: tuple[Any, ...], value: Any) -> None:
    found = read(changed(document(), place, value))
    report = sorted_report("T", CREATED, found.hosts)
    assert json.loads(to_json(report))["totals"]["hosts"] == 2
    assert to_csv(report)
    assert to_html(report)


def test_texts_are_cut_and_made_printable_as_those_of_results_are() -> None:
    long, odd = "x" * 100_000, "a\x1b[2J\r\nb"
    cell = [0, "closed", odd, [odd, long], long, {"remedy": odd, "commands": [0]}]
    found = changed(document(), (*FIRST, "cells"), [cell])
    found["hosts"][0] |= {"name": odd, "message": odd + long, "commands": [odd + long]}
    host = read(found).hosts[0]
    assert host.name == "a?[2J??b"
    texts = [host.message, *host.commands, host.cells[0].remedy, host.cells[0].finding.reason]
    texts += [*host.cells[0].finding.by, host.cells[0].finding.part]
    assert all(text.isprintable() and len(text) <= 8191 for text in texts)


def test_hostile_reports_are_read_without_a_trace_of_control_characters_in_names() -> None:
    report = hostile_report()
    found = read_slice(PATH, to_json(report))
    assert len(found.hosts) == len(report.hosts) == 2 * len(HOSTILE)
    assert {host.host_class for host in found.hosts} == {host.host_class for host in report.hosts}
    assert all(host.name.isprintable() for host in found.hosts)
    assert found.created == CREATED
