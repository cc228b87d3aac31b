# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`reg export`, `copy` and a share: what the guide to files instead of hosts has people run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.testing import LabHost

KEY = r"HKCU\Software\LyncOps"
TYPES = {
    "Text": ("REG_SZ", 'C:\\a "b"'), "Long": ("REG_EXPAND_SZ", "%SystemRoot%\\" + "x" * 40),
    "Number": ("REG_DWORD", "0x10"), "Raw": ("REG_BINARY", "11FF"), "Several": ("REG_MULTI_SZ", "a\\0b"),
}  # fmt: skip


def test_what_is_exported_is_laid_out_as_windows_does_and_comes_back(fe01: LabHost) -> None:
    for name, (kind, data) in TYPES.items():
        fe01.write_registry(KEY, name, kind, data)
    fe01.write_registry(rf"{KEY}\Below", "", "REG_SZ", "default")
    before = fe01.run(f"reg query {KEY} /s").stdout
    ran = fe01.run(rf"reg export {KEY} C:\Windows\Temp\a.reg /y")
    assert (ran.rc, ran.stdout.strip()) == (0, "The operation completed successfully.")
    text = fe01.run(r"type C:\Windows\Temp\a.reg").stdout
    assert text.startswith(
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\LyncOps]\r\n"
        '"Text"="C:\\\\a \\"b\\""\r\n"Long"=hex(2):25,00,'
    )
    assert '\r\n"Number"=dword:00000010\r\n"Raw"=hex:11,ff\r\n' in text
    assert text.endswith('\r\n\r\n[HKEY_CURRENT_USER\\Software\\LyncOps\\Below]\r\n@="default"\r\n\r\n')
    assert max(map(len, text.split("\r\n"))) <= 80
    fe01.run(f"reg delete {KEY} /f")
    assert fe01.run(r"reg import C:\Windows\Temp\a.reg").rc == 0
    assert fe01.run(f"reg query {KEY} /s").stdout == before


def test_what_reg_export_refuses(fe01: LabHost) -> None:
    key = r"HKLM\SYSTEM\CurrentControlSet\Services\BFE"
    assert fe01.run(rf"reg export {key} C:\Windows\Temp\b.reg").rc == 0
    assert fe01.run(rf"reg export {key} C:\Windows\Temp\b.reg").rc == 1, "it asks, and nobody answers"
    assert fe01.run(rf"reg export {key} /y C:\Windows\Temp\b.reg").rc == 1
    assert fe01.run(rf"reg export {key}Nowhere C:\Windows\Temp\b.reg /y").rc == 1
    assert fe01.run(rf"reg export {key} C:\Nowhere\b.reg /y").rc == 1


def test_files_are_copied_and_put_together(fe01: LabHost) -> None:
    fe01.run(r"cd C:\Windows\Temp& echo a>a.txt& echo b>b.txt")
    ran = fe01.run(r"cd C:\Windows\Temp& copy /b /y a.txt+b.txt \\files\lync\%COMPUTERNAME%.txt")
    assert ran.stdout.strip() == "1 file(s) copied."
    assert fe01.run(r"type \\files\lync\FE01.txt").stdout == "a\r\nb\r\n"
    fe01.run(r"cd C:\Windows\Temp& copy a.txt + b.txt c.txt")
    assert fe01.run(r"type C:\Windows\Temp\c.txt").stdout == "a\r\nb\r\n\x1a"
    fe01.run(r"copy C:\Windows\Temp\a.txt \\files\lync")
    assert fe01.run(r"type \\files\lync\a.txt").stdout == "a\r\n"
    ran = fe01.run(r"copy C:\Windows\Temp\nowhere.txt C:\Windows\Temp\d.txt")
    assert (ran.rc, "cannot find the file" in ran.stderr) == (1, True)
    assert "cannot find the path" in fe01.run(r"echo a>\\files\nowhere\a.txt").stderr
