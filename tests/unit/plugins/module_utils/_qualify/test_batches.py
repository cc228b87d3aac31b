# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What netsh is told: rules that admit nothing, and that nobody takes for a managed one."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils import _task_xml
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.naming import parse_name
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify import batches, files, marks, questions

WAYS = ("stdin", "file")
ALL = (
    *(
        line
        for way in WAYS
        for lines in (
            batches.good_lines(way),
            batches.mixed_lines(way),
            batches.last_lines(way),
            batches.address_lines(way),
            batches.port_lines(way),
            batches.long_lines(way, batches.LENGTHS),
            (batches.text_line(way),),
        )
        for line in lines
    ),
    batches.any_rule("any", "any"),
    batches.any_rule("any-tcp", "tcp localport=any remoteport=any"),
    batches.rule("turn"),
)


@pytest.mark.parametrize("line", [line for line in ALL if "add rule" in line], ids=lambda line: line[30:80])
def test_no_rule_admits_anything(line: str) -> None:
    assert "action=block" in line
    assert "action=allow" not in line
    assert "enable=no" in line
    assert line.index("enable=no") < line.index("action=block"), "a line that is cut off must not leave it out"
    name = re.search(r'name="([^"]*)"', line)
    assert name
    assert parse_name(name[1]) is None
    assert marks.own_name(f"v2.31|Action=Block|Name={name[1]}|") == name[1]


@pytest.mark.parametrize("name", ["LyncOps in-tcp-5061 g1", "LyncOpsQualify", f"{marks.MARK}", f"x{marks.MARK}-a", ""])
def test_what_is_not_the_kits_is_not_taken_for_it(name: str) -> None:
    assert marks.own_name(f"v2.31|Action=Allow|Name={name}|") is None
    assert marks.own_name(f"v2.31|Action=Allow|Desc=Name={marks.MARK}-x|Name={name}|") is None


def test_turning_a_rule_neither_enables_nor_allows() -> None:
    assert batches.turn("turn").endswith(f'"{marks.rule_name("turn")}" new dir=out')


@pytest.mark.parametrize("way", WAYS)
def test_lines_have_the_lengths_that_are_asked_for(way: str) -> None:
    lines = batches.long_lines(way, batches.LENGTHS)
    assert tuple(len(line) for line in lines) == batches.LENGTHS
    for length, line in zip(batches.LENGTHS, lines, strict=True):
        described = re.search(r'description="(x*)"', line)
        assert described
        assert len(described[1]) == batches.description_length(length, f"{way}-long-{length}") < 10_000


def test_lists_have_the_counts_that_are_asked_for_and_no_neighbours() -> None:
    lines = (*batches.address_lines("stdin"), *batches.port_lines("stdin"))
    counts = sorted(len(found[1].split(",")) for line in lines if (found := re.search(r"remoteip=(2001\S*)", line)))
    assert counts == sorted(batches.ADDRESS_COUNTS)
    ports = [[int(port) for port in found[1].split(",")] for line in lines
             if (found := re.search(r"localport=(\S*,\S*)", line))]  # fmt: skip
    assert sorted(map(len, ports)) == sorted(batches.PORT_COUNTS)
    assert all(second - first == 2 for listed in ports for first, second in itertools.pairwise(listed))


def test_a_session_ends_with_bye_unless_that_is_the_question() -> None:
    assert batches.on_stdin(["a"]) == b"a\r\nbye\r\n"
    assert batches.on_stdin(["a"], end=False) == b"a\r\n"
    assert batches.in_file(["\u00e4"], mark=True) == b"\xef\xbb\xbf\xc3\xa4\r\n"


def test_files_are_what_the_host_can_be_given() -> None:
    found = files.texts()
    assert tuple(found) == questions.FILES
    assert max(len(line) for content in found.values() for line in content.split(b"\r\n")) <= 8191  # findstr's
    for name, content in found.items():
        assert content.endswith(b"\r\n"), name
    for name, script in (("xml.xml", "xml.cmd"), ("limit.xml", "limit.cmd")):
        task = ET.fromstring(found[name])
        place = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
        assert task.findtext(".//t:SecurityDescriptor", "", place) == _task_xml.PRIVATE
        assert task.findtext(".//t:Arguments", "", place) == rf'/d /c "{marks.FOLDER}\{script}"'
    assert ET.fromstring(found["xml.xml"]).findtext(".//{*}Delay") == "PT1M"
    assert ET.fromstring(found["limit.xml"]).findtext(".//{*}ExecutionTimeLimit") == "PT1M"


def test_the_registrys_text_is_that_of_the_rules() -> None:
    (line,) = [line for line in files.texts()["data.reg"].decode("ascii").splitlines() if line.startswith('"text"')]
    data = bytes(int(byte, 16) for byte in line.partition("hex(1):")[2].split(","))
    assert data.decode("utf-16-le") == batches.TEXT + "\0"


def test_every_session_of_netsh_ends_but_the_one_that_asks_what_its_end_is() -> None:
    sessions = batches.sessions()
    assert [name for name, text in sessions.items() if not text.endswith(b"\r\nbye\r\n")] == ["open"]
    lines = {name: text.decode("ascii").splitlines() for name, text in sessions.items() if name != "text"}
    assert tuple(len(line) for line in lines["long"][:-1]) == batches.LENGTHS
    assert [len(lines[name]) - 1 for name in ("addresses", "ports")] == [
        len(batches.ADDRESS_COUNTS), len(batches.PORT_COUNTS),
    ]  # fmt: skip
    assert batches.TEXT in sessions["text"].decode("utf-8")
    names = re.findall(r'add rule name="([^"]*)"', "".join(text.decode("utf-8") for text in sessions.values()))
    assert len(set(names)) == len(names), "which session has made a rule is told by its name"


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_names_that_are_to_be_deleted_go_by_tens_and_none_is_lost(count: int, sizes: list[int]) -> None:
    names = [f"{marks.MARK}-{number}" for number in range(count)]
    groups = batches.by_tens(names)
    assert [len(group) for group in groups] == sizes
    assert list(itertools.chain(*groups)) == names
