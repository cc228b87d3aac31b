# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives in place of a host: what they say, and what hostile and broken ones do."""

from __future__ import annotations

import builtins
import io
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state import hive as hive_module
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import (
    DumpFileError,
    read_dump_files,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.hive import read_hive
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import DumpError, fold_key
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import LOCAL_POLICY
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.hive_writer import checksum, hive
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reg_writer import (
    as_exported,
    reg_file,
)

POLICY = r"Services\SharedAccess\Parameters\FirewallPolicy"
RULE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=café|"
OTHER = RULE.replace("5061", "443")
MOST = hive_module._MOST
GPO = r"Policies\Microsoft\WindowsFirewall"


def system(current: int = 1, **more: Any) -> bytes:
    keys: dict[str, Any] = {"Select": [("Current", "REG_DWORD", hex(current)), ("Default", "REG_DWORD", "0x1")]}
    for number, rule in ((1, RULE), (2, OTHER)):
        base = rf"ControlSet{number:03d}"
        keys[rf"{base}\{POLICY}\FirewallRules"] = [("{A}", "REG_SZ", rule), ("Règle", "REG_SZ", OTHER)]
        keys[rf"{base}\{POLICY}\DomainProfile"] = [("EnableFirewall", "REG_DWORD", hex(number - 1))]
        keys[rf"{base}\Services\MpsSvc"] = [("Start", "REG_DWORD", "0x2")]
        keys[rf"{base}\Services\RTCMEDSRV"] = [("ImagePath", "REG_EXPAND_SZ", r"C:\Lync\M.exe")]
    return hive(keys, **more)


def software() -> bytes:
    return hive({
        "Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\*+HTTP": [("Port", "REG_DWORD", "0x1761")],
        rf"{GPO}\PublicProfile": [("EnableFirewall", "REG_DWORD", "0x0")],
    })  # fmt: skip


def written(folder: Path, **files: bytes) -> list[str]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


@pytest.mark.parametrize(("current", "data"), [(1, RULE), (2, OTHER)])
def test_the_control_set_counts_that_select_current_names(current: int, data: str) -> None:
    found = read_hive(io.BytesIO(system(current)))
    assert found.complete
    assert found.written == "2016-02-15T08:53:20Z"
    rules = found.keys.values(LOCAL_POLICY + r"\FirewallRules")
    assert [(rule.name, rule.type, rule.data) for rule in rules] == [
        ("{A}", "REG_SZ", data), ("Règle", "REG_SZ", OTHER),
    ]  # fmt: skip
    enabled = found.keys.value(LOCAL_POLICY + r"\DomainProfile", "EnableFirewall")
    assert enabled is not None
    assert enabled.number() == current - 1


def test_both_hives_of_a_host_tell_what_one_leaves_open(tmp_path: Path) -> None:
    alone = read_dump_files(written(tmp_path, SYSTEM=system()))
    both = read_dump_files(written(tmp_path, SYSTEM=system(), SOFTWARE=software()))
    assert "nothing is set by Group Policy: its key is not in the file" in alone.assumptions
    assert not any("Group Policy" in text or "listener" in text for text in both.assumptions)
    assert [file.name for file in both.files] == ["SYSTEM", "SOFTWARE"]
    assert {file.saved for file in both.files} == {"2016-02-15T08:53:20Z"}
    assert dict(both.snapshot.programs) == {"rtcmedsrv": r"C:\Lync\M.exe"}
    assert both.snapshot.service.running


def test_a_hive_and_text_add_up_and_may_not_contradict(tmp_path: Path) -> None:
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\" + GPO
    text = as_exported(reg_file({key + "\\DomainProfile": [("EnableFirewall", "REG_DWORD", "0x1")]}))
    assert read_dump_files(written(tmp_path, SYSTEM=system(), text=text)).snapshot.rules
    wrong = as_exported(reg_file({LOCAL_POLICY + r"\DomainProfile": [("EnableFirewall", "REG_DWORD", "0x1")]}))
    with pytest.raises(DumpFileError, match="have another value 'EnableFirewall' of the key") as error:
        read_dump_files(written(tmp_path, SYSTEM=system(), wrong=wrong))
    assert str(tmp_path / "SYSTEM") in str(error.value)
    assert str(tmp_path / "wrong") in str(error.value)


def test_a_hive_that_was_not_finished_says_so(tmp_path: Path) -> None:
    found = read_dump_files(written(tmp_path, SYSTEM=system(sequences=(8, 7))))
    assert "the last changes of the host are not in the hive SYSTEM: Windows had not finished writing it" in (
        found.assumptions
    )


def test_without_a_time_in_the_hive_that_of_the_file_counts(tmp_path: Path) -> None:
    (file,) = read_dump_files(written(tmp_path, SYSTEM=system(moment=0))).files
    assert not file.saved.startswith("1601")


def test_without_the_library_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *rest: Any) -> Any:
        if name.startswith("dissect"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(DumpFileError, match=r"dissect\.regf.*not installed.*pip install dissect\.regf"):
        read_dump_files(written(tmp_path, SYSTEM=system()))


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    data = system()
    monkeypatch.setattr(hive_module, "LARGEST_HIVE", len(data) - 1)
    with pytest.raises(DumpError, match="larger than"):
        read_hive(io.BytesIO(data))


def test_too_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for what, most in (("cells", 20), ("bytes", 500), ("keys", 5), ("characters in the names of keys", 100)):
        monkeypatch.setattr(hive_module, "_MOST", {**MOST, what: most})
        with pytest.raises(DumpError, match=f"too many {what}"):
            read_hive(io.BytesIO(system()))


def test_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hive_module, "_LONGEST", -1.0)
    with pytest.raises(DumpError, match="in time"):
        read_hive(io.BytesIO(system()))


def test_other_hives_are_none_of_a_host() -> None:
    with pytest.raises(DumpError, match="neither SYSTEM nor SOFTWARE"):
        read_hive(io.BytesIO(hive({"Environment": []})))
    with pytest.raises(DumpError, match=r"Select\\Current"):
        read_hive(io.BytesIO(system(3)))


@pytest.mark.parametrize("size", [4, 511, 512, 4095, 4096, 5000, -4096])
def test_a_hive_that_is_cut_off_is_an_error(size: int) -> None:
    with pytest.raises(DumpError, match="cut off"):
        read_hive(io.BytesIO(system()[:size]))


def test_a_damaged_header_is_an_error() -> None:
    data = bytearray(system())
    data[20] ^= 1
    with pytest.raises(DumpError, match="checksum"):
        read_hive(io.BytesIO(bytes(data)))
    struct.pack_into("<Q", data, 12, 2**64 - 1)
    struct.pack_into("<I", data, 508, checksum(bytes(data)))
    with pytest.raises(DumpError, match="time in its header"):
        read_hive(io.BytesIO(bytes(data)))


def test_keys_that_lead_in_a_circle_are_an_error() -> None:
    """The list of a key's subkeys names the key itself."""
    data = bytearray(system())
    place = data.index(b"FirewallPolicy") - 76 - 4  # the key's cell
    (listed,) = struct.unpack_from("<I", data, place + 4 + 28)
    struct.pack_into("<I", data, 4096 + listed + 4 + 4, place - 4096)
    with pytest.raises(DumpError, match="in it twice"):
        read_hive(io.BytesIO(bytes(data)))


def test_no_byte_of_it_makes_anything_but_an_answer_or_an_error() -> None:
    """Every eighth byte of the cells, turned over: it may say something else, and there is no other exception."""
    data = system()
    refused = 0
    for place in range(4096 + 32, len(data), 8):
        broken = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        try:
            read_hive(io.BytesIO(broken))
        except DumpError:
            refused += 1
    assert refused > 25


def cell_of(data: bytes, name: str) -> int:
    """Where the key's cell begins, behind its size."""
    return data.index(b"nk", data.index(name.encode()) - 76 - 4)


def test_a_list_of_subkeys_that_is_shorter_than_the_key_says_is_an_error() -> None:
    """One byte, and a policy was not there: a block rule that is left out makes a host compliant."""
    data = bytearray(hive({rf"{GPO}\FirewallRules": [("g", "REG_SZ", RULE)], r"Policies\Microsoft\Alpha": [],
                           "Microsoft\\Windows": []}))  # fmt: skip
    assert read_hive(io.BytesIO(bytes(data))).keys.keys
    (listed,) = struct.unpack_from("<I", data, cell_of(data, "Alpha") + 16)  # its parent
    (listed,) = struct.unpack_from("<I", data, 4096 + listed + 4 + 28)
    struct.pack_into("<H", data, 4096 + listed + 4 + 2, 1)
    with pytest.raises(DumpError, match="'Microsoft' has 2 subkeys, and its list"):
        read_hive(io.BytesIO(bytes(data)))


def test_a_key_that_says_it_has_no_subkeys_and_has_a_list_of_them_is_an_error() -> None:
    data = bytearray(software())
    struct.pack_into("<I", data, cell_of(data, "WindowsFirewall") + 20, 0)
    with pytest.raises(DumpError, match="'WindowsFirewall' has 0 subkeys, and its list"):
        read_hive(io.BytesIO(bytes(data)))


def test_a_key_with_two_subkeys_of_one_name_is_an_error() -> None:
    data = hive({"Select": [("Current", "REG_DWORD", "0x1")], rf"ControlSet001\{POLICY}\DomainProfile": [],
                 rf"ControlSet001\{POLICY}\DomainProfilx": []}).replace(b"DomainProfilx", b"DOMAINPROFILE")  # fmt: skip
    with pytest.raises(DumpError, match="'FirewallPolicy' has a subkey twice"):
        read_hive(io.BytesIO(data))


@pytest.mark.parametrize("levels", [3, 18])
def test_keys_that_share_a_list_of_subkeys_are_an_error_and_cost_nothing(levels: int) -> None:
    """Each level would double the keys: 24 KB took all memory of the controller."""
    keys: dict[str, Any] = {"Select": [("Current", "REG_DWORD", "0x1")]}
    path = rf"ControlSet001\{POLICY}"
    for level in range(levels):
        for name in "ba":
            keys[rf"{path}\{name}{level:02d}{name * 200}"] = []
        path = rf"{path}\a{level:02d}{'a' * 200}"
    data = bytearray(hive(keys))
    for level in range(levels - 1):
        first, second = (cell_of(data, f"{name}{level:02d}{name * 200}") for name in "ab")
        data[second + 20 : second + 36] = data[first + 20 : first + 36]
    before = time.process_time()
    with pytest.raises(DumpError, match="in it twice"):
        read_hive(io.BytesIO(bytes(data)))
    assert time.process_time() - before < 2


@pytest.mark.parametrize("levels", [32, 33])
def test_keys_that_are_too_deep_are_an_error(levels: int) -> None:
    data = hive({"Microsoft": [], "\\".join([GPO, *(f"k{level:02d}" for level in range(levels))]): []})
    if levels == 32:
        assert len(read_hive(io.BytesIO(data)).keys.keys) == 1 + levels
        return
    with pytest.raises(DumpError, match="its keys are too deep"):
        read_hive(io.BytesIO(data))


def test_a_key_with_two_values_of_one_name_is_an_error() -> None:
    values = [("EnableFirewall", "REG_DWORD", "0x1"), ("EnableFirewalx", "REG_DWORD", "0x0")]
    data = hive({"Microsoft": [], rf"{GPO}\DomainProfile": values})
    assert read_hive(io.BytesIO(data)).keys.keys
    with pytest.raises(DumpError, match="'DomainProfile' has a value twice"):
        read_hive(io.BytesIO(data.replace(b"EnableFirewalx", b"ENABLEFIREWALL")))


def test_services_that_share_a_list_of_values_are_an_error() -> None:
    data = bytearray(system())
    first, second = (cell_of(data, name) for name in ("MpsSvc", "RTCMEDSRV"))
    data[second + 36 : second + 44] = data[first + 36 : first + 44]
    with pytest.raises(DumpError, match="in it twice"):
        read_hive(io.BytesIO(bytes(data)))


def test_names_of_a_service_s_values_count_whatever_their_case(tmp_path: Path) -> None:
    keys = {"Select": [("Current", "REG_DWORD", "0x1")], rf"ControlSet001\{POLICY}": [],
            r"ControlSet001\Services\MpsSvc": [("START", "REG_DWORD", "0x4")]}  # fmt: skip
    found = read_dump_files(written(tmp_path, SYSTEM=hive(keys)))
    assert (found.snapshot.service.running, found.snapshot.service.start) == (False, 4)


TWO = {
    "Microsoft\\Windows": [],
    rf"{GPO}\FirewallRules": [("a", "REG_SZ", RULE), ("b", "REG_SZ", OTHER)],
    r"Policies\Microsoft\Alpha": [],
    r"Policies\Microsoft\Windows": [],
}
"""Of a SOFTWARE hive with two rules of Group Policy."""


@pytest.mark.parametrize("lists", [b"lf", b"lh", b"li", b"ri"])
def test_each_kind_of_list_is_read(lists: bytes) -> None:
    others: dict[str, Any] = {key: [] for key in ("Größe\\Ä", "Straße", "ÿ", "µ", "A", "ab", "Łódź")}
    found = read_hive(io.BytesIO(hive({**TWO, **others}, lists=lists)))
    assert len(found.keys.values(rf"HKEY_LOCAL_MACHINE\SOFTWARE\{GPO}\FirewallRules")) == 2


def test_a_name_whose_first_characters_are_not_in_the_list_is_one_that_has_none_there() -> None:
    data = bytearray(hive(TWO, lists=b"lf"))
    assert data.count(b"Poli") == 2  # in the list, and in the key
    data[(at := data.rindex(b"Poli")) : at + 4] = b"\0" * 4
    with pytest.raises(DumpError, match="a key is called Policies, and its list has another name"):
        read_hive(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("lists", [b"lf", b"lh", b"ri"])
def test_a_flipped_bit_in_the_name_of_a_key_takes_no_rule_away(lists: bytes) -> None:
    """One bit, and there would be no Group Policy: what it blocks would be open."""
    data = hive(TWO, lists=lists)
    rules = fold_key(rf"HKEY_LOCAL_MACHINE\SOFTWARE\{GPO}\FirewallRules")
    lost, refused = [], 0
    for name in (b"WindowsFirewall", b"FirewallRules", b"Policies", b"Microsoft"):
        start = -1
        while (start := data.find(name, start + 1)) >= 0:
            # Flags, the length of the name (its second octet makes it longer than the cell), and the name.
            places = [start - 74, start - 73, start - 4, start - 3, *range(start, start + len(name))]
            for at, bit in ((at, bit) for at in places for bit in range(8)):
                flipped = bytearray(data)
                flipped[at] ^= 1 << bit
                try:
                    found = read_hive(io.BytesIO(bytes(flipped))).keys.keys
                except DumpError:
                    refused += 1
                    continue
                if len(found.get(rules, ())) != 2:
                    lost.append((name, at - start, bit))
    assert refused > 300
    assert lost == []


def test_a_rule_that_is_no_text_is_damage() -> None:
    data = hive({"Microsoft": [], rf"{GPO}\FirewallRules": [("a", "REG_SZ", RULE), ("b", "REG_BINARY", "0011")]})
    with pytest.raises(DumpError, match="FirewallRules has a value that is no text"):
        read_hive(io.BytesIO(data))
