# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors: SDDL, inheritance, access checks; and what Windows ships for the folders that matter."""

from __future__ import annotations

import pytest

from lab.windows import security
from lab.windows.filesystem import FileSystem, FileSystemError
from lab.windows.sddl import SddlError, parse_sddl, sddl
from lab.windows.security import (
    ADD_FILE,
    ADD_FOLDER,
    ADMINISTRATOR,
    DELETE,
    READ,
    SYSTEM_TOKEN,
    TOKENS,
    WRITE,
    WRITE_DAC,
    WRITE_OWNER,
    check,
    child_of,
    local_user,
)

MALLORY = local_user("mallory")
PRIVATE = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE,
        "D:",
        "D:AI(A;OICIID;FA;;;SY)(A;CIIOID;DCLCRPCR;;;BU)(A;;0x100026;;;BU)",
        "D:(D;;FR;;;WD)(A;NP;FX;;;S-1-5-21-1-2-3-1001)",
        "D:P(A;OICIIO;SDGXGWGR;;;AU)(A;;FW;;;OW)",
        "D:AI(A;ID;0x1f019f;;;BA)(A;ID;0x1f019f;;;SY)(A;ID;FR;;;AU)(A;ID;FR;;;LS)(A;ID;FA;;;BA)",
    ],
)
def test_a_dacl_is_written_as_it_was_read(text: str) -> None:
    assert sddl(parse_sddl(text)) == text


def test_parts_of_a_descriptor() -> None:
    read = parse_sddl("O:BAG:SYD:P(A;;0x1f01ff;;;S-1-5-18)S:PAINO_ACCESS_CONTROL", owner="S-1-1-0")
    assert (read.owner, sddl(read), sddl(read, owner=True)) == (
        "S-1-5-32-544", "D:P(A;;FA;;;SY)", "O:BAD:P(A;;FA;;;SY)",
    )  # fmt: skip
    assert parse_sddl("D:", owner="S-1-1-0").owner == "S-1-1-0"


@pytest.mark.parametrize(
    "text",
    ["", "O:BA", "D:(A;;FA;;)", "D:(X;;FA;;;SY)", "D:(A;QQ;FA;;;SY)", "D:(A;;ZZ;;;SY)", "D:(A;;FA;;;Bob)", "D:Q",
     "D:(A;;FA;;;SY", "rubbish"],
)  # fmt: skip
def test_bad_descriptors_are_refused(text: str) -> None:
    with pytest.raises(SddlError):
        parse_sddl(text)


@pytest.mark.parametrize(
    ("text", "rights", "expected"),
    [
        ("O:BAD:(A;;FA;;;BU)", WRITE | DELETE, True),
        ("O:BAD:(A;;FR;;;BU)", WRITE, False),
        ("O:BAD:(A;;GW;;;BU)", WRITE, True),
        ("O:BAD:(A;IO;FA;;;BU)", READ, False),
        ("O:BAD:(D;;FR;;;BU)(A;;FA;;;WD)", READ, False),
        ("O:BAD:(A;;FA;;;WD)(D;;FR;;;BU)", READ, True),
        ("O:BAD:(A;;FR;;;AU)(A;;FW;;;IU)", READ | WRITE, True),
        ("O:BAD:(A;;FA;;;BA)(A;;FA;;;NU)", READ, False),
        ("O:BAD:", READ, False),
        (f"O:{MALLORY.user}D:", WRITE_DAC, True),
        (f"O:{MALLORY.user}D:", WRITE_OWNER, False),
        (f"O:{MALLORY.user}D:", READ, False),
        (f"O:{MALLORY.user}D:(A;;RC;;;OW)", WRITE_DAC, False),
        (f"O:{MALLORY.user}D:(A;;FA;;;OW)", READ | WRITE_DAC, True),
        ("O:BAD:(A;;FA;;;OW)", READ, False),
    ],
)
def test_access_checks(text: str, rights: int, expected: bool) -> None:
    assert check(parse_sddl(text), MALLORY, rights) is expected


def test_a_filtered_token_only_loses_by_its_group() -> None:
    filtered = TOKENS["filtered"]
    assert not check(parse_sddl("O:SYD:(A;;FA;;;BA)"), filtered, READ)
    assert not check(parse_sddl("O:SYD:(D;;FR;;;BA)(A;;FA;;;WD)"), filtered, READ)
    assert check(parse_sddl("O:SYD:(A;;FA;;;WD)"), filtered, READ)
    assert (ADMINISTRATOR.owner, SYSTEM_TOKEN.owner, filtered.owner) == (
        security.ADMINISTRATORS, security.ADMINISTRATORS, ADMINISTRATOR.user,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parent", "folder", "child"),
    [
        ("D:P(A;OICI;FA;;;SY)", True, "D:AI(A;OICIID;FA;;;SY)"),
        ("D:P(A;OICI;FA;;;SY)", False, "D:AI(A;ID;FA;;;SY)"),
        ("D:P(A;;FA;;;SY)", True, "D:AI"),
        ("D:P(A;OI;FR;;;BU)", True, "D:AI(A;OIIOID;FR;;;BU)"),
        ("D:P(A;OI;FR;;;BU)", False, "D:AI(A;ID;FR;;;BU)"),
        ("D:P(A;CI;FR;;;BU)", False, "D:AI"),
        ("D:P(A;OICINP;FR;;;BU)", True, "D:AI(A;ID;FR;;;BU)"),
        # A pair that `icacls /save` showed of a folder on a data disk and its root.
        (
            "D:(A;;FA;;;BA)(A;OICIIO;GA;;;BA)(A;OICIIO;SDGXGWGR;;;AU)",
            True,
            "D:AI(A;ID;FA;;;BA)(A;OICIIOID;GA;;;BA)(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)",
        ),
        ("D:P(A;OICIIO;GA;;;CO)", True, f"D:AI(A;ID;FA;;;{MALLORY.user})(A;OICIIOID;GA;;;CO)"),
        ("D:P(A;OICIIO;GA;;;CO)", False, f"D:AI(A;ID;FA;;;{MALLORY.user})"),
    ],
)
def test_inheritance(parent: str, folder: bool, child: str) -> None:
    assert sddl(child_of(parse_sddl(parent), MALLORY.owner, folder=folder)) == child


@pytest.mark.parametrize(
    ("folder", "rights"),
    [
        ("C:\\", ADD_FOLDER),
        (r"C:\ProgramData", ADD_FOLDER | ADD_FILE),
        (r"C:\Windows\Temp", ADD_FOLDER | ADD_FILE),
        (r"C:\Windows", 0),
        (r"C:\Windows\System32", 0),
        (r"C:\Program Files", 0),
        (r"C:\Users\Administrator", 0),
    ],
)
def test_what_a_user_may_make_where(folder: str, rights: int) -> None:
    disk = FileSystem()
    found = sum(right for right in (ADD_FOLDER, ADD_FILE) if disk.allows(folder, MALLORY, right))
    assert found == rights
    assert not disk.allows(folder, MALLORY, DELETE)
    assert disk.allows(folder, ADMINISTRATOR, ADD_FOLDER | ADD_FILE)


def test_a_folder_that_an_administrator_makes_in_program_data_is_open_to_users() -> None:
    disk = FileSystem()
    disk.make_folder(r"C:\ProgramData\Lock")
    made = disk.security(r"C:\ProgramData\Lock")
    assert made.owner == security.ADMINISTRATORS
    assert "(A;CIID;DCLCRPCR;;;BU)" in sddl(made)
    disk.write(r"C:\ProgramData\Lock\x.cmd", b"theirs", token=MALLORY)
    disk.write(r"C:\ProgramData\Lock\undo.cmd", b"ours")
    assert disk.read(r"C:\ProgramData\Lock\undo.cmd", MALLORY) == b"ours"
    with pytest.raises(FileSystemError):
        disk.write(r"C:\ProgramData\Lock\undo.cmd", b"theirs", token=MALLORY)
    with pytest.raises(FileSystemError):
        disk.rename(r"C:\ProgramData\Lock", "Other", token=MALLORY)


def test_a_new_list_reaches_what_inherits_and_spares_what_does_not() -> None:
    disk = FileSystem()
    for path in (r"C:\a", r"C:\a\b", r"C:\a\c"):
        disk.make_folder(path)
    disk.write(r"C:\a\b\f", b"")
    disk.set_dacl(r"C:\a\c", parse_sddl("D:P(A;;FA;;;WD)"), ADMINISTRATOR)
    disk.set_dacl(r"C:\a", parse_sddl(PRIVATE), ADMINISTRATOR)
    assert sddl(disk.security(r"C:\a\b")) == "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)"
    assert sddl(disk.security(r"C:\a\b\f")) == "D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)"
    assert sddl(disk.security(r"C:\a\c")) == "D:P(A;;FA;;;WD)"
