# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry tree and reg.exe against the layout that Wine's conformance tests record, and against real dumps."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.testing import LabHost
from lab.windows.registry import Registry, RegistryError, query_text

POLICY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"


def test_every_real_dump_comes_back_byte_for_byte(registry_data: Path) -> None:
    dumps = sorted(registry_data.glob("*.reg.txt"))
    assert len(dumps) >= 6
    for path in dumps:
        text = path.read_bytes().decode("utf-8")
        registry = Registry()
        first = registry.load_dump(text)[0]
        assert query_text(registry, first, recurse=True) == text, path.name


def test_names_ignore_case_and_keep_it() -> None:
    registry = Registry()
    registry.create(r"HKLM\Software\Contoso").set("Port", "REG_DWORD", "0x1")
    registry.create(r"hklm\SOFTWARE\CONTOSO").set("PORT", "REG_DWORD", "0x2")
    assert query_text(registry, r"HKLM\software\contoso", recurse=True) == (
        "\r\nHKEY_LOCAL_MACHINE\\Software\\Contoso\r\n    Port    REG_DWORD    0x2\r\n\r\n"
    )


def test_values_keep_their_order_and_subkeys_are_sorted() -> None:
    registry = Registry()
    for name in ("b", "a", "c"):
        registry.create(r"HKLM\X").set(name, "REG_SZ", name)
    for name in ("sub2", "Sub1"):
        registry.create(rf"HKLM\X\{name}")
    assert [value.name for value in registry.create(r"HKLM\X").values.values()] == ["b", "a", "c"]
    assert [key for key, _unused in registry.walk(r"HKLM\X")] == [
        r"HKEY_LOCAL_MACHINE\X",
        r"HKEY_LOCAL_MACHINE\X\Sub1",
        r"HKEY_LOCAL_MACHINE\X\sub2",
    ]


def test_value_names_with_blanks_braces_and_paths() -> None:
    name = r"TCP Query User{0AF0F7A8-0000-4B43-8D3B-7E0A2E6E5C0F}C:\program files\app one.exe"
    registry = Registry()
    text = f"\r\n{POLICY}\r\n    {name}    REG_SZ    v2.10|Action=Allow|\r\n\r\n"
    registry.load_dump(text)
    assert registry.create(POLICY).get(name.lower()) is not None
    assert query_text(registry, POLICY, recurse=True) == text


def test_a_dump_with_a_stray_line_is_refused_with_its_number() -> None:
    with pytest.raises(RegistryError, match="line 2"):
        Registry().load_dump("\r\nno key, no value\r\n")


def test_query_without_s_lists_values_then_subkeys(fe01: LabHost) -> None:
    fe01.run(r"reg add HKLM\SOFTWARE\T /v one /d two /f & reg add HKLM\SOFTWARE\T\Sub /f")
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
    assert fe01.run(r"reg query HKLM\SOFTWARE\T").stdout == (
        f"\r\n{key}\r\n    one    REG_SZ    two\r\n\r\n{key}\\Sub\r\n"
    )


def test_the_queried_key_has_a_header_only_with_values(fe01: LabHost) -> None:
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Empty"
    fe01.run(r"reg add HKLM\SOFTWARE\Empty /f")
    result = fe01.run(r"reg query HKLM\SOFTWARE\Empty /s")
    assert (result.rc, result.stdout, result.stderr) == (0, "\r\n", "")
    assert fe01.run(r"reg query HKLM\SOFTWARE\Empty").stdout == "\r\n"
    fe01.run(r"reg add HKLM\SOFTWARE\Empty\Sub\Deep /f")
    assert fe01.run(r"reg query HKLM\SOFTWARE\Empty /s").stdout == (f"\r\n{key}\\Sub\r\n\r\n{key}\\Sub\\Deep\r\n\r\n")
    assert f"{key}\r\n" in fe01.run(r"reg query HKLM\SOFTWARE").stdout


def test_a_host_without_any_rule(fe01: LabHost) -> None:
    fe01.run("netsh advfirewall firewall delete rule name=all dir=in & netsh advfirewall firewall delete rule name=all")
    assert fe01.run(rf"reg query {POLICY}\FirewallRules /s").stdout == "\r\n"
    whole = fe01.run(rf"reg query {POLICY} /s").stdout
    assert f"\r\n{POLICY}\\FirewallRules\r\n\r\n" in whole


def test_query_one_value(fe01: LabHost) -> None:
    result = fe01.run(rf'reg query "{POLICY}\DomainProfile" /v enablefirewall /reg:64')
    assert result.stdout == f"\r\n{POLICY}\\DomainProfile\r\n    EnableFirewall    REG_DWORD    0x1\r\n\r\n"
    assert (result.rc, result.stderr) == (0, "")


def test_the_footer_comes_with_v_and_s_only(fe01: LabHost) -> None:
    assert "End of search" not in fe01.run(rf"reg query {POLICY} /s").stdout
    found = fe01.run(rf"reg query {POLICY} /s /v EnableFirewall").stdout
    assert found.endswith("\r\n\r\nEnd of search: 3 match(es) found.\r\n")


@pytest.mark.parametrize("arguments", [r"HKLM\NoSuchKey", r"HKLM\NoSuchKey /s", r"HKLM\SYSTEM /v NoSuchValue"])
def test_missing_keys_and_values(fe01: LabHost, arguments: str) -> None:
    result = fe01.run(f"reg query {arguments}")
    assert (result.rc, result.stdout) == (1, "")
    assert result.stderr == "ERROR: The system was unable to find the specified registry key or value.\r\n"


@pytest.mark.parametrize("arguments", ["", r"HKLM\SYSTEM /bad", r"HKLM\SYSTEM /s /s", r"HKLM\SYSTEM /v"])
def test_bad_syntax(fe01: LabHost, arguments: str) -> None:
    result = fe01.run(f"reg query {arguments}")
    assert result.rc == 1
    assert "Invalid syntax" in result.stderr


def test_add_and_delete(fe01: LabHost) -> None:
    assert fe01.run(r'reg add HKLM\SOFTWARE\T /v "a b" /t REG_DWORD /d 17 /f').rc == 0
    assert "    a b    REG_DWORD    0x11\r\n" in fe01.run(r"reg query HKLM\SOFTWARE\T").stdout
    assert fe01.run(r'reg delete HKLM\SOFTWARE\T /v "a b" /f').rc == 0
    assert fe01.run(r'reg query HKLM\SOFTWARE\T /v "a b"').rc == 1
    assert fe01.run(r"reg delete HKLM\SOFTWARE\T /f").rc == 0
    assert fe01.run(r"reg query HKLM\SOFTWARE\T").rc == 1


def test_writing_by_reg_is_not_live_until_a_restart(fe01: LabHost) -> None:
    rule = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=by hand|"
    assert fe01.run(rf'reg add {POLICY}\FirewallRules /v by-hand /d "{rule}" /f').rc == 0
    assert rule in fe01.registry_text()
    assert "by-hand" not in fe01.rules()
    assert not fe01.tcp_open(5061)
    fe01.reboot()
    assert fe01.rules()["by-hand"] == rule
    assert fe01.tcp_open(5061)


def test_a_missing_policy_key_looks_like_windows(fe01: LabHost) -> None:
    result = fe01.run(r"reg query HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall /s")
    assert (result.rc, result.stdout) == (1, "")
