# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix as CSV, Markdown and JSON: all of it, nothing that others could run, and what is in effect."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_in_effect import Admitted, InEffect
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_markdown import as_markdown
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_texts import (
    COLUMNS,
    IN_EFFECT,
    SCHEMA,
    as_csv,
    as_json,
)

GATEWAY = ["10.2.0.5"]
NOBODY = ("admin", "branch_appliance", "front_end", "load_balancer", "replica", "sql_client")
PEERS: dict[str, list[str]] = {**{kind: [] for kind in NOBODY}, "gateway": GATEWAY}
WIDE = Admitted(("any",), ("everybody else",), ("CS RTCMEDSRV",))
FOUND = InEffect("r.json", "2026-03-12T06:00:00Z", {"med01": {"server-39": Admitted(("any",)), "server-47": WIDE}})


def host(name: str = "med01", *roles: str) -> dict[str, Any]:
    return {"name": name, "addresses": ["10.1.0.20"], "roles": list(roles or ("mediation",)), "peers": PEERS}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_can_be_read_back_and_holds_no_formula() -> None:
    moved = {**host("=cmd()"), "options": {"port_overrides": {"server-47": 6067}}}
    matrix = matrix_of([moved, {**host("b"), "addresses": ["10.1.0.21"]}])
    text = as_csv(matrix)
    rows = table(text)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(matrix.lines)
    assert "'=cmd()" in {row["destination"] for row in rows}
    assert all(line.count('","') == len(COLUMNS) - 1 for line in text.splitlines()), "all quoted"
    questions = as_csv(matrix_of([{**host("=cmd()"), "peers": {}}]))
    assert "not known" not in questions, "what is not known is no line"


def test_a_line_lists_its_rows_and_reasons() -> None:
    (gateways,) = [row for row in table(as_csv(matrix_of([host()]))) if row["source"] == "Gateways"]
    assert gateways == {
        "source": "Gateways",
        "source_addresses": "10.2.0.5",
        "destination": "Mediation Servers",
        "destination_addresses": "10.1.0.20",
        "transport": "tcp",
        "ports": "5067-5068",
        "service": "Lync Server Mediation service",
        "rows": "server-47 server-48",
        "why": "Encrypted SIP from gateways. Unencrypted SIP from gateways.",
    }


def test_what_is_in_effect_follows_in_columns_of_its_own() -> None:
    rows = table(as_csv(matrix_of([host()]), FOUND))
    assert tuple(rows[0]) == (*COLUMNS, *IN_EFFECT)
    found = {row["source"]: [row[column] for column in IN_EFFECT] for row in rows if row["transport"] == "tcp"}
    assert found == {
        "Clients and servers": ["any", "", "", ""],
        "Gateways": ["any", "everybody else", "CS RTCMEDSRV", "med01"],
    }


def test_markdown_has_a_table_for_each_destination_groups_once_and_no_broken_cell() -> None:
    matrix = matrix_of([{**host("a|b\n# c"), "pool": "p|q"}, {**host("d", "director"), "addresses": ["10.1.0.21"]}])
    text = as_markdown(matrix)
    assert text.count("\n## To ") == len({line.destination for line in matrix.lines})
    assert "a\\|b # c" in text
    assert text.count("| Gateways | 10.2.0.5 |") == 1, "addresses are named once"
    for block in text.split("\n\n"):
        rows = [line.replace("\\|", "") for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1


def test_markdown_says_of_which_time_and_what_is_wider() -> None:
    text = as_markdown(matrix_of([host()]), FOUND)
    assert "as of 2026-03-12T06:00:00Z, by r.json: 1 line wider than meant." in text
    assert "| any; wider: everybody else, by CS RTCMEDSRV (server-47 on med01); not known of med01 |" in text
    other = InEffect("r.json", FOUND.created, {})
    text = " ".join(as_markdown(matrix_of([host()]), other).split())
    assert "It says nothing of med01, which it did not look at or could not read: run lyncops.firewall.audit" in text
    assert "without --limit, and then the matrix again." in text


def test_hosts_that_were_judged_from_files_are_marked_with_the_age_of_the_oldest() -> None:
    when = "2026-01-31T20:15:00Z"
    judged = replace(FOUND, saved={"med01": when, "elsewhere": when})
    assert f"Judged from files, not from the hosts: med01 of {when}." in as_markdown(matrix_of([host()]), judged)
    found = json.loads(as_json(matrix_of([host()]), judged))["in_effect"]
    assert found["from_files"] == {"med01": when}
    assert "from_files" not in json.loads(as_json(matrix_of([host()]), FOUND))["in_effect"]


def test_rows_of_a_line_that_admit_others_are_told_apart_the_widest_first_and_what_is_cut_is_said() -> None:
    """Else Edge Servers that may use the media ports of a line seem to be admitted to its SIP port."""
    gateways = ("10.2.0.4", "10.2.0.5", "10.2.0.6-10.2.0.7", "10.20.0.0/16", "localsubnet", "and 4 more")
    rows = {"server-47": Admitted(("10.2.0.5",)), "server-48": Admitted(gateways)}
    in_effect = InEffect("r.json", FOUND.created, {"med01": rows})
    matrix = matrix_of([host()])
    said = "server-47: 10.2.0.5; server-48: 10.20.0.0/16, 10.2.0.4/30, localsubnet, and more that the report leaves out"
    (line,) = [row for row in table(as_csv(matrix, in_effect)) if row["source"] == "Gateways"]
    assert line["admits"] == said
    assert f"| {said} |" in as_markdown(matrix, in_effect)
    (found,) = [line for line in json.loads(as_json(matrix, in_effect))["lines"] if line["source"] == ["Gateways"]]
    assert found["in_effect"]["rows"] == [
        {"row": "server-47", "hosts": ["med01"], "admits": ["10.2.0.5"]},
        {"row": "server-48", "hosts": ["med01"], "admits": list(gateways)},
    ]
    alike = InEffect("r.json", FOUND.created, {"med01": {**rows, "server-48": rows["server-47"]}})
    assert "| 10.2.0.5 |" in as_markdown(matrix, alike), "once where all rows have the same"


def test_open_questions_are_apart_and_say_how_to_answer() -> None:
    entry = {**host(), "peers": {kind: texts for kind, texts in PEERS.items() if kind != "gateway"}}
    text = as_markdown(matrix_of([entry]), FOUND)
    before, after = text.split("## Open questions")
    assert "Gateways" not in before
    assert "### Who are Gateways?" in after
    assert "lync\\_firewall\\_extra\\_peers, key gateway" in after
    assert "wider: everybody else" in after, "and who is let in meanwhile"
    (question,) = json.loads(as_json(matrix_of([entry])))["open_questions"]
    assert (question["peer"], question["lines"][0]["source"]) == ("gateway", [])
    assert "Open questions" not in as_markdown(matrix_of([host()]))


@pytest.mark.parametrize("in_effect", [None, FOUND])
def test_json_is_what_its_schema_says(in_effect: InEffect | None) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    schema = json.loads((Path(__file__).resolve().parents[5] / "docs" / "matrix-schema-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    matrix = matrix_of([host(), {**host("d", "director"), "addresses": [], "peers": {}}])
    assert matrix.questions
    assert matrix.unaddressed
    jsonschema.Draft202012Validator(schema).validate(json.loads(as_json(matrix, in_effect)))
    assert schema["$id"] == SCHEMA


def test_json_has_groups_and_lines() -> None:
    document = json.loads(as_json(matrix_of([host()])))
    assert (document["schema"], document["version"]) == ("urn:lyncops:firewall:matrix:1", 1)
    assert document["groups"][1] == {"name": "Gateways", "addresses": ["10.2.0.5"]}
    (line,) = [line for line in document["lines"] if line["source"] == ["Gateways"]]
    assert [(row["id"], row["ports"]) for row in line["rows"]] == [("server-47", "5067"), ("server-48", "5068")]
    assert "in_effect" not in document
    assert as_json(matrix_of([host()])).isascii()
