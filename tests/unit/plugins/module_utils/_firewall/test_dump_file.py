# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file in place of a host: three formats give the host that was read, and what is missing is said."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state import dump_file
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import (
    DumpFileError,
    read_dump_bytes,
    read_dump_files,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import read_command
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import parse_answer
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    ServiceState,
    Snapshot,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.reg_writer import (
    HEADER,
    as_exported,
    from_query,
    reg_file,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.test_unended import WINRM, host
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    GROUP_POLICY,
    POLICY,
    WindowsModel,
)

MARKER = "a1b2c3d4"
MINIMAL = f"\r\n{POLICY}\r\n    PolicyVersion    REG_DWORD    0x216\r\n\r\n"


def queried(model: WindowsModel) -> str:
    """What ``reg query KEY /s`` prints of every key that matters, put together."""
    keys = (
        POLICY,
        GROUP_POLICY,
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MpsSvc",
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\BFE",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener",
        POLICY,
    )
    texts = [model.run(f'echo @m-begin&(reg query "{key}" /s <nul&&echo @m-ok||echo @m-no)') for key in keys[:-1]]
    return "".join(text.split("@m-begin\r\n")[1].split("@m-")[0] for text in texts)


def live(model: WindowsModel) -> Snapshot:
    return parse_answer(model.run(read_command(MARKER)), MARKER, ask=model.run)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_three_formats_give_the_host_that_is_read(encoding: str) -> None:
    model = host({})
    text = queried(model)
    exported = reg_file(from_query(text))
    answer = "Welcome\r\n" + model.run(read_command(MARKER, owner=True))
    for content in (text, exported, answer):
        saved = read_dump_bytes(content.encode(encoding))
        assert saved.snapshot == live(model)
        assert [rule.raw for rule in saved.snapshot.rules] == [rule.raw for rule in live(model).rules]
    assert read_dump_bytes(as_exported(exported)).snapshot == live(model)


def test_keys_of_several_saved_queries_are_merged_and_a_value_twice_is_refused() -> None:
    text = queried(host({}))
    more = f"{POLICY}\\FirewallRules\r\n    {{New}}    REG_SZ    {WINRM}|\r\n"
    assert len(read_dump_bytes((text + more).encode()).snapshot.rules) == 3
    with pytest.raises(DumpFileError, match=r"line \d+: the value .* is there twice"):
        read_dump_bytes((text + more + more).encode())


def test_only_the_local_policy_must_be_there_and_the_rest_is_said() -> None:
    saved = read_dump_bytes(MINIMAL.encode())
    snapshot = saved.snapshot
    assert (snapshot.service, snapshot.rules, snapshot.listeners) == (ServiceState(4, 2), (), ())
    assert [state.enabled for state in snapshot.profiles] == [True, True, True]
    told = "\n".join(saved.assumptions)
    for part in ("MpsSvc", "BFE", "WinRM", "local rule", "domain profile", "private profile", "public profile",
                 "Group Policy", "MDM", "network", "rights", "firewall product", "programs"):  # fmt: skip
        assert told.count(part) == 1, part
    assert len(saved.assumptions) == 13
    whole = read_dump_bytes(queried(host({})).encode()).assumptions
    assert len(whole) == 6
    assert not any("Group Policy" in text or "profile has" in text for text in whole)


@pytest.mark.parametrize(("start", "state"), [(2, 4), (3, 1), (4, 1)])
def test_the_service_runs_if_it_starts_automatically(start: int, state: int) -> None:
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MpsSvc"
    saved = read_dump_bytes(f"{MINIMAL}{key}\r\n    Start    REG_DWORD    0x{start}\r\n".encode())
    assert saved.snapshot.service == ServiceState(state, start)
    assert sum("MpsSvc" in text for text in saved.assumptions) == 1


def test_the_service_does_not_run_without_the_filtering_engine() -> None:
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
    text = f"{MINIMAL}{key}\\MpsSvc\r\n    Start    REG_DWORD    0x2\r\n\r\n{key}\\BFE\r\n    Start    REG_DWORD    "
    for start, state in ((2, 4), (3, 4), (4, 1)):
        saved = read_dump_bytes(f"{text}0x{start}\r\n".encode())
        assert saved.snapshot.service == ServiceState(state, 2)
        assert sum("(BFE), which it needs, is disabled" in text for text in saved.assumptions) == (state == 1)


def test_a_file_that_may_not_be_read_is_named_with_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    (tmp_path / "fe01").touch()
    with pytest.raises(DumpFileError, match="fe01: it cannot be read: Permission denied"):
        read_dump_files([str(tmp_path / "fe01")])


def test_saved_output_of_the_read_command_says_more() -> None:
    model = host({})
    model.state, model.start, model.firewall_product = 1, 2, "Other"
    saved = read_dump_bytes(model.run(read_command(MARKER, owner=True)).encode())
    assert saved.snapshot.service == ServiceState(1, 2)
    assert saved.snapshot.other_firewall == "Other"
    assert not any("MpsSvc" in text or "product" in text for text in saved.assumptions)
    text = model.run(read_command(MARKER))
    for end in range(text.index("begin") + 6, len(text) - 1, 7):
        with pytest.raises(DumpFileError):
            read_dump_bytes(text[:end].encode())


def test_an_unended_rule_is_opaque_and_said_in_text_and_only_opaque_in_an_export() -> None:
    model = host({GROUP_POLICY + r"\FirewallRules": {"WINRM-HTTP-In-TCP": WINRM}})
    text = queried(model)
    line = next(number for number, found in enumerate(text.split("\n"), 1) if WINRM in found)
    saved = read_dump_bytes(text.encode())
    assert [rule.rule_id for rule in saved.snapshot.rules if rule.opaque] == ["WINRM-HTTP-In-TCP"]
    assert len(saved.snapshot.rules) == 3
    (told,) = [entry for entry in saved.assumptions if "lacks its end" in entry]
    assert told.startswith(f"line {line}: the rule 'WINRM-HTTP-In-TCP'")
    exported = read_dump_bytes(as_exported(reg_file(from_query(text))))
    assert exported.snapshot == saved.snapshot
    assert not any("lacks its end" in entry for entry in exported.assumptions)


def test_many_unended_rules_are_counted() -> None:
    texts = {f"Rule {number}": WINRM for number in range(9)}
    saved = read_dump_bytes(queried(host({POLICY + r"\FirewallRules": texts})).encode())
    assert sum("lacks its end" in entry for entry in saved.assumptions) == 3
    assert saved.assumptions[-1] == "6 more rules lack their end"


def test_programs_of_services() -> None:
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\RTCSRV"
    text = MINIMAL + f'{key}\r\n    ImagePath    REG_EXPAND_SZ    "C:\\Lync\\RTCSrv.exe" -x\r\n'
    saved = read_dump_bytes(text.encode())
    assert saved.snapshot.programs == (("rtcsrv", r"C:\Lync\RTCSrv.exe"),)
    assert not any("programs" in entry for entry in saved.assumptions)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds nothing of the key"),
        (b"\r\n", "holds nothing of the key"),
        (f"{HEADER}\n\n[HKEY_LOCAL_MACHINE\\x]\n".encode(), "holds nothing of the key"),
        (b"<html>", "line 1: the output ends in the middle"),
        (b"\r\n<html>\r\n", "line 2: neither a key nor a value"),
        (MINIMAL.encode() + b"ERROR: no\r\n", "line 5: neither a key nor a value"),
        (MINIMAL.encode() + b"    x    REG_SZ", "line 5: .*middle of a line"),
        (b"PK\x03\x04\0\0", "is no text"),
        (MINIMAL.encode("utf-16-le"), "is no text"),
        (b"\xff\xfe\x00", "holds nothing|middle of a line"),
    ],
)
def test_a_wrong_file_is_told_apart(content: bytes, message: str) -> None:
    with pytest.raises(DumpFileError, match=message):
        read_dump_bytes(content)


def test_a_broken_part_of_a_saved_answer_names_the_line_of_the_file() -> None:
    text = host({}).run(read_command(MARKER))
    broken = text.replace("    EnableFirewall    REG_DWORD    0x1\r\n", "what\r\n", 1)
    line = next(number for number, found in enumerate(broken.split("\n"), 1) if found.startswith("what"))
    with pytest.raises(DumpFileError, match=f"line {line}: neither"):
        read_dump_bytes(broken.encode())


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    text = queried(host({})).replace("Name=ours", "Name=\xe9").encode("latin-1")
    assert "\ufffd" in {rule.name for rule in read_dump_bytes(text).snapshot.rules}


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes(MINIMAL.encode())
    assert read_dump_files([str(path)]) == read_dump_bytes(MINIMAL.encode())
    for wrong in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DumpFileError, match="is no file"):
            read_dump_files([str(wrong)])
    monkeypatch.setattr(dump_file, "LARGEST", len(MINIMAL) - 1)
    with pytest.raises(DumpFileError, match="larger than"):
        read_dump_files([str(path)])


@pytest.mark.parametrize(
    "body",
    [
        "\n" * 1_000_000,
        f'{HEADER}\n[{POLICY}]\n"a"="' + '\\\\"' * 300_000,
        f"{HEADER}\n" + "[HKEY_LOCAL_MACHINE\\x]\n" * 40_000,
        f'{HEADER}\n[{POLICY}]\n"a"=hex:' + "00,\\\n" * 200_000 + "x",
        f"{HEADER}\n" + ";" * 1_000_000 + "\n;" * 200_000,
        f"@a-begin\n{MINIMAL}" + "@a-token-no" * 100_000,
    ],
)
def test_a_megabyte_of_hostile_file_is_read_in_time(body: str) -> None:
    before = time.process_time()
    with pytest.raises(DumpFileError):
        read_dump_bytes(body.encode())
    assert time.process_time() - before < 5


def test_a_file_is_the_same_host_whatever_it_was_saved_as() -> None:
    model = host({})
    model.state, model.start = 4, 2
    saved = read_dump_bytes(model.run(read_command(MARKER)).encode()).snapshot
    assert saved == replace(live(model), rollback_pending=False)


SYSTEM = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet"
SERVICES = f"\r\n{SYSTEM}\\Services\\MpsSvc\r\n    Start    REG_DWORD    0x2\r\n\r\n"
ABOVE = GROUP_POLICY.rpartition("\\")[0]
NO_POLICY = "nothing is set by Group Policy: its key is not in the file"
EXPORTED = reg_file({POLICY: [("PolicyVersion", "REG_DWORD", "0x216")]})


STARTS = {rf"{SYSTEM}\Services\MpsSvc": [("Start", "REG_DWORD", "0x2")]}


def documented(folder: Path, **texts: str) -> dump_file.SavedHost:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return read_dump_files([str(folder / name) for name in texts], documented=True)


def test_each_text_of_a_host_must_have_its_end(tmp_path: Path) -> None:
    """One that was cut off is not made whole by another that has the services."""
    assert documented(tmp_path, a=MINIMAL + SERVICES).lacking == ("Group Policy", "the computer's name")
    assert documented(tmp_path, a=MINIMAL + SERVICES, b=SERVICES).snapshot
    services = reg_file({rf"{SYSTEM}\Services\MpsSvc": [("Start", "REG_DWORD", "0x2")]})
    for wrong in ({"a": MINIMAL, "b": SERVICES}, {"a": MINIMAL, "b": services}, {"a": SERVICES + MINIMAL}):
        with pytest.raises(DumpFileError, match=r"a: it ends before the start of MpsSvc"):
            documented(tmp_path, **wrong)


def test_an_export_that_does_not_end_in_an_empty_line_was_cut_off(tmp_path: Path) -> None:
    assert documented(tmp_path, a=EXPORTED).lacking == ("Group Policy", "MpsSvc", "the computer's name")
    assert documented(tmp_path, a=EXPORTED + EXPORTED.replace("PolicyVersion", "Other")).snapshot
    with pytest.raises(DumpFileError, match="a: it does not end in an empty line"):
        documented(tmp_path, a=EXPORTED.removesuffix("\r\n"))
    assert read_dump_bytes(EXPORTED.rstrip().encode() + b"\r\n").snapshot, "a file of one's own"


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_export_of_those_that_were_put_together_must_have_its_end(tmp_path: Path, number: int, mark: str) -> None:
    """The documented commands put six together with copy /b: one that was cut off is not made whole by the next."""
    rules = [("a", "REG_SZ", f"{WINRM}|"), ("b", "REG_SZ", f"{WINRM}|")]
    version = [("PolicyVersion", "REG_DWORD", "0x216")]
    parts = [
        reg_file({POLICY: version}),
        reg_file({ABOVE: [], rf"{GROUP_POLICY}\FirewallRules": rules}),
        reg_file(STARTS),
    ]
    assert documented(tmp_path, a=mark + mark.join(parts)).snapshot.rules
    parts[number - 1] = parts[number - 1].removesuffix("\r\n")
    with pytest.raises(DumpFileError, match=rf"a: export {number} of the 3 in it does not end in an empty line"):
        documented(tmp_path, a=mark + mark.join(parts))


def test_without_the_computer_s_name_it_is_said_that_only_the_file_s_name_tells_whose_it_is(tmp_path: Path) -> None:
    named = rf"{SYSTEM}\Control\ComputerName\ActiveComputerName"
    saved = documented(tmp_path, a=MINIMAL + SERVICES)
    assert any("the computer's name is not in it" in text for text in saved.assumptions)
    saved = documented(tmp_path, a=f"{MINIMAL}{SERVICES}\r\n{named}\r\n    ComputerName    REG_SZ    FE01\r\n")
    assert saved.lacking == ("Group Policy",)
    assert not any("the computer's name" in text for text in saved.assumptions)
    assert "the computer's name" not in read_dump_bytes(MINIMAL.encode()).lacking, "whose it is, who names it knows"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EXPORTED + "[HKEY_LOCAL_", "neither a key nor a value"),
        (EXPORTED + '"a"="b', "is none that reg export writes"),
        (MINIMAL + "    Start    REG_DW", "the output ends in the middle of a line"),
        ("", "holds nothing of the key"),
    ],
)
def test_wherever_a_file_was_cut_the_remedy_is_said(text: str, told: str) -> None:
    with pytest.raises(DumpFileError, match=told) as caught:
        read_dump_bytes(text.encode())
    assert str(caught.value).endswith(". If it was cut off or changed on its way, make it again")


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        (MINIMAL + SERVICES, ("Group Policy",)),
        (MINIMAL, ("Group Policy", "MpsSvc")),
        (f"{MINIMAL}\r\n{ABOVE}\\SystemCertificates\r\n{SERVICES}", ()),
        (f"{MINIMAL}\r\n{ABOVE}\\Windows\\WinRM\r\n{SERVICES}", ("Group Policy",)),
        (f"{MINIMAL}\r\n{ABOVE}\\SystemCertificates\r\n{GROUP_POLICY}\r\n{SERVICES}", ("Group Policy",)),
        (f"{MINIMAL}\r\n{GROUP_POLICY}\\FirewallRules\r\n    a    REG_SZ    {WINRM}|\r\n{SERVICES}", ()),
        # reg query without /s: names of keys, and nothing in them.
        (
            f"{MINIMAL}\r\n{GROUP_POLICY}\\DomainProfile\r\n{GROUP_POLICY}\\FirewallRules\r\n{SERVICES}",
            ("Group Policy",),
        ),
        # So it is where the key itself has a value, as Group Policy writes one: the list shows that one alone.
        (
            f"{MINIMAL}\r\n{GROUP_POLICY}\r\n    PolicyVersion    REG_DWORD    0x21f\r\n\r\n"
            f"{GROUP_POLICY}\\DomainProfile\r\n{GROUP_POLICY}\\FirewallRules\r\n{SERVICES}",
            ("Group Policy",),
        ),
        # An export that was cut off behind that key.
        (reg_file({POLICY: [], GROUP_POLICY: [("PolicyVersion", "REG_DWORD", "0x21f")], **STARTS}), ("Group Policy",)),
        (reg_file({POLICY: [], ABOVE: [], rf"{ABOVE}\SystemCertificates": [], **STARTS}), ()),
        (reg_file({POLICY: [], ABOVE: [], **STARTS}), ("Group Policy",)),  # cut off behind its first key
        (reg_file({POLICY: [], rf"{ABOVE}\Windows": []}), ("Group Policy", "MpsSvc")),
        (reg_file({POLICY: [], GROUP_POLICY: []}), ("Group Policy", "MpsSvc")),
    ],
)
def test_that_there_is_no_group_policy_is_proven_by_the_key_above_it(text: str, lacking: tuple[str, ...]) -> None:
    saved = read_dump_bytes(text.encode())
    assert saved.lacking == lacking
    assert (NO_POLICY in saved.assumptions) == ("Group Policy" in lacking)


@pytest.mark.parametrize("there", [0, 1, 2, 3])
def test_an_export_that_was_cut_off_between_the_local_profiles_lacks_some(there: int) -> None:
    profiles = ("DomainProfile", "PublicProfile", "StandardProfile")[:there]
    keys = {rf"{POLICY}\{name}": [("EnableFirewall", "REG_DWORD", "0x1")] for name in profiles}
    saved = read_dump_bytes(reg_file({POLICY: [], **keys, ABOVE: [], rf"{ABOVE}\System": [], **STARTS}).encode())
    assert saved.lacking == (("all local profiles",) if there in (1, 2) else ())


def test_the_computer_s_name_is_the_one_in_use_and_the_next_one() -> None:
    named = rf"{SYSTEM}\Control\ComputerName"
    text = f"{MINIMAL}\r\n{named}\\ActiveComputerName\r\n    ComputerName    REG_SZ    FE01\r\n"
    assert read_dump_bytes(text.encode()).computers == ("FE01",)
    text += f"{named}\\ComputerName\r\n    ComputerName    REG_SZ    FE02\r\n"
    assert read_dump_bytes(text.encode()).computers == ("FE01", "FE02")
    assert read_dump_bytes(MINIMAL.encode()).computers == ()
