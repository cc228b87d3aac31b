# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of several parts, and what each of them printed."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import LONGEST_COMMAND
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import ReadError
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify import questions
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.marks import (
    FOLDER,
    KEY,
    MARK,
    NO_NOTES,
    NOTES,
    RULES,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._qualify.parts import Heard, Part, heard, line_of
from hypothesis import given
from hypothesis import strategies as st

MARKER = "0a1b2c3d"
LINES = {
    name: getattr(questions, name)
    for name in ("LOOK", "WHO", "FOLDER_STEPS", "READ_BACK", "REGISTER", "NETSH", "REGISTRY", "FIRED")
}
PRINTED = st.text(max_size=60).filter(lambda text: f"@{MARKER}" not in text)


@given(st.lists(st.tuples(PRINTED, st.booleans()), min_size=1, max_size=6), PRINTED)
def test_what_each_part_printed_is_found_whatever_it_is(printed: list[tuple[str, bool]], before: str) -> None:
    parts = [Part(f"p{number}", "x") for number in range(len(printed))]
    output = f"{before}@{MARKER}-begin\r\n" + "".join(
        f"{text}@{MARKER}-p{number}-{'ok' if well else 'no'}\r\n" for number, (text, well) in enumerate(printed)
    )
    found = heard(output, MARKER, parts)
    assert found == {f"p{number}": Heard(well, text) for number, (text, well) in enumerate(printed)}
    with pytest.raises(ReadError, match="cut off"):
        heard(output[:-2], MARKER, parts)


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_one_that_cmd_takes(name: str) -> None:
    line = line_of(MARKER, LINES[name])
    assert len(line) <= LONGEST_COMMAND
    assert all(" " <= character <= "~" for character in line)
    assert len({part.name for part in LINES[name]}) == len(LINES[name])


def test_a_line_that_is_too_long_is_not_made() -> None:
    with pytest.raises(ValueError, match="characters"):
        line_of(MARKER, [Part("x", "y" * LONGEST_COMMAND)])


def test_nothing_is_changed_but_what_bears_the_mark() -> None:
    """Each command that makes, changes or deletes names the mark, or one of its places, as what it works on."""
    changing = ("md ", "rd ", "del ", "icacls ", "schtasks /create", "schtasks /delete", "reg add", "reg delete",
                "add rule", "set rule", "delete rule", "export")  # fmt: skip
    away = questions.take_back(questions.TASKS, files=True, key=True)
    every = [part.command for line in (*LINES.values(), away, questions.delete_rules([f"{MARK}-x"])) for part in line]
    touching = [command for command in every if any(word in command for word in changing)]
    assert len(touching) > 20
    for command in touching:
        assert any(place in command for place in (MARK, FOLDER, KEY, NOTES, NO_NOTES)), command
    assert not [command for command in every if "import" in command and not command.startswith("reg import")]
    assert not [command for command in every if any(f"sc {verb}" in command for verb in ("stop", "start", "config"))]


def test_what_is_written_goes_into_a_file_of_the_folder() -> None:
    assert questions.write_command("xml.cmd") == rf'{questions.ECHOING} > "{FOLDER}\xml.cmd"'


def test_rules_are_asked_for_one_by_one_in_the_order_of_their_ids() -> None:
    found = questions.rules_by_id(["{B-1}", "{A-2}"])
    assert [part.name for part in found] == ["id-0", "id-1"]
    rules = RULES.replace("HKEY_LOCAL_MACHINE", "HKLM")
    assert [part.command for part in found] == [f'reg query "{rules}" /v {{B-1}}', f'reg query "{rules}" /v {{A-2}}']
