# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""icacls and takeown, as a careful client uses them; and `type` of what icacls writes."""

from __future__ import annotations

import pytest

from lab.testing import LabHost
from lab_tests.clients import Client

FOLDER = r"C:\ProgramData\Lock"
CLOSE = rf'icacls "{FOLDER}" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F'
PRIVATE = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


def saved(host: LabHost) -> bytes:
    return (host.file(rf"{FOLDER}\acl") or "").encode()


@pytest.mark.parametrize("language", ["en", "pt", "de", "ru"])
def test_closing_a_folder_and_reading_it_back(fe01: LabHost, client: Client, language: str) -> None:
    fe01.set_quirks(language=language)
    assert client.run(f"md {FOLDER}").rc == 0
    assert client.run(CLOSE).rc == 0
    assert fe01.security(FOLDER) == f"O:BA{PRIVATE}"
    assert client.run(rf"icacls {FOLDER} /save {FOLDER}\acl").rc == 0
    content = saved(fe01)
    assert content == f"Lock\r\n{PRIVATE}\r\n".encode("utf-16-le")  # no byte order mark
    assert fe01.security(rf"{FOLDER}\acl") == "O:BAD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)"
    mallory = fe01.user()
    assert mallory.run(rf"echo x>{FOLDER}\x.txt").rc == 1
    assert mallory.run(rf"type {FOLDER}\acl").rc == 1
    assert mallory.run(rf"dir /b {FOLDER}").rc == 1
    assert mallory.run(rf"icacls {FOLDER} /grant *S-1-1-0:F").rc == 5
    assert fe01.security(FOLDER) == f"O:BA{PRIVATE}"


def test_type_copies_utf_16_without_a_mark_and_converts_it_with_one(fe01: LabHost, client: Client) -> None:
    fe01.write_file(r"C:\plain", "añ\r\n".encode("utf-16-le"))
    fe01.write_file(r"C:\marked", "\ufeffañ\r\n".encode("utf-16-le"))
    raw = client.protocol.run_command(client.shell, r"type C:\plain")
    out, _unused, code = client.protocol.get_command_output(client.shell, raw)
    client.protocol.cleanup_command(client.shell, raw)
    assert (out, code) == (b"a\0\xf1\0\r\0\n\0", 0)
    assert client.run(r"type C:\marked").stdout == "añ\r\n"


def test_saving_a_tree(fe01: LabHost) -> None:
    fe01.run(rf"md {FOLDER}\Sub & echo x>{FOLDER}\Sub\f & {CLOSE}")
    assert fe01.run(rf"icacls {FOLDER} /save C:\acl /t /q").rc == 0
    lines = saved_lines(fe01, r"C:\acl")
    assert lines[::2] == ["Lock", r"Lock\Sub", r"Lock\Sub\f"]
    assert lines[5] == "D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)"


def saved_lines(host: LabHost, path: str) -> list[str]:
    content = (host.file(path) or "").encode()
    return content.decode("utf-16-le").removesuffix("\r\n").split("\r\n")


def test_restoring(fe01: LabHost) -> None:
    fe01.run(rf"md {FOLDER} & icacls {FOLDER} /save C:\acl")
    before = fe01.security(FOLDER)
    fe01.run(CLOSE)
    assert fe01.run(r"icacls C:\ProgramData /restore C:\acl").rc == 0
    assert fe01.security(FOLDER) == before
    fe01.write_file(r"C:\acl", f"\ufeffLock\r\n{PRIVATE}\r\n".encode("utf-16-le"))
    assert fe01.run(r"icacls C:\ProgramData /restore C:\acl").rc == 2
    assert fe01.security(FOLDER) == before


def test_some_captures_have_a_piece_of_sacl(fe01: LabHost) -> None:
    fe01.set_quirks(icacls_sacl=True)
    fe01.run(rf"md {FOLDER} & {CLOSE} & icacls {FOLDER} /save C:\acl")
    assert saved_lines(fe01, r"C:\acl") == ["Lock", f"{PRIVATE}S:PAINO_ACCESS_CONTROL"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("/inheritance:r", "D:PAI"),
        ("/inheritance:d", "D:PAI(A;OICI;FA;;;SY)"),
        ("/grant *S-1-1-0:R", "D:AI(A;;FR;;;WD)(A;OICIID;FA;;;SY)"),
        ("/grant *S-1-1-0:R *S-1-1-0:(X)", "D:AI(A;;0x1200a9;;;WD)(A;OICIID;FA;;;SY)"),
        ("/grant Everyone:(OI)(CI)(IO)M", "D:AI(A;OICIIO;0x1301bf;;;WD)(A;OICIID;FA;;;SY)"),
        ("/grant *S-1-1-0:R /grant:r *S-1-1-0:RX", "D:AI(A;;0x1200a9;;;WD)(A;OICIID;FA;;;SY)"),
        ("/grant Users:F /deny Users:(WD,AD)", "D:AI(D;;DCLC;;;BU)(A;;FA;;;BU)(A;OICIID;FA;;;SY)"),
        ("/inheritance:d /remove SYSTEM", "D:PAI"),
        ("/remove SYSTEM", "D:AI(A;OICIID;FA;;;SY)"),
        ("/inheritance:r /grant *S-1-5-18:F /inheritance:e", "D:AI(A;;FA;;;SY)(A;OICIID;FA;;;SY)"),
        ("/inheritance:r /reset", "D:PAI"),
        ("/reset", "D:AI(A;OICIID;FA;;;SY)"),
    ],
)
def test_changes(fe01: LabHost, options: str, expected: str) -> None:
    fe01.run(r"md C:\p & md C:\p\c")
    fe01.set_security(r"C:\p", "D:P(A;OICI;FA;;;SY)(A;;FA;;;BA)")
    # The child has SYSTEM's inherited entry only; its owner, Administrators, may change it all the same.
    words = options.replace("/inheritance:r /grant *S-1-5-18:F /inheritance:e", "/inheritance:r /grant *S-1-5-18:F")
    assert fe01.run(rf"icacls C:\p\c {words}").rc == 0
    if words != options:
        assert fe01.run(r"icacls C:\p\c /inheritance:e").rc == 0
    assert fe01.security(r"C:\p\c") == f"O:BA{expected}"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (r"icacls C:\nope", 2),
        (r"icacls C:\Windows /nonsense", 87),
        (r"icacls C:\Windows /grant nobody:F", 1332),
        (r"icacls C:\Windows /grant *S-1-5-18", 87),
        (r"icacls C:\Windows /grant *S-1-5-18:(OI)Q", 87),
        (r"icacls C:\Windows /save C:\no\such", 3),
        (r"icacls C:\Windows /restore C:\nope", 2),
        (r"icacls C:\Windows /inheritance:r", 5),  # TrustedInstaller's
        ("icacls", 87),
    ],
)
def test_failures(fe01: LabHost, line: str, code: int) -> None:
    result = fe01.run(line)
    assert (result.rc, bool(result.stderr)) == (code, True)


def test_names_are_of_the_hosts_language(fe01: LabHost) -> None:
    fe01.run(r"md C:\a")
    fe01.set_quirks(language="de")
    assert fe01.run(r"icacls C:\a /grant Administrators:F").rc == 1332
    assert fe01.run(r"icacls C:\a /grant VORDEFINIERT\Administratoren:F").rc == 0
    assert fe01.run(r"icacls C:\a /grant *S-1-5-32-544:F").rc == 0
    shown = fe01.run(r"icacls C:\a").stdout
    assert r"C:\a VORDEFINIERT\Administratoren:(F)" in shown
    assert r"NT-AUTORITÄT\SYSTEM:(I)(OI)(CI)(F)" in shown


def test_owners(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.make_folder(FOLDER)
    assert fe01.security(FOLDER).startswith(f"O:{mallory.sid}D:AI")
    mallory.set_dacl(FOLDER, f"D:P(A;OICI;FA;;;{mallory.sid})")
    # `/setowner` does not force; takeown does.
    assert fe01.run(rf"icacls {FOLDER} /setowner *S-1-5-32-544").rc == 5
    assert fe01.run(rf"rd /s /q {FOLDER}").stderr == ""  # Administrators may delete what is in ProgramData
    mallory.make_folder(FOLDER)
    mallory.set_dacl(FOLDER, f"D:P(A;OICI;FA;;;{mallory.sid})")
    assert mallory.run(rf"takeown /f {FOLDER} /a").rc == 0  # it is its own already
    assert fe01.run(rf"takeown /f {FOLDER} /a").rc == 0
    assert fe01.security(FOLDER).startswith("O:BAD:P")
    assert fe01.run(CLOSE).rc == 0
    # Neither /inheritance:r nor /grant:r touches what was granted to somebody else.
    assert fe01.security(FOLDER) == f"O:BAD:PAI(A;OICI;FA;;;{mallory.sid})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
    assert fe01.run(rf"icacls {FOLDER} /reset").rc == 0
    assert fe01.run(CLOSE).rc == 0
    assert mallory.run(rf"takeown /f {FOLDER}").rc == 1
    assert fe01.security(FOLDER) == f"O:BA{PRIVATE}"


@pytest.mark.parametrize(
    ("language", "administrators"), [("en", r"BUILTIN\Administrators"), ("de", r"VORDEFINIERT\Administra")]
)
def test_dir_tells_owners(fe01: LabHost, language: str, administrators: str) -> None:
    mallory = fe01.user()
    mallory.make_folder(rf"{FOLDER}")
    fe01.write_file(rf"{FOLDER}\ours.txt", b"12345")
    fe01.set_quirks(language=language)
    lines = fe01.run(f"dir /q {FOLDER}").stdout.splitlines()[3:]
    owners = {line.split(" ")[-1]: line[30:].strip() for line in lines}
    assert mallory.sid[:23] in owners["."]
    assert "SYSTEM" in owners[".."]
    assert administrators in owners["ours.txt"]
    assert fe01.run(rf"dir /q {FOLDER}\ours.txt").stdout.splitlines()[3:] == lines[2:]
    assert fe01.run(r"dir /q C:\nope").rc == 1


def test_icacls_may_be_denied(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(deny_icacls=True)
    assert client.run(r"icacls C:\Windows").rc == 5
