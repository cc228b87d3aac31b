# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unprivileged local user can do to an administrator's folder, and what cmd.exe takes for a program."""

from __future__ import annotations

import time

import pytest

from lab.testing import LabHost
from lab.windows.cmd_search import find_program
from lab.windows.filesystem import FileSystem, FileSystemError
from lab_tests.clients import Client

SHARED = r"C:\ProgramData\Shared"
SYSTEM32 = r"C:\Windows\System32"


@pytest.fixture(autouse=True)
def _shared(fe01: LabHost) -> None:
    fe01.run(f"md {SHARED}")


def test_a_user_is_a_plain_one(fe01: LabHost) -> None:
    mallory = fe01.user()
    assert "S-1-5-32-544" not in mallory.run("whoami /groups").stdout
    assert mallory.run("whoami").stdout.endswith("\\mallory\r\n")
    assert mallory.run("echo %USERPROFILE% %CD%").stdout == "C:\\Users\\mallory C:\\Users\\mallory\r\n"
    assert mallory.run("netsh advfirewall firewall add rule name=x dir=in action=allow").rc == 1
    assert mallory.run("echo x>mine.txt & type mine.txt").stdout.strip() == "x"
    assert fe01.user("eve").run(r"type C:\Users\mallory\mine.txt").rc == 1
    assert fe01.user("eve").sid != mallory.sid


def test_a_held_folder_can_be_neither_renamed_nor_removed(fe01: LabHost) -> None:
    mallory = fe01.user()
    held = mallory.hold(SHARED)
    result = fe01.run(f"ren {SHARED} Other")
    assert (result.rc, "used by another process" in result.stderr) == (1, True)
    assert "used by another process" in fe01.run(f"rd {SHARED}").stderr
    held.close()
    assert fe01.run(f"rd {SHARED} & if not exist {SHARED} echo gone").stdout == "gone\r\n"


def test_a_restart_lets_go_of_what_was_held(fe01: LabHost) -> None:
    fe01.user().hold(SHARED)
    fe01.reboot()
    assert fe01.run(f"ren {SHARED} Other").rc == 0


def test_a_held_file_keeps_its_folder(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.write(rf"{SHARED}\theirs.txt", b"x")
    fe01.write_file(rf"{SHARED}\ours.txt", b"x")
    held = mallory.hold(rf"{SHARED}\theirs.txt")
    assert fe01.run(f"ren {SHARED} Other").rc == 1
    fe01.run(f"rd /s /q {SHARED}")
    assert fe01.run(f"dir /b {SHARED}").stdout == "theirs.txt\r\n"
    held.close()
    fe01.run(f"rd /s /q {SHARED}")
    assert fe01.run(f"if exist {SHARED} echo there").stdout == ""


def test_sharing_decides_what_others_may_do(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.write(rf"{SHARED}\f", b"x\r\n")
    cases = (("", 1, 1, False), ("r", 0, 1, False), ("rw", 0, 0, False), ("rwd", 0, 0, True))
    for share, reads, writes, deletes in cases:
        held = mallory.hold(rf"{SHARED}\f", share=share)
        assert fe01.run(rf"type {SHARED}\f").rc == reads
        assert fe01.run(rf"echo x>>{SHARED}\f").rc == writes
        fe01.run(rf"del {SHARED}\f")
        assert (fe01.file(rf"{SHARED}\f") is None) is deletes
        held.close()


def test_what_was_granted_at_the_opening_stays(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.make_folder(rf"{SHARED}\Theirs")
    mallory.write(rf"{SHARED}\f", b"x")
    folder, file = mallory.hold(rf"{SHARED}\Theirs", change_access=True), mallory.hold(rf"{SHARED}\f", write=True)
    for path in (rf"{SHARED}\Theirs", rf"{SHARED}\f"):
        fe01.set_security(path, "O:BAD:P(A;OICI;FA;;;BA)")
        with pytest.raises(FileSystemError):
            mallory.set_dacl(path, "D:(A;;FA;;;WD)")
    with pytest.raises(FileSystemError):
        mallory.write(rf"{SHARED}\f", b"y")
    file.write(b"z")
    folder.set_dacl("D:(A;;FA;;;WD)")
    assert fe01.file(rf"{SHARED}\f") == "z"
    assert fe01.security(rf"{SHARED}\Theirs") == "O:BAD:(A;;FA;;;WD)"
    with pytest.raises(FileSystemError):
        folder.write(b"")
    with pytest.raises(FileSystemError):
        file.set_dacl("D:")


def test_a_batch_file_that_nobody_may_read_does_not_run(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.write(rf"{SHARED}\b.cmd", b"echo ran\r\n")
    held = mallory.hold(rf"{SHARED}\b.cmd", share="")
    assert "ran" not in fe01.run(rf"{SHARED}\b.cmd").stdout
    held.close()
    assert "ran" in fe01.run(rf"{SHARED}\b.cmd").stdout


def test_somebody_may_act_between_two_commands_of_a_line(fe01: LabHost, client: Client) -> None:
    mallory = fe01.user()
    held = []
    fe01.before("icacls", lambda: held.append(mallory.hold(rf"{SHARED}\Lock")))
    fe01.before("icacls", lambda: mallory.write(rf"{SHARED}\Lock\undo.cmd", b"theirs"))
    close = "/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F"
    line = rf"mkdir {SHARED}\Lock && icacls {SHARED}\Lock {close}"
    assert client.run(line).rc == 0
    assert fe01.file(rf"{SHARED}\Lock\undo.cmd") == "theirs"
    assert fe01.security(rf"{SHARED}\Lock\undo.cmd").startswith(f"O:{mallory.sid}D:AI(A;ID;FA;;;SY)")
    assert client.run(rf"ren {SHARED}\Lock Other").rc == 1
    held[0].close()
    assert client.run(rf"ren {SHARED}\Lock Other & icacls {SHARED}\Other").rc == 0
    assert len(held) == 1


# --- the search for programs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["netsh.exe", "netsh.cmd", "netsh.bat", "netsh.com"])
def test_the_current_folder_comes_first(fe01: LabHost, client: Client, name: str) -> None:
    fe01.user().write(rf"{SHARED}\{name}", b"@echo planted\r\n")
    inside = f"cd {SHARED} & "
    assert "planted" in client.run(inside + "netsh advfirewall show global").stdout
    run = fe01.program_runs()[-1]
    assert (run.path, run.arguments, run.account) == (rf"{SHARED}\{name}", "advfirewall show global", "Administrator")
    for safe in (
        rf"{SYSTEM32}\netsh.exe advfirewall show global",
        r"%SystemRoot%\System32\netsh.exe advfirewall show global",
        r"%SystemRoot%\System32\netsh advfirewall show global",
        r'"%SystemRoot%\System32\netsh.exe" advfirewall show global',
        r"set NoDefaultCurrentDirectoryInExePath=1& netsh advfirewall show global",
    ):
        assert "Global Settings" in client.run(inside + safe).stdout
    assert "Global Settings" in client.run("netsh advfirewall show global").stdout
    assert len(fe01.program_runs()) == 1


def test_a_task_starts_in_system32_and_is_safe_there_only(fe01: LabHost) -> None:
    fe01.user().write(rf"{SHARED}\netsh.bat", rf"@echo %USERNAME%>{SHARED}\who.txt".encode())
    fe01.run(r"md C:\T")
    for line, planted in (("", []), (rf"cd {SHARED}", [(rf"{SHARED}\netsh.bat", "SYSTEM")])):
        fe01.write_file(
            r"C:\T\undo.cmd", f"{line}\r\necho x>C:\\T\\begun\r\nnetsh advfirewall show global\r\n".encode()
        )
        fe01.run(r"schtasks /create /tn T /sc onstart /ru SYSTEM /tr C:\T\undo.cmd /f & schtasks /run /tn T")
        deadline = time.monotonic() + 5
        while fe01.file(r"C:\T\begun") is None or fe01.tasks()["tasks"][0]["running"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        fe01.run(r"del C:\T\begun")
        runs = [(run.path, run.account) for run in fe01.program_runs()]
        assert [run for run in runs if run[0] != r"C:\T\undo.cmd"] == planted
    assert fe01.file(rf"{SHARED}\who.txt") == "SYSTEM\r\n"


def test_a_name_with_its_extension_is_not_another_file(fe01: LabHost) -> None:
    mallory = fe01.user()
    mallory.write(rf"{SHARED}\hostname.cmd", b"@echo planted\r\n")
    assert fe01.run("hostname.exe", folder=SHARED).stdout == "FE01\r\n"
    assert fe01.run("hostname", folder=SHARED).stdout == "planted\r\n"
    assert fe01.run("echo not planted", folder=SHARED).stdout == "not planted\r\n"  # built in


def test_a_folder_of_the_path_that_users_may_write(fe01: LabHost, client: Client) -> None:
    fe01.user().write(rf"{SHARED}\sc.exe", b"planted\r\n")
    assert "RUNNING" in client.run("sc query MpsSvc").stdout
    environment = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    fe01.write_registry(environment, "Path", "REG_EXPAND_SZ", rf"{SHARED};%SystemRoot%\System32")
    assert client.run("sc query MpsSvc").stdout == "planted\r\n"
    assert "RUNNING" in client.run(rf"{SYSTEM32}\sc query MpsSvc").stdout
    assert "FE01" in client.run("hostname").stdout


def test_where_programs_are(fe01: LabHost) -> None:
    disk = FileSystem()
    found = {word: find_program(disk, word, {"CD": "C:\\", "PATH": SYSTEM32}) for word in ("more", "chcp", "cmd", "x")}
    assert found == {
        "more": rf"{SYSTEM32}\more.com", "chcp": rf"{SYSTEM32}\chcp.com", "cmd": rf"{SYSTEM32}\cmd.exe", "x": None,
    }  # fmt: skip
    assert find_program(disk, r"C:\netsh", {"CD": SYSTEM32, "PATH": SYSTEM32}) is None
    assert fe01.run(r"C:\no\such\netsh.exe").rc == 1
    assert fe01.run(r"C:\Windows\System32\cmd.exe /d /c %SystemRoot%\System32\hostname.exe").stdout == "FE01\r\n"


def test_a_program_that_the_user_may_not_read(fe01: LabHost) -> None:
    fe01.write_file(r"C:\Users\Administrator\tool.cmd", b"@echo ran\r\n")
    assert fe01.run("tool").stdout == "ran\r\n"
    assert fe01.user().run(r"C:\Users\Administrator\tool").rc == 1


def test_the_longest_line_counts_how_cmd_is_started(client: Client) -> None:
    head = len("cmd.exe /C ")
    fits = "echo " + "x" * (8191 - head - len("echo "))
    assert client.run(fits).rc == 0
    assert client.run(fits + "x").rc == 1
    assert client.run(f"{SYSTEM32}\\cmd.exe /d /c hostname").stdout == "FE01\r\n"
