# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of slices put together: as the report that is made at once, and every irregularity said."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report import merge as merging
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.figures import totals
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.merge import merge, read_sources
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass, Report, sorted_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remember import to_retired
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.schemas import STATUS_SCHEMA
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import Slice, SliceError, read_slice
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.summary import summary
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    CREATED,
    info,
    report_of,
    row,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.strategies_report import reports
from hypothesis import given
from hypothesis import strategies as st

LATER = "2026-03-12T07:00:00Z"
NOWHERE = Path("/nowhere/lync-firewall.json")


def slice_of(path: str, created: str = CREATED, **results: Any) -> Slice:
    """A report of these hosts, as it is read back."""
    report = replace(report_of(**results), created=created)
    return read_slice(path, to_json(report))


def test_files_of_nobody_are_those_of_all_slices_but_for_whom_another_judged_by_them() -> None:
    first = replace(report_of(fe01=info([row("server-06")])), files_of_nobody=("old.reg", "fe02.reg"))
    judged = report_of(fe02=info([row("server-06")]))
    hosts = [replace(host, judged_from=(("fe02.reg", CREATED),)) for host in judged.hosts]
    second = replace(judged, hosts=tuple(hosts), files_of_nobody=("old.reg", "notes.md"))
    slices = [read_slice(f"{number}.json", to_json(report)) for number, report in enumerate((first, second))]
    assert merge("All", CREATED, slices).report.files_of_nobody == ("notes.md", "old.reg")
    with pytest.raises(SliceError, match="files_of_nobody holds something else than texts"):
        read_slice("x.json", to_json(first).replace(b'"old.reg"', b"7"))


@given(reports(), st.data())
def test_slices_put_together_are_the_report_that_is_made_at_once(report: Report, data: st.DataObject) -> None:
    """Each slice numbers its requirements for itself; the order of the slices is nothing."""
    where = {host.name: data.draw(st.integers(0, 2)) for host in report.hosts}
    parts = [
        sorted_report("Slice", CREATED, [host for host in report.hosts if where[host.name] == number])
        for number in data.draw(st.permutations(range(3)))
    ]
    slices = [read_slice(f"{number}.json", to_json(part)) for number, part in enumerate(parts)]
    found = merge(report.title, report.created, slices, where)
    assert (found.report, found.warnings) == (report, ())
    for write in (to_json, to_html, to_csv):
        assert write(found.report) == write(report)
    assert (totals(found.report), summary(found.report)) == (totals(report), summary(report))


def test_hosts_with_other_ports_for_a_row_keep_them() -> None:
    usual, moved = row(), row(ports="5062", documented_ports="5061")
    found = merge("T", CREATED, [slice_of("1", b=info(moved), c=info(usual)), slice_of("2", a=info(usual))]).report
    assert [one.ports for one in found.requirements] == ["5061", "5062"]
    document = json.loads(to_json(found))
    assert [(host["name"], host["cells"][0][0]) for host in document["hosts"]] == [("a", 0), ("b", 1), ("c", 0)]


def test_of_two_that_have_a_host_the_newest_counts_and_both_files_are_named() -> None:
    new, old = slice_of("new.json", LATER, a=info(), b=info()), slice_of("old.json", a={"unreachable": True})
    for order in ([new, old], [old, new]):
        found = merge("T", LATER, order, ["a", "b"])
        assert totals(found.report)["compliant"] == totals(found.report)["hosts"] == 2
        assert found.warnings == ("1 host is in more than one report, and the newest counts: a (old.json, new.json)",)


def test_of_two_of_one_moment_the_later_in_the_list_counts() -> None:
    lost, well = slice_of("a.json", a={"unreachable": True}), slice_of("b.json", a=info())
    assert totals(merge("T", CREATED, [lost, well]).report)["compliant"] == 1
    assert totals(merge("T", CREATED, [well, lost]).report)["unreachable"] == 1


def test_a_host_that_is_twice_in_one_file_is_said() -> None:
    one = slice_of("a.json", a=info())
    found = merge("T", CREATED, [replace(one, hosts=one.hosts * 2)], ["a"])
    assert found.warnings == ("1 host is in more than one report, and the newest counts: a (a.json, a.json)",)
    assert totals(found.report)["hosts"] == 1


def test_a_damaged_host_of_the_newest_report_is_not_replaced_by_an_older_one() -> None:
    damaged = json.loads(to_json(report_of(a=info())))
    damaged["created"], damaged["hosts"][0]["cells"][0][1] = LATER, "ajar"
    found = merge("T", LATER, [read_slice("new.json", json.dumps(damaged)), slice_of("old.json", a=info())])
    (host,) = found.report.hosts
    assert (host.host_class, host.message) == (
        HostClass.FAILED,
        "What new.json has of the host cannot be read: 'ajar' is no value of a verdict",
    )


def test_a_host_in_no_slice_is_failed_and_counted_and_one_too_many_is_kept() -> None:
    slices = [slice_of("1", a=info()), slice_of("2", c=info())]
    found = merge("T", CREATED, slices, ["b", "a"])
    assert {host.name: host.host_class.value for host in found.report.hosts} == {
        "a": "compliant", "b": "failed", "c": "compliant",
    }  # fmt: skip
    assert found.report.hosts[1].message == (
        "No slice has the host: it is in none of the 2 reports that were put together."
    )
    assert found.warnings == (
        "1 host is in no report, and counted as failed: b",
        "1 host is in a report and not among the expected hosts, and kept: c",
    )


def test_where_nobody_is_expected_nobody_is_missed_or_too_many() -> None:
    assert merge("T", CREATED, [slice_of("1", a=info())]).warnings == ()


def test_no_slices_at_all_is_a_report_of_failures() -> None:
    found = merge("T", CREATED, [], ["a", "b"])
    assert totals(found.report)["failed"] == totals(found.report)["hosts"] == 2
    assert found.warnings == ("2 hosts are in no report, and counted as failed: a, b",)


def test_long_lists_are_cut() -> None:
    names = [f"h{number:02}" for number in range(30)]
    (said,) = merge("T", CREATED, [], names).warnings
    assert said == "30 hosts are in no report, and counted as failed: h00, h01, h02, h03, h04 and 25 more"
    many = [slice_of(f"{number}.json", a=info()) for number in range(30)]
    (said,) = merge("T", CREATED, many).warnings
    assert said.endswith(": a (27.json, 28.json, 29.json)")


@pytest.mark.parametrize(
    ("created", "apart"),
    [
        ("2026-03-12T18:00:00Z", False), ("2026-03-12T18:00:01Z", True), ("2026-03-11T18:00:00Z", False),
        ("2026-03-11T17:59:59Z", True), ("2026-02-30T06:00:00Z", True), (CREATED, False),
    ],
)  # fmt: skip
def test_slices_that_are_far_apart_in_time_are_said(created: str, apart: bool) -> None:
    found = merge("T", CREATED, [slice_of("x.json", a=info()), slice_of("y.json", created, b=info())])
    ends = sorted([(CREATED, "x"), (created, "y")])
    told = ", ".join(f"{name}.json is of {when}" for when, name in ends)
    assert found.warnings == ((f"the reports are far apart in time: {told}",) if apart else ())


def test_a_report_that_no_host_is_taken_from_has_no_age() -> None:
    old = slice_of("old.json", "2020-01-01T00:00:00Z", a=info())
    (said,) = merge("T", CREATED, [old, slice_of("new.json", a=info())]).warnings
    assert "far apart" not in said


def test_entries_without_a_name_are_said() -> None:
    found = merge("T", CREATED, [replace(slice_of("a.json", a=info()), nameless=2)], ["a"])
    assert found.warnings == ("a.json has 2 hosts without a name: left out",)


def large(hosts: int) -> list[bytes]:
    """Ten slices of so many hosts in all."""
    sources = [Source(f"h{number}", info(row(), row("server-04"))) for number in range(hosts)]
    return [to_json(build_report("T", CREATED, sources[place::10])) for place in range(10)]


def test_work_grows_with_the_hosts_only() -> None:
    names = [f"h{number}" for number in range(8 * 500)]

    def work(texts: list[bytes]) -> None:
        merge("T", CREATED, [read_slice(f"{place}", text) for place, text in enumerate(texts)], names)

    assert grows_linearly(work, large, 500)


# ---- Files ---------------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, **results: Any) -> Path:
    path = folder / name
    path.write_bytes(to_json(report_of(**results)))
    return path


def test_a_folder_is_all_reports_in_it_and_what_else_is_there_is_said(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", ".hidden.json", "a.JSON.txt"):
        written(tmp_path, name, **{name.partition(".")[0] or "hidden": info()})
    (tmp_path / "other.json").write_text('{"x": 1}')
    (tmp_path / "cut.json").write_bytes((tmp_path / "a.json").read_bytes()[:-20])
    (tmp_path / "old.json").write_text((tmp_path / "a.json").read_text().replace('"version":3', '"version":9'))
    (tmp_path / "a-status.json").write_text(json.dumps({"schema": STATUS_SCHEMA}))
    (tmp_path / "retired.json").write_bytes(to_retired({}))
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "lync-firewall.csv").write_text("x")
    slices, left_out = read_sources([tmp_path], NOWHERE)
    assert [Path(one.path).name for one in slices] == ["a.json", "b.json"]
    assert [sentence.partition(": ")[0] for sentence in left_out] == [
        f"{tmp_path}/{name}.json is left out" for name in ("cut", "folder", "old", "other")
    ]
    assert "it is not JSON (" in left_out[0]
    assert left_out[1].endswith(": it is no file")
    assert left_out[2].endswith(": it is a report of version 9; this one reads 3")
    assert left_out[3].endswith(": it is JSON, but no report of this collection: its schema is not "
                                "urn:lyncops:firewall:report:3")  # fmt: skip


def test_a_file_is_read_once_however_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", a=info())
    (tmp_path / "link.json").symlink_to(path)
    slices, left_out = read_sources([path, tmp_path, tmp_path / "." / "a.json"], NOWHERE)
    assert (len(slices), left_out) == (1, [])


def test_the_report_that_is_about_to_be_written_is_no_slice_unless_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "lync-firewall.json", a=info())
    assert read_sources([tmp_path], path) == ([], [])
    assert len(read_sources([path], path)[0]) == 1


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": "urn:lyncops:firewall:report:3", "version": 1}'])
def test_a_named_file_that_is_no_report_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(SliceError) as told:
        read_sources([path], NOWHERE)
    assert str(told.value).startswith(f"{path} is no report to put together with others: it is ")


def test_what_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SliceError) as told:
        read_sources([tmp_path / "gone"], NOWHERE)
    assert str(told.value) == (f"{tmp_path}/gone is no report to put together with others: No such file or directory")


def test_nobody_waits_for_a_pipe_or_reads_a_device_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    slices, left_out = read_sources([tmp_path], NOWHERE)
    assert slices == []
    assert [sentence.rpartition(": ")[2] for sentence in left_out] == ["it is no file"] * 2


def test_a_link_to_itself_and_a_name_that_can_be_no_path_are_errors_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    slices, left_out = read_sources([tmp_path], NOWHERE)
    assert (slices, [sentence.partition(":")[0] for sentence in left_out]) == (
        [],
        [f"{tmp_path}/loop.json is left out"],
    )
    for path in (tmp_path / "loop.json", Path("a\0b")):
        with pytest.raises(SliceError, match="is no report to put together with others"):
            read_sources([path], NOWHERE)


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.json", a=info())
    monkeypatch.setattr(merging, "LARGEST_FILE", 99)
    _slices, (left_out,) = read_sources([tmp_path], NOWHERE)
    assert left_out == f"{path} is left out: it has {path.stat().st_size:,} bytes, and no more than 99 are read"


def test_the_report_is_of_the_time_of_the_newest() -> None:
    slices = [slice_of("1", "2026-03-11T06:00:00Z", a=info()), slice_of("2", "2026-03-10T06:00:00Z", b=info())]
    assert merge("T", "2026-04-01T00:00:00Z", slices).report.created == "2026-03-11T06:00:00Z"
    assert merge("T", "2026-04-01T00:00:00Z", []).report.created == "2026-04-01T00:00:00Z"


def test_a_report_that_a_slice_has_handed_over_and_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A container wrote it, and the folder is not one that is shared: the other slices count all the same."""
    there, lost = tmp_path / "53.json", tmp_path / "54.json"
    there.write_bytes(to_json(report_of(fe01=info())))
    handed = {"lync_firewall_slice_53": str(there), "lync_firewall_slice_54": str(lost)}
    slices, left_out = read_sources([there, lost], NOWHERE, handed)
    assert [host.name for one in slices for host in one.hosts] == ["fe01"]
    assert left_out == [f"lync_firewall_slice_54: there is no {lost}. Do all nodes that run jobs share that folder?"]
    with pytest.raises(SliceError, match=r"54\.json is no report"):
        read_sources([there, lost], NOWHERE)
