# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry files, findstr over files, icacls twice, scripts of netsh, and what a task leaves behind."""

from __future__ import annotations

import re
import time

import pytest

from lab.testing import LabHost
from lab.windows.sddl import parse_sddl
from lab.windows.task_traces import binary_descriptor
from lab_tests.clients import Client
from lab_tests.test_tasks import task_xml

FOLDER = r"C:\Windows\Kit"
KEY = r"HKLM\SOFTWARE\Kit"
TREE = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"
PRIVATE = "D:P(A;;FA;;;SY)(A;;FA;;;BA)"


def wait_until(true: object, seconds: float = 5.0) -> None:
    assert callable(true)
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "never"
        time.sleep(0.05)


# --- reg import -----------------------------------------------------------------------------------------------------


def reg_file(*lines: str, head: str = "Windows Registry Editor Version 5.00") -> bytes:
    return "".join(f"{line}\r\n" for line in (head, "", *lines)).encode()


UNICODE = "hex(1):e4,00,20,00,e9,00,20,00,16,04,20,00,57,5b,20,00,ac,20,20,00,3d,d8,00,de,00,00"


def test_text_of_every_script_comes_back_in_the_console_s_code_page(fe01: LabHost, client: Client) -> None:
    fe01.write_file(r"C:\data.reg", reg_file(r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit]", f'"text"={UNICODE}'))
    result = client.run(r'reg import "C:\data.reg"')
    assert (result.rc, result.stdout, result.stderr) == (0, "", "The operation completed successfully.\r\n\r\n")
    query = rf"reg query {KEY} /v text"
    assert "    text    REG_SZ    ä é Ж 字 € \U0001f600\r\n" in client.run(query).stdout
    fe01.set_quirks(reg_codepage=437)
    raw = client.protocol.run_command(client.shell, query)
    out = client.protocol.get_command_output(client.shell, raw)[0]
    assert b"    REG_SZ    \x84 \x82 ? ? ? ?\r\n" in out


def test_every_kind_of_value(fe01: LabHost) -> None:
    lines = (
        r"; a comment", r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit\Sub]", r'@="default"', r'"path"="C:\\a \"b\""',
        '"number"=dword:0000001f', '"bytes"=hex:01,ab,\\', "  ff", '"two"=hex(7):61,00,00,00,62,00,00,00,00,00',
        '"gone"="x"', '"gone"=-', '"expand"=hex(2):25,00,61,00,25,00,00,00', '"big"=hex(b):01,00,00,00,01,00,00,00',
    )  # fmt: skip
    fe01.write_file(r"C:\data.reg", "\ufeff".encode("utf-16-le") + reg_file(*lines).decode().encode("utf-16-le"))
    assert fe01.run(r"cd C:\ & reg import data.reg").rc == 0
    shown = fe01.run(rf"reg query {KEY}\Sub").stdout.split("\r\n")[2:-2]
    assert [line.split("    ")[1:] for line in shown] == [
        ["(Default)", "REG_SZ", "default"],
        ["path", "REG_SZ", 'C:\\a "b"'],
        ["number", "REG_DWORD", "0x1f"],
        ["bytes", "REG_BINARY", "01ABFF"],
        ["two", "REG_MULTI_SZ", r"a\0b"],
        ["expand", "REG_EXPAND_SZ", "%a%"],
        ["big", "REG_QWORD", "0x100000001"],
    ]
    fe01.write_file(r"C:\data.reg", reg_file(r"[-HKEY_LOCAL_MACHINE\SOFTWARE\Kit]"))
    assert fe01.run(r"reg import C:\data.reg").rc == 0
    assert fe01.run(f"reg query {KEY}").rc == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        reg_file(head="REGEDIT4"),
        reg_file(r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit]", "nonsense"),
        reg_file(r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit]", '"a"=hex(c):00'),
        reg_file(r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit]", '"a"=word'),
        reg_file(r"[HKEY_NOWHERE\SOFTWARE\Kit]"),
    ],
)
def test_a_bad_file_leaves_the_registry_alone(fe01: LabHost, content: bytes) -> None:
    fe01.write_file(r"C:\data.reg", content)
    result = fe01.run(r"reg import C:\data.reg")
    assert (result.rc, "Cannot import" in result.stderr) == (1, True)
    assert fe01.run(f"reg query {KEY}").rc == 1


def test_who_may_import_what(fe01: LabHost, client: Client) -> None:
    fe01.write_file(r"C:\data.reg", reg_file(r"[HKEY_LOCAL_MACHINE\SOFTWARE\Kit]"))
    assert "find the specified file" in fe01.run(r"reg import C:\none.reg").stderr
    assert fe01.run("reg import").rc == 1
    fe01.set_quirks(token="user")
    assert client.run(r"reg import C:\data.reg").rc == 1
    assert fe01.run(f"reg query {KEY}").rc == 1


def test_an_empty_key_and_one_with_a_key_below(fe01: LabHost) -> None:
    fe01.run(rf"reg add {KEY} /f")
    assert [fe01.run(rf"reg query {KEY}{more}").stdout for more in ("", " /s")] == ["\r\n", "\r\n"]
    fe01.run(rf"reg add {KEY}\Below /f")
    below = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Kit\\Below\r\n"
    assert fe01.run(f"reg query {KEY}").stdout == f"\r\n{below}"
    assert fe01.run(f"reg query {KEY} /s").stdout == f"\r\n{below}\r\n"
    fe01.set_quirks(reg_shows_empty_keys=True)
    head = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Kit\r\n"
    assert fe01.run(f"reg query {KEY}").stdout == f"\r\n{head}\r\n{below}"
    assert fe01.run(f"reg query {KEY} /s").stdout == f"\r\n{head}\r\n{below}\r\n"


# --- findstr, icacls ------------------------------------------------------------------------------------------------


def test_findstr_reads_files(fe01: LabHost) -> None:
    fe01.write_file(r"C:\a.txt", b"one word\r\n" + b"x" * 9000 + b" word\r\nno end word")
    fe01.write_file(r"C:\b.txt", b"none\r\n")
    assert fe01.run(r'findstr /l /c:"one word" "C:\a.txt"').stdout == "one word\r\n"
    long = fe01.run(r"cd C:\ & findstr word a.txt")
    assert (long.rc, len(long.stdout)) == (0, 10 + 9007 + 11), "a line of a file may be long, and its end is its own"
    assert fe01.run(r"findstr /n word C:\a.txt C:\b.txt").stdout.startswith("C:\\a.txt:1:one word\r\n")
    assert fe01.run(r'findstr /l /c:"nope" C:\a.txt').rc == 1
    missing = fe01.run(r"findstr word C:\none.txt")
    assert (missing.rc, missing.stderr) == (1, "FINDSTR: Cannot open C:\\none.txt\r\n")
    fe01.write_file(r"C:\Users\Administrator\secret.txt", b"word\r\n")
    assert fe01.user().run(r"findstr word C:\Users\Administrator\secret.txt").rc == 1


def test_saving_access_lists_to_a_file_that_is_there(fe01: LabHost) -> None:
    fe01.run(rf"md {FOLDER} & icacls {FOLDER} /save C:\acl")
    once = fe01.file(r"C:\acl")
    fe01.run(rf"icacls {FOLDER} /save C:\acl")
    assert fe01.file(r"C:\acl") == once
    fe01.set_quirks(icacls_appends=True)
    fe01.run(rf"icacls {FOLDER} /save C:\acl")
    assert fe01.file(r"C:\acl") == 2 * (once or "")


# --- netsh: texts ---------------------------------------------------------------------------------------------------


def stored(host: LabHost, name: str = "k") -> str:
    return next((text for text in host.rules().values() if f"|Name={name}|" in text), "")


ADD = 'advfirewall firewall add rule name="k" dir=in action=allow'


@pytest.mark.parametrize("way", ["stdin", "script"])
def test_a_description_in_utf_8(fe01: LabHost, client: Client, way: str) -> None:
    line = f'{ADD} description="ä Ж 字"\r\n'.encode()

    def add() -> None:
        fe01.run("netsh advfirewall firewall delete rule name=k")
        if way == "stdin":
            client.run("netsh", line)
        else:
            fe01.write_file(r"C:\lines.txt", line)
            client.run(r"netsh -f C:\lines.txt")

    add()
    assert "|Desc=ä Ж 字|" in stored(fe01)
    fe01.set_quirks(**{f"netsh_{way}_codepage": 1252})
    add()
    assert f"|Desc={'ä Ж 字'.encode().decode('cp1252', 'replace')}|" in stored(fe01)


def test_a_byte_order_mark_spoils_the_first_line_of_a_script(fe01: LabHost) -> None:
    fe01.write_file(r"C:\lines.txt", f"\ufeff{ADD}\r\n".encode())
    fe01.run(r"netsh -f C:\lines.txt")
    assert not stored(fe01)
    fe01.set_quirks(netsh_script_bom=True)
    fe01.run(r"netsh exec C:\lines.txt")
    assert stored(fe01)


def test_long_lists(fe01: LabHost, client: Client) -> None:
    addresses = ",".join(f"2001:db8::{number:x}" for number in range(1, 1001))
    fe01.set_quirks(netsh_list_limit=1000)
    client.run("netsh", f"{ADD} remoteip={addresses}\r\n".encode())
    assert stored(fe01).count("|RA6=") == 1000
    fe01.run("netsh advfirewall firewall delete rule name=k")
    fe01.set_quirks(netsh_list_limit=999)
    client.run("netsh", f"{ADD} remoteip={addresses}\r\n".encode())
    assert not stored(fe01)
    client.run("netsh", f"{ADD} protocol=tcp localport=1,2\r\n".encode())
    assert stored(fe01).count("|LPort=") == 2


def test_a_program_with_a_variable(fe01: LabHost, client: Client) -> None:
    line = f'{ADD} program="%SystemRoot%\\System32\\svchost.exe"\r\n'.encode()
    client.run("netsh", line)
    assert r"|App=%SystemRoot%\System32\svchost.exe|" in stored(fe01)
    fe01.run("netsh advfirewall firewall delete rule name=k")
    fe01.set_quirks(netsh_expands=True)
    client.run("netsh", line)
    assert r"|App=C:\Windows\System32\svchost.exe|" in stored(fe01)


def test_any_service(fe01: LabHost) -> None:
    fe01.run(f"netsh {ADD} service=any")
    assert "|Svc=*|" in stored(fe01)
    fe01.run("netsh advfirewall firewall delete rule name=k")
    fe01.set_quirks(netsh_any_service_dropped=True)
    fe01.run(f"netsh {ADD} service=any edge=no security=notrequired protocol=any")
    assert stored(fe01) == "v2.22|Action=Allow|Active=TRUE|Dir=In|Name=k|"


# --- tasks ----------------------------------------------------------------------------------------------------------


def make_task(host: LabHost, delay: str = "PT1M", limit: str = "PT10M") -> None:
    host.run(f"md {FOLDER}")
    xml = task_xml(
        triggers=f"<RegistrationTrigger><Delay>{delay}</Delay></RegistrationTrigger>",
        command=rf'/d /c "{FOLDER}\xml.cmd"',
        settings=f"<ExecutionTimeLimit>{limit}</ExecutionTimeLimit>",
    ).replace("<RegistrationInfo>", f"<RegistrationInfo><SecurityDescriptor>{PRIVATE}</SecurityDescriptor>")
    xml = re.sub("(<SecurityDescriptor>.*?</SecurityDescriptor>)(<Description>.*?</Description>)", r"\2\1", xml)
    host.write_file(rf"{FOLDER}\task.xml", xml.encode())
    assert host.run(rf"schtasks /create /tn K /xml {FOLDER}\task.xml /f").rc == 0


def minutes_and_seconds(text: str) -> float:
    hours, minutes, seconds = text.strip().replace(",", ".").split(":")
    return (int(hours) * 60 + int(minutes)) * 60 + float(seconds)


@pytest.mark.parametrize(("late", "least", "most"), [(0.0, 60, 75), (1.0, 120, 135)])
def test_when_a_task_fires_by_the_host_s_own_time(fe01: LabHost, late: float, least: float, most: float) -> None:
    fe01.set_quirks(minute=1.0, tasks_late=late)
    fe01.run(f"md {FOLDER}")
    script = rf'@if not exist "{FOLDER}\fired.txt" echo %TIME%>"{FOLDER}\fired.txt"'
    fe01.write_file(rf"{FOLDER}\xml.cmd", f"{script}\r\n".encode())
    before = minutes_and_seconds(fe01.run("echo %TIME%").stdout)
    make_task(fe01)
    wait_until(lambda: fe01.file(rf"{FOLDER}\fired.txt"))
    after = minutes_and_seconds(fe01.file(rf"{FOLDER}\fired.txt") or "")
    assert least <= (after - before) % 86_400 < most


@pytest.mark.parametrize(("unlimited", "there"), [(False, False), (True, True)])
def test_a_time_limit_by_the_host_s_own_time(fe01: LabHost, unlimited: bool, there: bool) -> None:
    fe01.set_quirks(minute=0.6, tasks_unlimited=unlimited)
    fe01.run(f"md {FOLDER}")
    lines = (f'@echo %TIME%>"{FOLDER}\\1.txt"', "@ping -n 101 127.0.0.1 >nul", f'@echo %TIME%>"{FOLDER}\\2.txt"')
    fe01.write_file(rf"{FOLDER}\xml.cmd", "\r\n".join(lines).encode())
    make_task(fe01, delay="PT0S", limit="PT1M")
    wait_until(lambda: fe01.file(rf"{FOLDER}\1.txt"))
    time.sleep(2.0)
    assert bool(fe01.file(rf"{FOLDER}\2.txt")) is there


def test_every_minute(fe01: LabHost) -> None:
    fe01.set_quirks(sc_minute_whole=True)
    assert fe01.run('schtasks /create /tn S /sc minute /mo 1 /ru SYSTEM /tr "cmd.exe /c ver" /f').rc == 0
    assert fe01.tasks()["tasks"][0]["next_run"].endswith(":00")
    assert '"\\S",' in fe01.run("schtasks /query /fo csv /nh").stdout


def test_what_a_task_leaves(fe01: LabHost) -> None:
    make_task(fe01)
    path = r"%SystemRoot%\System32\Tasks\K"
    assert fe01.run(rf'icacls "{path}" /save "{FOLDER}\acl.txt"').rc == 0
    saved = (fe01.file(rf"{FOLDER}\acl.txt") or "").encode().decode("utf-16-le")
    assert saved == f"K\r\n{PRIVATE}\r\n"
    assert "<Description>w0rd</Description>" in fe01.run(f'type "{path}"').stdout
    assert fe01.user().run(f'type "{path}"').rc == 1
    shown = fe01.run(rf'reg query "{TREE}\K" /v SD').stdout
    binary = bytes.fromhex(re.search(r"REG_BINARY    ([0-9A-F]+)\r\n", shown)[1])  # type: ignore[index]
    assert binary == binary_descriptor(parse_sddl(f"O:BA{PRIVATE}"))
    assert f"<SecurityDescriptor>{PRIVATE}<" in fe01.run("schtasks /query /tn K /xml").stdout
    fe01.set_quirks(task_xml_hides_security=True)
    assert "SecurityDescriptor" not in fe01.run("schtasks /query /tn K /xml").stdout
    assert fe01.run("schtasks /delete /tn K /f").rc == 0
    assert fe01.run(rf'reg query "{TREE}\K"').rc == 1
    assert fe01.run(f'if exist "{path}" echo there').stdout == ""
    fe01.set_quirks(task_traces=False)
    make_task(fe01)
    assert fe01.run(f'if exist "{path}" echo there').stdout == ""
    assert fe01.run(rf'reg query "{TREE}\K"').rc == 1


def test_a_descriptor_as_bytes() -> None:
    """[MS-DTYP] 2.4.6, 2.4.5, 2.4.4.2, 2.4.2.2, written out by hand."""
    header = "01 00 0490 14000000 24000000 00000000 30000000"
    owner = "01 02 000000000005 20000000 20020000"
    group = "01 01 000000000005 12000000"
    dacl = "02 00 3400 0200 0000" + "00 00 1400 ff011f00" + group + "00 00 1800 ff011f00" + owner
    assert binary_descriptor(parse_sddl(f"O:BA{PRIVATE}")) == bytes.fromhex(header + owner + group + dacl)
