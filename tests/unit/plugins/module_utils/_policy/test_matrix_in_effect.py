# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is admitted on a line in effect: of several rows and hosts, and as far as the audit knows."""

from __future__ import annotations

from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_in_effect import (
    Admitted,
    Finding,
    InEffect,
    of_line,
    told,
)

OPEN = Admitted(("any",), ("everybody else",), ("CS RTCSRV",))
PERHAPS = Admitted(("10.0.0.1",), ("10.0.0.9",), ("CS X",), perhaps=True)
RIGHT = Admitted(("10.0.0.1",))
SHUT = Admitted(("nobody",))
FOUND = InEffect(
    "r.json",
    "2026-03-12T06:00:00Z",
    {"a": {"x": OPEN, "y": RIGHT}, "b": {"x": OPEN, "y": PERHAPS}, "c": {"x": SHUT}},
)


def test_hosts_on_which_the_same_was_found_share_a_finding() -> None:
    line = of_line(["x", "y"], ["b", "a"], FOUND)
    assert line.findings == (
        Finding("x", ("a", "b"), OPEN),
        Finding("y", ("a",), RIGHT),
        Finding("y", ("b",), PERHAPS),
    )
    assert line.wider == (Finding("x", ("a", "b"), OPEN), Finding("y", ("b",), PERHAPS)), "what is certain first"
    assert line.admits == ("any",)
    assert line.not_known == ()


def test_nobody_is_said_only_where_nobody_gets_in() -> None:
    assert of_line(["x"], ["c"], FOUND).admits == ("nobody",)
    assert of_line(["y", "x"], ["a", "c"], InEffect("", "", {"a": {"y": RIGHT}, "c": {"x": SHUT}})).admits == (
        "10.0.0.1",
    )


def test_of_several_rows_each_who_is_said_once_and_words_come_last() -> None:
    found = InEffect("", "", {
        "a": {"x": Admitted(("10.0.0.2-10.0.0.3",)), "y": Admitted(("10.0.0.0/31", "not known"))},
        "b": {"x": Admitted(("LocalSubnet",))},
    })  # fmt: skip
    assert of_line(["x", "y"], ["a"], found).admits == ("10.0.0.0/30", "not known")
    assert of_line(["x", "y"], ["a", "b"], found).admits == ("10.0.0.0/30", "not known", "localsubnet")


def test_what_is_only_perhaps_wider_is_counted_apart() -> None:
    entry = {"name": "med01", "addresses": ["10.0.0.5"], "roles": ["mediation"], "pool": "", "options": {}}
    matrix = matrix_of([{**entry, "peers": {"front_end": ["10.0.0.1"], "branch_appliance": [], "load_balancer": []}}])
    lined = {row for line in matrix.all_lines for row in line.audited}
    assert "server-46" in lined
    perhaps = told(matrix, InEffect("r.json", "now", {"med01": {"server-46": PERHAPS}}))
    assert "by r.json: 0 lines wider than meant, and 1 perhaps" in perhaps
    assert "perhaps" not in told(matrix, InEffect("r.json", "now", {"med01": {"server-46": OPEN}}))


def test_what_the_audit_does_not_say_is_not_known() -> None:
    line = of_line(["x", "y"], ["a", "c", "d"], FOUND)
    assert line.not_known == ("c", "d")
    assert of_line(["x"], ["d"], FOUND).findings == ()


def test_a_row_for_nobody_that_is_open_is_in_no_line_and_told_all_the_same() -> None:
    peers = {"front_end": ["10.0.0.1"], "gateway": [], "pbx": [], "branch_appliance": [], "load_balancer": []}
    entry = {"name": "med01", "addresses": ["10.0.0.5"], "roles": ["mediation"], "pool": "", "peers": peers}
    matrix = matrix_of([{**entry, "client_networks": ["10.1.0.0/16"], "options": {}}])
    lined = {row for line in matrix.all_lines for row in line.audited}
    assert "server-46" in lined
    assert "server-44" not in lined
    nobody = Admitted(("any",), ("everybody",), ("CS RTCMEDSRV",), for_nobody=True)
    found = told(matrix, InEffect("r.json", "now", {"med01": {"server-44": nobody, "server-46": RIGHT}}))
    assert "In no line, since they are for nobody, and open to somebody: server-44 of med01." in found
    shut = told(matrix, InEffect("r.json", "now", {"med01": {"server-44": SHUT, "server-46": RIGHT}}))
    assert "for nobody" not in shut
