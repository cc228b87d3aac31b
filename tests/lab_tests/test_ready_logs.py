# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made logs on a host, and the commands that read a log there."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from lab.cli import put_logs
from lab.ready_logs import ReadyLog, Seen, log_file, ready_log
from lab.server import LabError
from lab.testing import LabHost
from lab_tests.clients import Client
from lab_tests.test_firewall_log import HEAD, LOG

QUOTED = r'"%systemroot%\system32\LogFiles\Firewall\pfirewall.log"'
FIRST, LAST = datetime(2026, 11, 28, 22, 0), datetime(2026, 11, 29, 13, 30)


def test_size_times_and_what_is_seen() -> None:
    seen = (Seen("10.4.2.9", 5061, 7), Seen("10.4.2.8", 443, 3, action="ALLOW"))
    data = ready_log(ReadyLog(megabytes=2, seen=seen, first=FIRST, last=LAST))
    assert abs(len(data) / 2**20 - 2) < 0.05
    text = data.decode()
    assert text.startswith(HEAD)
    entries = text[len(HEAD) :].splitlines()
    assert entries == sorted(entries, key=lambda line: line[:19])
    assert (entries[0][:19], entries[-1][:19]) == ("2026-11-28 22:00:00", "2026-11-29 13:30:00")
    ours = [line.split() for line in entries if " TCP " in line]
    assert [line[4:6] + line[7:8] for line in ours].count(["10.4.2.9", "10.0.0.11", "5061"]) == 7
    assert [line[2] for line in ours].count("ALLOW") == 3
    assert {len(line.split()) for line in entries} == {17}


def test_other_looks() -> None:
    small = ReadyLog(seen=(Seen(count=2),))
    assert ready_log(ReadyLog()).decode() == HEAD
    assert ready_log(ReadyLog(header=False)) == b""
    with_pid = ready_log(ReadyLog(seen=(Seen(),), pid=True)).decode()
    assert " path pid\r\n" in with_pid
    assert with_pid.endswith(" RECEIVE 4\r\n")
    wide = ready_log(ReadyLog(seen=(Seen(),), encoding="utf-16"))
    assert wide[:2] == b"\xff\xfe"
    assert wide.decode("utf-16") == ready_log(ReadyLog(seen=(Seen(),))).decode()
    turned = ready_log(ReadyLog(seen=(Seen(),), fields="time date path src-ip dst-port", first=FIRST)).decode()
    assert turned.splitlines()[-1] == "22:00:00 2026-11-28 RECEIVE 10.4.2.9 5061"
    assert ready_log(ReadyLog(nuls=9)).endswith(b"\r\n" + bytes(9))
    ugly = ready_log(ReadyLog(seen=small.seen, hostile=True))
    assert b"\x1b" in ugly
    assert max(map(len, ugly.splitlines())) > 100_000
    assert ugly.count(b" 10.4.2.9 ") == 2


def test_options_of_the_control_interface() -> None:
    made = log_file({
        "source": "10.1.1.1", "count": "3", "last": "2026-11-29T13:30:00", "first": FIRST.isoformat(), "old": "yes",
        "path": r"C:\a.log", "locked": True, "pid": "no",
    })  # fmt: skip
    assert (made.path, made.locked) == (r"C:\a.log.old", True)
    assert made.data == ready_log(ReadyLog(seen=(Seen("10.1.1.1", count=3),), first=FIRST, last=LAST))
    assert log_file({"text": "abc"}).data == b"abc"
    for wrong in (
        {"colour": "red"},
        {"megabytes": "many"},
        {"locked": "perhaps"},
        {"encoding": "utf-7"},
        {"last": "x"},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            log_file(wrong)


def test_logs_by_the_command_line(fe01: LabHost) -> None:
    estate = fe01._lab._estate  # type: ignore[attr-defined]
    put_logs(estate, ["fe01:source=10.1.1.1,count=2", "*:old=yes,text=x"])
    assert (fe01.file(LOG) or "").count(" 10.1.1.1 ") == 2
    assert fe01.file(f"{LOG}.old") == "x"
    for wrong in ("fe01", "fe01:locked", "nobody:count=1", "fe01:colour=red", "fe01:path=Z:\\a"):
        with pytest.raises(LabError):
            put_logs(estate, [wrong])


# --- reading --------------------------------------------------------------------------------------------------------


def test_dir_tells_whether_a_log_is_there(fe01: LabHost) -> None:
    """`dir /b` of one file prints its name (Microsoft's reference of dir), open or not; of none it fails."""
    assert fe01.run(f"dir /b {QUOTED} &&echo yes||echo no").stdout == "no\r\n"
    fe01.put_log(b"x")
    held = fe01.hold_file(LOG)
    assert fe01.run(f"dir /b {QUOTED} &&echo yes||echo no").stdout == "pfirewall.log\r\nyes\r\n"
    held.close()


READ_FIRST = f"((set /p A_1=&set /p A_2=&set /p A_3=&set /p A_4=&set A_)<{QUOTED}) <nul"


def test_set_p_takes_a_line_each_time(fe01: LabHost) -> None:
    """`set /p` waits for a line of input (`set /?`); lines of a redirected file come one after the other, and an empty
    one leaves the variable as it was (public reports)."""
    fe01.put_log(b"#Version: 1.5\r\n\r\n  b = c  \r\nlast")
    assert fe01.run(READ_FIRST).stdout == "A_1=#Version: 1.5\r\nA_3=  b = c  \r\nA_4=last\r\n"
    fe01.put_log(b"one\r\n")
    assert fe01.run(READ_FIRST).stdout == "A_1=one\r\n"
    fe01.put_log(b"")
    assert fe01.run(f"({READ_FIRST}&&echo ok||echo no) 2>nul").stdout == "no\r\n"
    assert fe01.run("<nul set /p B=what? & set B").stdout == "what? "


def test_set_p_of_a_long_line(fe01: LabHost) -> None:
    """1,023 characters at most are read at a time (public reports); the next `set /p` goes on behind them."""
    fe01.put_log(b"x" * 1023 + b"y" * 10 + b"\r\nz\r\n")
    assert fe01.run(READ_FIRST).stdout == f"A_1={'x' * 1023}\r\nA_2={'y' * 10}\r\nA_3=z\r\n"


def test_a_locked_or_missing_log_is_not_read(fe01: LabHost) -> None:
    missing = fe01.run(f"({READ_FIRST}&&echo ok||echo no)")
    assert (missing.stdout, missing.stderr != "") == ("no\r\n", True)
    fe01.put_log(HEAD.encode())
    held = fe01.hold_file(LOG)
    locked = fe01.run(f"({READ_FIRST}&&echo ok||echo no)")
    assert (locked.stdout, locked.stderr != "") == ("no\r\n", True)
    found = fe01.run(f'(findstr /r /b /c:"#" {QUOTED} <nul&&echo ok||echo no)')
    assert found.stdout == "no\r\n"
    assert "FINDSTR: Cannot open" in found.stderr
    held.close()
    assert fe01.run(READ_FIRST).stdout.startswith("A_1=#Version: 1.5\r\nA_2=#Software: Microsoft Windows Firewall\r\n")


def slice_of(prefix: str) -> str:
    """A command that reads a slice of time."""
    return f'findstr /r /b /c:"#Fields:" /c:"{prefix} DROP [TU][CD]P .* RECEIVE" {QUOTED} <nul'


def test_a_slice_of_time_of_a_big_log(fe01: LabHost) -> None:
    seen = (Seen(count=500), Seen("10.4.2.8", 443, 100, action="ALLOW"))
    fe01.put_log(ReadyLog(megabytes=32, seen=seen, first=FIRST, last=LAST))
    whole = [line for line in (fe01.file(LOG) or "").splitlines(keepends=True) if not line.startswith("#")]
    begun = time.monotonic()
    read = fe01.run(slice_of("2026-11-29 13:[2-3][0-9]:..")).stdout
    assert time.monotonic() - begun < 20  # a second or so on an idle machine
    expected = [line for line in whole if "2026-11-29 13:20" <= line[:16] < "2026-11-29 13:40" and " DROP " in line]
    assert len(expected) > 1000
    assert read == HEAD.splitlines(keepends=True)[3] + "".join(expected)
    both = fe01.run(slice_of("2026-11-29 13:[2-3][0-9]:..").replace("DROP", "[AD][LR][LO][OP]W*")).stdout
    assert both.count(" ALLOW ") == sum(line[:16] >= "2026-11-29 13:20" and " ALLOW " in line for line in whole) > 0


def test_the_lines_of_a_reader(fe01: LabHost, client: Client) -> None:
    """Two command lines as a client of WinRM sends them: what is there, and how it begins; then a slice of time."""
    fe01.set_quirks(time_zone="+01:00")
    fe01.put_log(ReadyLog(seen=(Seen(count=3),), first=FIRST, last=LAST))
    mark = "1a2b3c4d"

    def framed(*parts: tuple[str, str]) -> str:
        tried = [f"({line} <nul&&echo @{mark}-{name}-ok||echo @{mark}-{name}-no)" for name, line in parts]
        return "&".join([rf"cd /d %SystemRoot%\System32&echo @{mark}-begin", *tried])

    old = QUOTED[:-1] + '.old"'
    many = "&".join(f"set /p LYNCOPS{{0}}_{number}=" for number in range(1, 9))
    look = client.run(
        framed(
            ("bias", r'reg query "HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation" /v ActiveTimeBias'),
            ("there0", f"dir /b {QUOTED}"),
            ("there1", f"dir /b {old}"),
            ("first0", f"(({many.format(0)}&set LYNCOPS0_)<{QUOTED})"),
            ("first1", f"(({many.format(1)}&set LYNCOPS1_)<{old})"),
        )
    )
    entries = (fe01.file(LOG) or "").splitlines()
    first = [f"LYNCOPS0_{number}={line}" for number, line in enumerate(entries[:8], start=1) if line]
    assert look.stdout.splitlines() == [
        f"@{mark}-begin",
        "",
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation",
        "    ActiveTimeBias    REG_DWORD    0xffffffc4",
        "",
        f"@{mark}-bias-ok",
        "pfirewall.log",
        f"@{mark}-there0-ok",
        f"@{mark}-there1-no",
        *first,
        f"@{mark}-first0-ok",
        f"@{mark}-first1-no",
    ]
    assert len(first) == 7
    read = client.run(framed(("file0", slice_of("2026-11-29 ..:..:..").removesuffix(" <nul"))))
    assert read.stdout.splitlines() == [
        f"@{mark}-begin",
        entries[3],
        *[line for line in entries if line.startswith("2026-11-29")],
        f"@{mark}-file0-ok",
    ]


def test_nothing_in_a_slice_is_a_failure(fe01: LabHost) -> None:
    fe01.put_log(ReadyLog(header=False, seen=(Seen(),), first=FIRST))
    assert fe01.run(f"({slice_of('2026-11-27 ..:..:..')}&&echo ok||echo no)").stdout == "no\r\n"


def test_a_client_may_stop_reading(fe01: LabHost, client: Client) -> None:
    """A Signal in the middle of the output ends findstr, and the shell takes the next command."""
    fe01.put_log(ReadyLog(megabytes=32, seen=(Seen(count=10),), first=FIRST, last=LAST))
    protocol, shell = client.protocol, client.shell
    command = protocol.run_command(shell, f'findstr /r /b /c:"2026" {QUOTED} <nul')
    out, _err, _code, done = client.receive(command)
    assert out.startswith(b"2026-11-28 22:00:00 DROP")
    assert not done
    protocol.cleanup_command(shell, command)
    assert client.run("echo next").stdout == "next\r\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("/b /c:b", "bab\r\nb\r\n"),
        ("/e /c:b", "bab\r\ncab\r\nb\r\n"),
        ("/x /c:b", "b\r\n"),
        ("/x /c:b.b", "bab\r\n"),
        ("/b /l /c:b.b", ""),
        ("/v /x /c:b", "bab\r\ncab\r\n"),
        ("/o /c:b", "0:bab\r\n5:cab\r\n10:b\r\n"),
        ('/n /o /c:"^b"', "1:0:bab\r\n3:10:b\r\n"),
        ("/m /c:cab", "C:\\a.txt\r\n"),
        ("/p /c:cab", "cab\r\n"),
        ("/off /c:cab", "cab\r\n"),
        ('/r "^[a-c]*$"', "bab\r\ncab\r\nb\r\n"),
        ('"cab xyz"', "cab\r\n"),
        (r'/r "\<ca"', "cab\r\n"),
        ("/g:C:\\words.txt", "bab\r\ncab\r\n"),
        ("/bi /c:C", "cab\r\n"),
    ],
)
def test_options_of_findstr(fe01: LabHost, options: str, expected: str) -> None:
    """Microsoft's reference of findstr."""
    fe01.write_file(r"C:\a.txt", b"bab\r\ncab\r\nb\r\n")
    fe01.write_file(r"C:\words.txt", b"bab\r\ncab\r\n")
    result = fe01.run(rf"findstr {options} C:\a.txt")
    assert (result.stdout, result.rc) == (expected, 0 if expected else 1)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("a" * 255, "Out of memory"), ("a" * 512, "Search string too long"), ("[ab]" * 16, "Out of memory")],
)
def test_limits_of_findstr(fe01: LabHost, pattern: str, message: str) -> None:
    """As people have measured them: 254 octets of an expression, 511 of a literal, 15 classes."""
    fe01.write_file(r"C:\a.txt", b"bab\r\n")
    result = fe01.run(rf'findstr /r /c:"{pattern}" C:\a.txt')
    assert (result.stdout, result.rc) == ("", 2)
    assert message in result.stderr
    assert fe01.run(rf'findstr /r /c:"{"a" * 254}" /c:"{"[ab]" * 15}" /c:bab C:\a.txt').rc == 0


def test_ends_of_lines(fe01: LabHost) -> None:
    """A line ends at its line feed; the end of a line (`$`, /e, /x) is before CR LF, and there is none without a CR
    (public reports). A file in UTF-16 is searched octet by octet."""
    fe01.write_file(r"C:\a.txt", b"ab\nab\r\n\rab\r\n")
    assert fe01.run(r'findstr /r "ab$" C:\a.txt').stdout == "ab\r\n\rab\r\n"
    fe01.put_log(ReadyLog(seen=(Seen(),), encoding="utf-16"))
    assert fe01.run(f'findstr /r /b /c:"2026" {QUOTED}').rc == 1
