# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, `if` and batch files: what an undo script is made of."""

from __future__ import annotations

import pytest

from lab.testing import LabHost
from lab.windows.cmd_syntax import CmdSyntaxError, Group, If, Simple, expand_batch, parse
from lab.windows.filesystem import FileSystem, FileSystemError
from lab.windows.security import TOKENS
from lab_tests.clients import Client


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"if exist C:\Windows (echo a) else (echo b)", "a\r\n"),
        (r'if exist "C:\No Such" (echo a) else (echo b)', "b\r\n"),
        (r"if not exist C:\nope echo a", "a\r\n"),
        (r"if exist C:\nope (echo a) & echo b", ""),
        (r"(if exist C:\nope (echo a)) & echo b", "b\r\n"),
        (r"if exist %SystemRoot%\System32 if not exist C:\nope (echo a) else (echo b)", "a\r\n"),
        ("if a==a (echo 1) else (echo 2)", "1\r\n"),
        ("if a==A (echo 1) else (echo 2)", "2\r\n"),
        ("if /i a==A (echo 1) else (echo 2)", "1\r\n"),
        ('if not "a b"=="a c" (echo 1)', "1\r\n"),
        ("if defined OS (echo 1)", "1\r\n"),
        (r"md C:\a\b\c && dir /b C:\a & rd C:\a 2>nul || echo full", "b\r\nfull\r\n"),
        (r"md C:\a && md C:\a 2>nul || echo busy", "busy\r\n"),
        (r"md C:\a & echo x>C:\a\f & rd /s /q C:\a & if exist C:\a (echo a) else (echo gone)", "gone\r\n"),
        (r"md C:\a & echo x>C:\a\f & ren C:\a b & type C:\b\f", "x\r\n"),
        (r"md C:\a & md C:\b & ren C:\a b 2>nul || echo taken", "taken\r\n"),
        (r"echo x>C:\f & ren C:\f G.txt & dir /b C:\g.TXT", "G.txt\r\n"),
        (r"echo x>C:\f & del C:\f & del C:\f 2>nul && if not exist C:\f echo gone", "gone\r\n"),
        (r"type C:\nope 2>nul || echo none", "none\r\n"),
        (r"dir /b C:\nope 2>nul || echo none", "none\r\n"),
        (r"echo x>C:\no\such\f 2>nul || echo none", "none\r\n"),
        (r"cd C:\Windows & cd & md here & if exist C:\Windows\here echo yes", "C:\\Windows\r\nyes\r\n"),
    ],
)
def test_files_and_if(fe01: LabHost, line: str, expected: str) -> None:
    assert fe01.run(line).stdout.replace(" \r\n", "\r\n") == expected


@pytest.mark.parametrize(
    ("line", "code"), [(r"md C:\Windows", 1), (r"rd C:\nope", 0), (r"ren C:\nope x", 1), (r"dir /b C:\nope", 1)]
)
def test_exit_codes_of_file_commands(fe01: LabHost, line: str, code: int) -> None:
    assert fe01.run(line).rc == code


def test_the_tree_of_an_if() -> None:
    assert parse('if not exist "a b" (c) else d & e') == If(
        "exist", ('"a b"',), True, False, Group(Simple("c")), parse("d & e")
    )
    for line in ("if exist", "if (a)", "if a==", "if exist x", "if exist x (y) else"):
        with pytest.raises(CmdSyntaxError):
            parse(line)


def test_expansion_in_a_batch_file() -> None:
    assert expand_batch("%a% %%a%% %nope%x 100%", {"A": "1"}, ["f.cmd"]) == "1 %a% x 100"
    assert expand_batch('%0 %1 %~2 %9 "%*"', {}, ["f.cmd", "x", '"y z"']) == 'f.cmd x y z  "x "y z""'


def write_batch(client: Client, text: str) -> None:
    assert client.run(r'findstr "^" > C:\b.cmd', text.encode()).rc == 0


def test_batch_files(client: Client) -> None:
    write_batch(
        client, "@echo off\r\nrem nothing\r\n:: nothing\r\necho %1 %nope%100%%\r\nhostname\r\nexit /b 3\r\necho no\r\n"
    )
    result = client.run(r"C:\b.cmd one & echo after")
    assert result.stdout == "one 100%\r\nFE01\r\nafter\r\n"
    assert client.run(r'cmd /c "C:\b.cmd" x').rc == 3


def test_a_batch_file_echoes_its_lines_until_told_otherwise(client: Client) -> None:
    write_batch(client, "echo a\r\n@echo off\r\necho b\r\n")
    assert client.run(r"C:\b.cmd").stdout == "\r\nC:\\Users\\Administrator>echo a\r\na\r\nb\r\n"


def test_a_batch_file_is_read_line_by_line(client: Client) -> None:
    write_batch(client, "@echo off\r\necho a\r\nren C:\\b.cmd moved.cmd\r\necho never\r\n")
    result = client.run(r"C:\b.cmd")
    assert result.stdout == "a\r\n"
    assert "cannot be found" in result.stderr
    write_batch(client, "@echo off\r\necho echo late>> C:\\b.cmd\r\n")
    assert client.run(r"C:\b.cmd").stdout == "late\r\n"


@pytest.mark.parametrize(
    ("pattern", "given", "expected"),
    [
        ('"^"', b'a\r\n\r\n  b % ! " ^\r\n', b'a\r\n\r\n  b % ! " ^\r\n'),
        ('"^"', b"no end", b"no end\r\n"),
        ('"^"', b"x" * 8191 + b"\r\n" + b"y" * 8192 + b"\r\nz\r\n", b"x" * 8191 + b"\r\nz\r\n"),
        ('"a.c$"', b"abc\r\nabcd\r\n", b"abc\r\n"),
        ("/l a.c", b"abc\r\na.c\r\n", b"a.c\r\n"),
        ('/i /c:"B C"', b"a b c\r\nbc\r\n", b"a b c\r\n"),
        ("/v x", b"x\r\ny\r\n", b"y\r\n"),
        ('"one two"', b"one\r\ntwo\r\nthree\r\n", b"one\r\ntwo\r\n"),
        ('"[ab]c*d"', b"ad\r\nbccd\r\ncd\r\n", b"ad\r\nbccd\r\n"),
    ],
)
def test_findstr(client: Client, pattern: str, given: bytes, expected: bytes) -> None:
    assert client.run(f"findstr {pattern}", given).stdout.encode() == expected


def test_the_disk_by_itself() -> None:
    disk = FileSystem()
    disk.write(r"C:\Program Files\A.txt", b"1")
    disk.write(r"c:\program files\a.TXT", b"2", append=True)
    assert disk.read(r"C:\PROGRAM FILES\a.txt") == b"12"
    for act in (
        lambda: disk.write(r"D:\x", b""),
        lambda: disk.make_folder(r"D:\x"),
        lambda: disk.make_folder(r"C:\Program Files\a.txt\b"),
        lambda: disk.write(r"C:\Windows", b""),
        lambda: disk.remove_folder(r"C:\Program Files\a.txt", recurse=True),
        lambda: disk.rename(r"C:\Program Files\a.txt", r"..\b"),
        lambda: disk.write(r"C:\Windows\x", b"", token=TOKENS["filtered"]),
        lambda: disk.remove_file(r"C:\Program Files\a.txt", token=TOKENS["filtered"]),
    ):
        with pytest.raises(FileSystemError):
            act()
