# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: what the table, the schema and the answers say is the same, and no estate is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify import batches, marks, questions
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.answers_host import all_told, host_answers
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.answers_netsh import netsh_answers
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.document import as_text, document, file_names
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.fields import FIELDS, SCHEMA, by_field
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.gathered import Gathered, Ran
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.parts import Heard
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.policy import told_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.words import CMD
from hypothesis import given
from hypothesis import strategies as st

COLLECTION = Path(__file__).resolve().parents[5]
SCHEMA_FILE = COLLECTION / "docs" / "qualify-schema-1.json"
STOCK = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|Name=@FirewallAPI.dll,-30253|"
THEIRS = "v2.22|Action=Allow|Active=TRUE|Dir=In|RA4=10.1.2.3|Secret=1|Name=Payroll of Contoso|"


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return found


def report(gathered: Gathered = Gathered(), rules: tuple[str, ...] = ()) -> dict[str, Any]:  # noqa: B008 - it is frozen
    return document(gathered, rules, (), "1.0.0", "winrm")


def test_the_schema_has_the_fields_of_the_table() -> None:
    answers = schema()["properties"]["answers"]
    assert schema()["$id"] == schema()["properties"]["schema"]["const"] == SCHEMA
    assert answers["properties"] == {
        field.name: {"description": field.question, **field.kind.value} for field in FIELDS
    }
    assert answers["required"] == [field.name for field in FIELDS]


def test_the_places_that_assume_an_answer_are_there() -> None:
    # An installed collection has all of them: nothing of it is left out of the artefact.
    assert {place for field in FIELDS for place in field.assumed_in if not (COLLECTION / place).is_file()} == set()
    assert all(any(place.startswith("tests/lab/") for place in field.assumed_in) for field in FIELDS)


def test_a_host_that_said_nothing_has_a_report_of_nulls() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    found = report()
    jsonschema.Draft202012Validator(schema()).validate(found)
    assert set(found["answers"].values()) == {None}
    assert json.loads(as_text(found)) == found
    assert re.fullmatch(r"windows-winrm-[0-9a-f]{6}\.json", next(file_names(found)))


def test_other_answers_have_other_names_and_each_has_more_than_one() -> None:
    found, again, other = report(), report(), report()
    other["answers"] = {**other["answers"], "task.xml_fires_after": 61}
    assert list(file_names(found)) == list(file_names(again))
    assert not set(file_names(found)) & set(file_names(other))
    assert len(set(file_names(found))) == 3


def test_an_answer_without_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"differ: netsh\.nonsense"):
        by_field({**dict.fromkeys(field.name for field in FIELDS), "netsh.nonsense": 1})
    with pytest.raises(ValueError, match=r"differ: sc\.state"):
        by_field({field.name: None for field in FIELDS if field.name != "sc.state"})


def heard_all(text: str, succeeded: bool) -> Gathered:
    """Every part of every line has printed the same."""

    def said(parts: tuple[Any, ...]) -> dict[str, Heard]:
        return {part.name: Heard(succeeded, text) for part in parts}

    names = (
        "good",
        "mixed",
        "last",
        "open",
        "long",
        "addresses",
        "ports",
        "text",
        "command",
        "unknown",
        "skip",
        "console",
    )
    return Gathered(
        who=said(questions.WHO), folder=said(questions.FOLDER_STEPS), files=said(questions.READ_BACK),
        tasks=said(questions.REGISTER), netsh=said(questions.NETSH), registry=said(questions.REGISTRY),
        fired=said(questions.FIRED), runs={name: Ran(text, 1) for name in names},
        rules={marks.rule_name("any"): text, marks.rule_name("stdin-long-255"): text},
    )  # fmt: skip


@given(st.text(max_size=200), st.booleans())
def test_whatever_a_host_says_there_is_a_report_that_the_schema_takes(text: str, succeeded: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed, so the schema is not checked")
    found = report(heard_all(text, succeeded), (text,))
    jsonschema.Draft202012Validator(schema()).validate(found)
    assert all(name.isascii() for name in file_names(found))
    assert all_told(heard_all(text, succeeded).fired) in (True, False)


def test_of_the_policy_only_what_windows_brings_is_named() -> None:
    package = "v2.31|Action=Allow|CortanaOut=1|Name=@{Microsoft.Windows.Cortana_1.7?ms-resource://x/y}|"
    odd = "v2.31|Action=Allow|Name=@%ProgramFiles%\\Contoso\\payroll.dll,-7|"
    own = f"v2.31|Action=Block|Name={marks.MARK}-any|"
    forged = "v2.31|Action=Allow|Name=@contoso.dll,-7|"
    told = told_policy([STOCK, STOCK, THEIRS, package, odd, own, forged])
    assert told["stock"] == {"@firewallapi.dll,-30253": 2, "@{Microsoft.Windows.Cortana}": 1}
    assert told["others"] == 3
    assert told["versions"] == {"2.22": 2, "2.31": 1}
    assert told["keys"] == {"Action": 3, "Active": 2, "CortanaOut": 1, "Dir": 2, "LPort": 2, "Name": 3, "Protocol": 2}
    assert "contoso" not in json.dumps(told).lower()
    hostile = "v2.10|contosouser=1|Name=@{Microsoft.contoso.fe01.10.1.2.3_x}|"
    told = told_policy([hostile, STOCK + "contosouser=1|"])
    assert (told["others"], told["keys"]["other"]) == (1, 1)
    assert "contoso" not in json.dumps(told).lower()


def rules(*labels: str, way: str = "stdin") -> dict[str, str]:
    return {marks.rule_name(f"{way}-{label}"): "v2.31|Action=Block|Name=x|" for label in labels}


@pytest.mark.parametrize(
    ("labels", "word", "command"),
    [
        (("mixed-1", "mixed-2", "mixed-3"), True, True),
        (("mixed-1", "mixed-2"), True, False),
        (("mixed-1",), False, False),
        ((), None, None),  # not even the first line was carried out
    ],
)
def test_what_follows_a_bad_line(labels: tuple[str, ...], word: bool | None, command: bool | None) -> None:
    found = netsh_answers(Gathered(rules=rules(*labels)))
    assert found["netsh.stdin.goes_on_after_bad_word"] is word
    assert found["netsh.stdin.goes_on_after_unknown_command"] is command


def test_long_lines_and_lists_are_told_by_what_is_stored() -> None:
    length = batches.description_length(255, "stdin-long-255")
    stored = {
        marks.rule_name("stdin-long-255"): f"v2.31|Name=x|Desc={'x' * length}|",
        marks.rule_name("stdin-long-1023"): "v2.31|Name=x|Desc=xxx|",
        marks.rule_name("stdin-long-1024"): "v2.31|Name=x|",
        marks.rule_name("stdin-addresses-100"): f"v2.31|{'RA6=2001:db8::1|' * 100}Name=x|",
        marks.rule_name("stdin-ports-100"): f"v2.31|{'LPort=1|' * 99}Name=x|",
    }
    found = netsh_answers(Gathered(rules=stored))
    lines = found["netsh.stdin.lines"]
    assert (lines["255"], lines["1023"], lines["1024"], lines["9800"]) == ("whole", "cut to 3", "cut to 0", "absent")
    assert found["netsh.stdin.addresses"] == {"100": 100, "400": 0, "1000": 0}
    assert found["netsh.stdin.ports"] == {"100": 99, "1000": 0}


def test_a_line_that_findstr_did_not_write_is_not_asked_of_netsh() -> None:
    arrived = "\r\n".join(batches.long_lines("file", [255, 256])) + "\r\nxxx\r\n"
    files = {f"file-{number}": Heard(True, arrived) for number in range(len(questions.FILES))}
    assert set(netsh_answers(Gathered(files=files, rules={}))["netsh.file.lines"]) == {"255", "256"}


@pytest.mark.parametrize(
    ("fired", "stops", "told"),
    [
        ({"limit-1": "10:00:00", "time": "10:02:00"}, True, True),
        ({"limit-1": "10:00:00", "time": "10:01:20"}, None, False),
        ({"limit-1": "10:00:00", "limit-2": "10:01:40", "time": "10:01:45"}, False, True),
        ({"time": "10:02:00"}, None, False),
        ({"limit-1": "23:59:00", "time": "00:01:00"}, True, True),
    ],
)
def test_a_time_limit_is_judged_only_after_the_next_line_was_due(
    fired: dict[str, str], stops: bool | None, told: bool
) -> None:
    parts = {part.name: Heard(part.name in fired, fired.get(part.name, "")) for part in questions.FIRED}
    parts |= {"xml-fired": Heard(True, "10:01:00"), "sc-fired": Heard(True, "10:01:00")}
    assert host_answers(Gathered(fired=parts))["task.limit_stops_the_next_line"] is stops
    assert all_told(parts) is told


@pytest.mark.parametrize(
    ("printed", "before", "behind"),
    [
        ("C:\\Windows\\system32\\CMD.EXE /C cd /d %SystemRoot%\\System32\r\n%CMDCMDLINE%\r\n", CMD + " /C ", ""),
        ('C:\\Windows\\system32\\cmd.exe /C "cd /d %SystemRoot%\\System32&echo %CMDCMDLINE%"\r\n', CMD + ' /C "', '"'),
        ("D:\\Contoso\\tcc.exe /C cd /d x\r\n%CMDCMDLINE%\r\nHello alice\r\n", "other /C ", "other"),
        ("Hello alice\r\nC:\\Windows\\system32\\cmd.exe /C cd /d x\r\n%CMDCMDLINE%\r\n", "other /C ", ""),
        ("D:\\Contoso\\tcc.exe cd /d x\r\n%CMDCMDLINE%\r\n", "other", ""),
        ("%CMDCMDLINE%\r\n", None, None),
    ],
)
def test_quotes_around_our_line_are_seen(printed: str, before: str | None, behind: str | None) -> None:
    found = host_answers(Gathered(runs={"command": Ran(printed, 0)}))
    assert (found["shell.before_line"], found["shell.behind_line"]) == (before, behind)


@pytest.mark.parametrize(
    ("told", "owner"),
    [
        ("VORDEFINIERT\\Administr", "administrators"),
        ("CONTOSO\\mallory", "other"),
        ("V", "other"),
    ],
)
def test_the_owner_is_told_by_the_name_that_whoami_has_for_administrators(told: str, owner: str) -> None:
    groups = '"Gruppe","Typ","SID","x"\r\n"VORDEFINIERT\\Administratoren","Alias","S-1-5-32-544","y"\r\n'
    listed = f"29.11.2026  03:04    <DIR>          {told} .\r\n"
    found = host_answers(Gathered(who={"groups-csv": Heard(True, groups)}, folder={"owner": Heard(True, listed)}))
    assert found["folder.owner"] == owner


NAMES = "Welcome alice@contoso.test to FE01"


@pytest.mark.parametrize("before", ["", "    ProductName    REG_SZ    ", "    x    REG_SZ    0409"])
def test_no_free_word_of_a_host_gets_out(before: str) -> None:
    text = f"{before}{NAMES}\r\n"
    found = report(heard_all(text, succeeded=True), (text,))
    told = {name: answer for name, answer in found["answers"].items() if name != "reg.text"}  # what the kit wrote
    assert "alice" not in json.dumps({**found, "answers": told, "names": list(file_names(found))})


def test_what_netsh_says_of_others_is_masked() -> None:
    says = "The following helper DLL cannot be loaded: D:\\CONTOSO\\FE01NETSH.DLL.\r\nnetsh>Ok.\r\n\r\nnetsh>"
    found = netsh_answers(Gathered(runs={"good": Ran(says, 0)}))
    assert found["netsh.stdin.says"] == ["other", "Ok."]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Windows Server 2012 R2 Standard", "Windows Server 2012 R2 Standard"),
        ("Windows Server 2022 Datacenter Azure Edition", "Windows Server 2022 Datacenter Azure Edition"),
        ("Windows of CONTOSO on FE01 (alice@contoso.test)", "other"),
    ],
)
def test_the_product_is_told_in_words_of_windows_alone(value: str, told: str) -> None:
    who = {"version-ProductName": Heard(True, f"    ProductName    REG_SZ    {value}\r\n")}
    assert report(Gathered(who=who))["windows"]["product"] == told
    language = {"language-InstallLanguage": Heard(True, f"    InstallLanguage    REG_SZ    {value}\r\n")}
    assert report(Gathered(who=language))["windows"]["language"] == "other"
