# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe's one-line grammar and what runs under it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.testing import LabHost
from lab.windows.cmd_syntax import Chain, CmdSyntaxError, Group, Redirect, Simple, expand, parse
from lab.windows.netsh import split_words
from lab_tests.clients import Client


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a & echo b", "a \r\nb\r\n"),
        ("echo a&echo b", "a\r\nb\r\n"),
        ("echo a && echo b || echo c", "a \r\nb \r\n"),
        (r"reg query HKLM\No 2>nul && echo b || echo c", "c\r\n"),
        (r"reg query HKLM\No 2>nul || echo b && echo c", "b \r\nc\r\n"),
        (r"(reg query HKLM\No 2>nul || echo b) & echo c", "b\r\nc\r\n"),
        ("echo a ^& b", "a & b\r\n"),
        ('echo "a & b" | findstr a', '"a & b" \r\n'),
        ("echo ^(a^)", "(a)\r\n"),
        ("(echo a) & (echo b)", "a\r\nb\r\n"),
        ("((echo a) && echo b)", "a\r\nb\r\n"),
        ("echo a > nul & echo b", "b\r\n"),
        ("echo a1>nul & echo b", "b\r\n"),
        ("echo %OS% %NOPE%", "Windows_NT %NOPE%\r\n"),
        ("echo %os%", "Windows_NT\r\n"),
        ("@echo a", "a\r\n"),
        ("echo.", "\r\n"),
        ("echo %errorlevel% & reg query HKLM\\No 2>nul & echo %errorlevel%", "0 \r\n0\r\n"),
        ("echo one>C:\\f.txt & echo two>>C:\\f.txt & type C:\\f.txt", "one \r\ntwo \r\n"),
        ("cmd /c echo a", "a\r\n"),
        ('cmd /c "echo a & echo b"', "a \r\nb\r\n"),
        ("hostname.exe", "FE01\r\n"),
        (r"C:\Windows\System32\hostname.exe", "FE01\r\n"),
        (r'"C:\Windows\System32\hostname.exe"', "FE01\r\n"),
        ("rem x & echo y", ""),
        ("rem x | echo y", ""),
        ("echo a & rem x && echo y", "a \r\n"),
        ("REM,x & echo y", ""),
        ("rem & echo y", "y\r\n"),
        ("remark 2>nul & echo y", "y\r\n"),
        ("(nosuch 2>&1) | findstr /i RECOGNIZED", "'nosuch' is not recognized as an internal or external command,\r\n"),
    ],
)
def test_standard_output(fe01: LabHost, line: str, expected: str) -> None:
    assert fe01.run(line).stdout == expected


def test_the_chain_the_engine_uses(fe01: LabHost) -> None:
    base = r"HKLM\SYSTEM\CurrentControlSet\Services"
    result = fe01.run(
        rf"(reg query {base}\MpsSvc /s <nul && echo @ok-1 || echo @no-1) & "
        r"(reg query HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall /s <nul && echo @ok-2 || echo @no-2) & "
        "(sc query MpsSvc <nul && echo @ok-3 || echo @no-3) & "
        "(sc query NoSuchService <nul && echo @ok-4 || echo @no-4) & "
        "(whoami /groups <nul && echo @ok-5 || echo @no-5)"
    )
    assert re.findall(r"^@\w\w-\d", result.stdout, re.MULTILINE) == ["@ok-1", "@no-2", "@ok-3", "@no-4", "@ok-5"]
    assert result.stderr.count("ERROR") == 1
    assert result.stdout.index("ImagePath") < result.stdout.index("@ok-1")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("exit 7", 7),
        ("exit /b 3 & echo never", 3),
        ("nosuchprogram", 1),
        ("nosuchprogram & hostname", 0),
        ("hostname & nosuchprogram", 1),
        ("nosuchprogram || exit 4", 4),
        ("hostname && nosuchprogram", 1),
        ("set UNDEFINED", 1),
        ("set UNDEFINED || exit 3", 3),
        ("set OS", 0),
        (r"reg query HKLM\No & dir /b C:\Windows", 0),
        (r"echo a>C:\a.txt & reg query HKLM\No & type C:\a.txt", 0),
        (r"reg query HKLM\No & echo a", 1),
        (r"reg query HKLM\No & set OS", 1),
        ("(rem x) & hostname", 1),
        ("sc query NoSuchService", 1060),
        ("sc stop MpsSvc", 5),
        ("sc start MpsSvc", 1056),
        ("echo a", 0),
        ("timeout 1", 1),
        ("cmd /c exit 9", 9),
        ("", 0),
        ("echo a |", 1),
        ("& echo a", 1),
        ("(echo a", 1),
        ("echo a )", 0),
        ("type C:\\missing.txt || exit 4", 4),
        ("sort < C:\\missing.txt", 1),
    ],
)
def test_exit_codes(fe01: LabHost, line: str, code: int) -> None:
    assert fe01.run(line).rc == code


def test_the_line_limit(fe01: LabHost) -> None:
    """8,191 characters after expansion, `cmd.exe /C ` counted (KB830473)."""
    room = 8191 - len("cmd.exe /C ")
    fits, longer = "echo " + "x" * (room - 5), "echo " + "x" * (room - 4)
    assert fe01.run(fits).rc == 0
    for line in (longer, fits[: -len("%OS%")] + "%OS%"):
        result = fe01.run(line)
        assert (result.rc, result.stdout, result.stderr) == (1, "", "The command line is too long.\r\n")


def test_an_undefined_variable_is_named(fe01: LabHost) -> None:
    result = fe01.run("set UNDEFINED")
    assert (result.stdout, result.stderr) == ("", "Environment variable UNDEFINED not defined\r\n")


def test_an_unknown_program_may_give_9009(fe01: LabHost) -> None:
    fe01.set_quirks(unknown_program_code=9009)
    assert [fe01.run(line).rc for line in ("nosuch", "hostname & nosuch", "nosuch & hostname")] == [9009, 9009, 0]


AUTORUN = r'reg add "{}\SOFTWARE\Microsoft\Command Processor" /v AutoRun /d "{}" /f'


def test_autorun_comes_before_every_line(fe01: LabHost, client: Client) -> None:
    fe01.run(AUTORUN.format("HKCU", "echo yours"))
    fe01.run(AUTORUN.format("HKLM", "echo ours"))
    assert client.run("echo a & echo b").stdout == "ours\r\nyours\r\na \r\nb\r\n"
    assert client.run("cmd /c echo a").stdout == "ours\r\nyours\r\n" * 2 + "a\r\n"
    assert client.run("cmd /d /c echo a").stdout == "ours\r\nyours\r\na\r\n"
    assert client.run("cmd /q /d /c echo a").stdout == "ours\r\nyours\r\na\r\n"
    # Either side of a pipe is run by a `cmd /d`.
    assert client.run("echo a | findstr a").stdout == "ours\r\nyours\r\na \r\n"


def test_autorun_shares_folder_variables_and_errorlevel_with_the_line(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(autorun=r"set MARK=1& cd C:\Windows& reg query HKLM\No 2>nul")
    assert client.run("cd & echo %MARK% %ERRORLEVEL%").stdout == "C:\\Windows\r\n1 1\r\n"
    assert client.run("hostname").rc == 0
    fe01.set_quirks(autorun="exit 7")
    assert (client.run("hostname").stdout, client.run("hostname").rc) == ("", 7)


def test_autorun_and_tasks(fe01: LabHost) -> None:
    """The Task Scheduler starts programs itself; cmd.exe, and so AutoRun, has a part only where it is named."""
    fe01.set_quirks(autorun=r"echo x>>C:\Windows\Temp\autorun.txt")
    seen = fe01.file(r"C:\Windows\Temp\autorun.txt")
    assert seen is None
    for number, action in enumerate(("hostname", "cmd /d /c hostname", "cmd /c hostname")):
        fe01.run(rf'schtasks /create /tn T{number} /sc onstart /ru SYSTEM /tr "{action}"')
    before = (fe01.file(r"C:\Windows\Temp\autorun.txt") or "").count("x")
    fe01.reboot()
    time.sleep(0.2)
    assert fe01.tasks()["fired"] == ["T0", "T1", "T2"]
    assert (fe01.file(r"C:\Windows\Temp\autorun.txt") or "").count("x") == before + 1


def test_ping_is_a_sleep(fe01: LabHost) -> None:
    begun = time.monotonic()
    assert fe01.run("ping -n 2 127.0.0.1 >nul").rc == 0
    assert time.monotonic() - begun > 0.9
    assert fe01.run("ping -n 1 192.0.2.1").rc == 1


def test_sc_configures_the_start_type(fe01: LabHost) -> None:
    assert fe01.run("sc config MpsSvc start=disabled").rc != 0
    assert fe01.run("sc config MpsSvc start= disabled").rc == 0
    assert "START_TYPE         : 4   DISABLED" in fe01.run("sc qc MpsSvc").stdout
    assert r"Start    REG_DWORD    0x4" in fe01.run(r"reg query HKLM\SYSTEM\CurrentControlSet\Services\MpsSvc").stdout
    fe01.reboot()
    assert fe01.run("sc start MpsSvc").rc == 1058
    fe01.run("sc config MpsSvc start= auto")
    assert fe01.run("sc start MpsSvc").rc == 0


def test_tree_shapes() -> None:
    assert parse("a & b && c || d | e") == Chain(
        "&",
        Simple("a "),
        Chain("||", Chain("&&", Simple("b "), Simple("c ")), Chain("|", Simple("d "), Simple("e"))),
    )
    assert parse("(a) 2>nul") == Group(Simple("a"), (Redirect(2, ">", "nul"),))
    assert parse("a <nul >x 2>>y") == Simple(
        "a   ", (Redirect(0, "<", "nul"), Redirect(1, ">", "x"), Redirect(2, ">>", "y"))
    )
    assert parse("a 2>&1") == Simple("a ", (Redirect(2, ">&", "1"),))
    assert parse('a "b & c" d') == Simple('a "b & c" d')
    assert parse("a12>x") == Simple("a12", (Redirect(1, ">", "x"),))
    assert parse("  ") is None


@pytest.mark.parametrize("line", ["a &&", "a || || b", "(a", "a >", "() & b", "| a"])
def test_what_cannot_be_parsed(line: str) -> None:
    with pytest.raises(CmdSyntaxError):
        parse(line)


word = st.text("abcXYZ019_-=:\\./", min_size=1, max_size=8).filter(lambda text: text[0] not in "=./\\:-012")


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[str, list[str]]:
    """A random well-formed line and the commands in it."""
    kind = draw(st.sampled_from(["simple", "chain", "group"])) if depth else "simple"
    if kind == "simple":
        text = draw(word) + draw(st.sampled_from(["", " arg", ' "q & (x) | y"', " ^& ^| ^<"]))
        resolved = text.replace("^", "")
        return text + draw(st.sampled_from(["", " <nul", " >nul 2>&1"])), [resolved]
    left, left_commands = draw(trees(depth=depth - 1))
    if kind == "group":
        return f"({left})", left_commands
    right, right_commands = draw(trees(depth=depth - 1))
    operator = draw(st.sampled_from([" & ", "&", " && ", "&&", " || ", " | "]))
    return f"{left}{operator}{right}", left_commands + right_commands


def leaves(node: object) -> list[str]:
    if isinstance(node, Simple):
        return [node.text.strip()]
    if isinstance(node, Group):
        return leaves(node.body)
    assert isinstance(node, Chain)
    return leaves(node.left) + leaves(node.right)


@given(trees())
def test_every_command_of_a_line_is_found_in_order(line_and_commands: tuple[str, list[str]]) -> None:
    line, commands = line_and_commands
    assert leaves(parse(line)) == [command.strip() for command in commands]


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(line: str) -> None:
    refused = ""
    try:
        tree = parse(expand(line, {"A": "b"}))
    except CmdSyntaxError as error:
        refused = error.token
        tree = None
    # A line is refused naming a part of it, or is a tree, or has nothing but blanks and separators in it.
    assert refused or tree is not None or not line.strip("@^ \t\r\n\x0b\x0c,;=\x1c\x1d\x1e\x1f\x85\xa0")


unquoted = st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), max_size=10)


@given(st.lists(unquoted, max_size=6))
def test_quoted_words_come_back(words: list[str]) -> None:
    assert split_words(" ".join(f'"{text}"' for text in words)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('add rule name="a b" dir=in', ["add", "rule", "name=a b", "dir=in"]),
        ('"name=a b"  x', ["name=a b", "x"]),
        ("", []),
        ('""', [""]),
        (r'program="C:\Program Files\x.exe"', [r"program=C:\Program Files\x.exe"]),
    ],
)
def test_words_of_a_netsh_line(line: str, words: list[str]) -> None:
    assert split_words(line) == words


@given(st.text("aB%x ", max_size=30))
def test_expansion_leaves_undefined_names_alone(line: str) -> None:
    assert expand(line, {}) == line
