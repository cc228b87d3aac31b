# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSV report: RFC 4180, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import short_form
from ansible_collections.lyncops.firewall.plugins.module_utils._texts import said, spreadsheet_cell
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_csv import COLUMNS, to_csv
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    CREATED,
    hostile_report,
    info,
    report_of,
    row,
)
from hypothesis import given
from hypothesis import strategies as st

FORMULA = tuple("=+-@\t\r")


def read(content: bytes) -> list[dict[str, str]]:
    """As another program reads it."""
    assert content.replace(b"\r\n", b"").count(b"\n") == content.count(b"\n") - content.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_a_row_for_each_requirement_and_one_for_each_host_without() -> None:
    closed = row("server-04", "closed", "no_rule", part='445 "from" any, all', transports=["tcp", "udp"], by=["a", "b"])
    sources = [
        Source("fe01", info(row(), closed, commands=[ADD]), ("front_end", "mediation"), "pool01", "Porto"),
        Source("fe02", {"unreachable": True, "msg": "timed out"}),
    ]
    content = to_csv(build_report("", CREATED, sources))
    rows = read(content)
    assert tuple(rows[0]) == COLUMNS
    assert [(one["host"], one["class"], one["row"], one["verdict"]) for one in rows] == [
        ("fe01", "drifted", "server-03", "open"),
        ("fe01", "drifted", "server-04", "closed"),
        ("fe02", "unreachable", "", ""),
    ]
    assert rows[1]["part"] == '445 "from" any, all'
    assert (rows[1]["transports"], rows[1]["by"], rows[1]["mended_by"]) == ("tcp; udp", "a; b", ADD)
    assert (rows[1]["roles"], rows[1]["pool"], rows[1]["site"]) == ("front_end; mediation", "pool01", "Porto")
    assert rows[2]["message"] == "timed out"
    assert None not in [value for one in rows for value in (*one, *one.values())], "every row is as wide as the first"


def test_what_files_say_stands_in_its_columns_where_no_requirement_does() -> None:
    result = {
        **info(),
        "requirements": [],
        "judged_from": [{"file": "fe01.reg", "saved": "2026-01-31T20:15:00Z"}],
        "assumptions": ["nothing is set by Group Policy"],
        "outdated": ["fe01.reg is 9 days old"],
    }
    (one,) = read(to_csv(report_of(host=result)))
    assert one["row"] == ""
    assert one["judged_from"] == "fe01.reg 2026-01-31T20:15:00Z"
    assert one["assumptions"] == "nothing is set by Group Policy"
    assert one["outdated"] == "fe01.reg is 9 days old"
    assert one["log"] == ""


def test_the_remedy_of_the_result_follows_the_commands() -> None:
    told = row(verdict="closed", reason="block_rule", by=["Block"], more_rules=7, remedy="look in Group Policy")
    (one,) = read(to_csv(report_of(host=info(told, commands=[ADD]))))
    assert one["mended_by"] == f"{ADD}; look in Group Policy"
    assert one["more_rules"] == "7"
    assert one["reason"] == short_form("block_rule") == "block rule"


def test_who_is_admitted_and_by_whom_more_than_is_wanted() -> None:
    beyond = {"addresses": ["10.9.0.0/16"], "by": ["CS RTCSRV"], "more_rules": 0, "ports": "", "profiles": [],
              "perhaps": False}  # fmt: skip
    rows = (
        row(admits=["any"]),
        row("server-04", admits=["10.0.0.1", "10.9.0.0/16"], wider=beyond),
        row("server-05", admits=["10.0.0.1"], wider={**beyond, "perhaps": True}),
        row("server-06", "closed", "no_rule", admits=[]),
        row("server-07", "unknown", "other_firewall", admits=None),
        row("server-32", direction="out", admits=None),
    )
    found = read(to_csv(report_of(host=info(*rows))))
    assert [(one["admits"], one["wider"], one["wider_by"]) for one in found] == [
        ("any", "", ""),
        ("10.0.0.1; 10.9.0.0/16", "10.9.0.0/16", "CS RTCSRV"),
        ("10.0.0.1", "10.9.0.0/16; perhaps", "CS RTCSRV"),
        ("nobody", "", ""),
        ("not known", "", ""),
        ("", "", ""),
    ]


@pytest.mark.parametrize("start", [*FORMULA, "\n", "\uff1d"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert spreadsheet_cell(f"{start}1+1") == f"'{start}1+1"
    assert spreadsheet_cell(f"1{start}1") == f"1{start}1"


@given(st.text())
def test_no_field_is_a_formula_and_every_text_comes_back_as_it_may_be_said(text: str) -> None:
    rows = read(to_csv(report_of(host=info(row(by=[text], part=text)))))
    assert len(rows) == 1
    for value in rows[0].values():
        assert not value.startswith(FORMULA)
    assert rows[0]["part"] in (said(text, 2000), "'" + said(text, 2000))


def test_every_cell_is_quoted() -> None:
    """Where the list separator is a semicolon, a spreadsheet begins a new cell at one that is not within quotes."""
    told = row(by=["a;=1+1"], part="b;@c")
    for line in to_csv(report_of(host=info(told))).decode().removesuffix("\r\n").split("\r\n"):
        assert line.startswith('"')
        assert line.endswith('"')
        assert len(line.split('","')) == len(COLUMNS)


def test_hostile_texts_keep_their_rows() -> None:
    report = hostile_report()
    assert len(read(to_csv(report))) == sum(max(1, len(host.cells)) for host in report.hosts)


@pytest.mark.parametrize(
    ("meant", "wider", "whole"),
    [
        (tuple("abcd"), {}, True),
        (tuple("abcde"), {}, False),  # somebody of them does not get in
        (tuple("wxyz"), {}, False),
        (tuple("abcd"), {"wider": {"addresses": ["c"], "by": [], "profiles": [], "ports": "", "more_rules": 0}}, False),
    ],
)
def test_all_who_get_in_are_there_where_they_are_those_who_are_meant(
    meant: tuple[str, ...], wider: dict[str, object], whole: bool
) -> None:
    """A page names the first of them; a table has room for all."""
    found = info(row(admits=["a", "b", "and 2 more"], remote_addresses=list(meant), **wider))
    (line,) = csv.DictReader(io.StringIO(to_csv(report_of(x=found)).decode()))
    assert line["admits"] == ("; ".join(meant) if whole else "a; b; and 2 more")
