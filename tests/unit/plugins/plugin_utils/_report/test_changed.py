# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that were changed and left before a report knew of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.changed import (
    CHANGED_FILE,
    changed_in,
    note_changed,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import read_earlier
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.merge import merge
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Leaver
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remember import IN_GROUPS, NONE, remembering
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.slices import read_slice
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import info

NOON, LATER = "2026-03-12T12:00:00Z", "2026-03-12T13:00:00Z"
DIRECTOR = ("director",)


def left(changed: dict[str, Leaver], *, last: str = "", retired: str = "") -> list[tuple[str, int | None]]:
    """Who has left by a report of one host that is here."""
    earlier = NONE
    if last:
        earlier = read_earlier(to_json(build_report("T", last, [Source("old", info(), DIRECTOR)])))
    now = build_report("T", "2026-03-13T06:00:00Z", [Source("fe", info(), DIRECTOR)])
    gone = {"old": retired} if retired else {}
    return [(one.name, one.rules) for one in remembering(now, earlier, lambda _name: "", gone, changed).left]


def test_the_last_change_of_a_host_counts(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert changed_in(folder) == ({}, [])
    note_changed(folder, "old", DIRECTOR, 30, NOON)
    note_changed(folder, "fe", DIRECTOR, None, NOON)
    note_changed(folder, "old", DIRECTOR, 31, LATER)
    found, warnings = changed_in(folder)
    assert warnings == []
    assert (found["old"].rules, found["old"].roles, found["old"].seen) == (31, DIRECTOR, LATER)
    assert left(found) == [("old", 31)]
    assert left(found, retired="2026-03-12T14:00:00Z") == []


def test_a_change_that_leaves_rules_of_a_policy_alone_is_noted_with_them(tmp_path: Path) -> None:
    note_changed(tmp_path, "old", DIRECTOR, 0, LATER, 30)
    found, warnings = changed_in(tmp_path)
    assert (warnings, found["old"].policy_rules) == ([], 30)
    assert left(found, last=NOON) == [("old", 0)]


def test_what_is_older_than_the_last_report_is_known_to_it() -> None:
    noted = {"other": Leaver("other", "", DIRECTOR, 5, NOON)}
    assert left(noted, last=LATER) == [("old", 1)]
    assert left(noted, last=NOON) == [("old", 1), ("other", 5)]


def test_a_host_whose_rules_were_taken_away_since_is_not_named() -> None:
    assert left({"old": Leaver("old", "", (), 0, LATER)}, last=NOON) == []


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", '{"host": "a", "roles": 3, "rules": 1, "changed": ""}', '{"host": "a"}',
        '{"host": "a", "roles": [], "rules": 1e999, "changed": ""}',
    ],
)  # fmt: skip
def test_a_damaged_line_is_said_and_spoils_no_other(tmp_path: Path, line: str) -> None:
    note_changed(tmp_path, "old", DIRECTOR, 1, NOON)
    with (tmp_path / CHANGED_FILE).open("a") as stream:
        stream.write(f"{line}\n")
    note_changed(tmp_path, "new", DIRECTOR, 1, NOON)
    found, (warning,) = changed_in(tmp_path)
    assert sorted(found) == ["new", "old"]
    assert "has 1 damaged line" in warning


def test_a_line_that_lacks_its_end_swallows_no_other(tmp_path: Path) -> None:
    note_changed(tmp_path, "a", ["mediation"], 6, "2026-03-12T06:00:00Z")
    with (tmp_path / CHANGED_FILE).open("a") as stream:
        stream.write('{"host": "zz", "roles": ["medi')
    note_changed(tmp_path, "b", ["mediation"], 6, "2026-03-12T07:00:00Z")
    found, told = changed_in(tmp_path)
    assert list(found) == ["a", "b"]
    assert len(told) == 1


def test_what_is_no_file_is_an_error_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / CHANGED_FILE)
    with pytest.raises(OSError):  # noqa: PT011 - of whatever kind: the change is made, and a warning says so
        note_changed(tmp_path, "a", [], 6, "2026-03-12T06:00:00Z")


def test_a_name_with_a_line_break_is_one_line(tmp_path: Path) -> None:
    note_changed(tmp_path, "a\nb", [], 6, "2026-03-12T06:00:00Z")
    ((name, leaver),) = changed_in(tmp_path)[0].items()
    assert "\n" not in name
    assert leaver.name == name


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / CHANGED_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        note_changed(tmp_path, "old", DIRECTOR, 1, NOON)
    assert not (tmp_path / "elsewhere").exists()


def test_whom_slices_know_to_have_left_the_whole_names() -> None:
    """Each slice knows of its own last report; a host that another slice has, has not left."""
    gone, moved = Leaver("old", "inventory", DIRECTOR, 4, NOON), Leaver("fe", "elsewhere", DIRECTOR, 4, NOON)
    here = build_report("T", LATER, [Source("fe", info(), DIRECTOR)])
    there = replace(build_report("T", LATER, [Source("dir", info(), DIRECTOR)]), left=(gone,), elsewhere=(moved,))
    slices = [read_slice(name, to_json(report)) for name, report in (("a", here), ("b", there), ("c", there))]
    merged = merge("T", LATER, slices).report
    inventory = {"fe": IN_GROUPS, "dir": IN_GROUPS}
    whole = remembering(merged, NONE, lambda name: inventory.get(name, ""), {}, {})
    assert [(one.name, one.why) for one in whole.left] == [("old", "inventory")]
    assert whole.elsewhere == ()
