# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of files that stand for hosts: which is whose, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._dumps import (
    check_computers,
    files_of,
    folder_of,
    of_nobody,
    told,
)

HOSTS = ("fe01.contoso.test", "fe02.contoso.test", "10.0.0.7", "fe01.fabrikam.test")


def folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def found(where: Path, name: str = "fe02.contoso.test", address: object = "10.1.0.2") -> list[str]:
    return [str(Path(path).relative_to(where)) for path in files_of(where, name, address, HOSTS)]


@pytest.mark.parametrize(
    "name",
    ["fe02.reg", "FE02.TXT", "Fe02.Contoso.Test.reg", "fe02.contoso.test.SYSTEM", "10.1.0.2.reg", "fe02/SYSTEM"],
)
def test_a_file_is_the_host_s_by_any_of_its_names_whatever_the_case(tmp_path: Path, name: str) -> None:
    assert found(folder(tmp_path, name, "fe03.reg", "fe.reg")) == [name]


def test_an_address_with_a_name_counts_by_its_short_name_too(tmp_path: Path) -> None:
    assert found(folder(tmp_path, "lyncfe.reg"), "fe02.contoso.test", "lyncfe.corp.test") == ["lyncfe.reg"]


def test_the_numbers_of_an_address_are_no_short_name(tmp_path: Path) -> None:
    assert found(folder(tmp_path, "10.reg"), "10.0.0.7", None) == []
    assert found(folder(tmp_path, "10.0.0.7.reg"), "10.0.0.7", None) == ["10.0.0.7.reg"]


def test_an_address_of_version_6_counts_as_it_is_written_short(tmp_path: Path) -> None:
    """A file's name has no colon on Windows; elsewhere it may."""
    assert found(folder(tmp_path, "2001:db8::7.reg"), "fe02.contoso.test", "2001:DB8:0::7") == ["2001:db8::7.reg"]


def test_what_no_program_writes_of_a_host_stands_for_none_and_is_in_nobody_s_way(tmp_path: Path) -> None:
    """A cache of facts, say, beside the host's own file."""
    assert found(folder(tmp_path, "fe02.json", "fe02.reg")) == ["fe02.reg"]
    assert of_nobody(tmp_path, [("fe02", None)]) == ["fe02.json"]


def test_a_text_and_hives_add_up(tmp_path: Path) -> None:
    names = ["fe02.SOFTWARE", "fe02.system", "fe02.txt"]
    assert found(folder(tmp_path, *names)) == names


def test_a_folder_of_the_host_has_texts_and_hives_and_their_logs_do_not_count(tmp_path: Path) -> None:
    names = ("fe02/SYSTEM", "fe02/SYSTEM.LOG1", "fe02/software", "fe02/a.reg", "fe02/b.txt", "fe02/.hidden.reg")
    assert found(folder(tmp_path, *names)) == ["fe02/SYSTEM", "fe02/a.reg", "fe02/b.txt", "fe02/software"]
    with pytest.raises(OptionError, match="has no file that can stand for a host"):
        files_of(folder(tmp_path, "fe09/notes.md"), "fe09", None, HOSTS)


@pytest.mark.parametrize(
    ("first", "second"),
    [("fe02.reg", "fe02.txt"), ("fe02.contoso.test.SYSTEM", "fe02.SYSTEM"), ("fe02/SYSTEM", "fe02.SOFTWARE")],
)
def test_two_of_a_kind_are_an_error_that_names_both(tmp_path: Path, first: str, second: str) -> None:
    with pytest.raises(OptionError) as error:
        found(folder(tmp_path, first, second))
    for name in (first, second):
        assert str(tmp_path / name.partition("/")[0]) in str(error.value)


def test_a_short_name_of_two_hosts_is_an_error_that_names_both(tmp_path: Path) -> None:
    folder(tmp_path, "fe01.reg")
    with pytest.raises(OptionError, match=r"fe01\.reg may stand for fe01\.contoso\.test and for fe01\.fabrikam\.test"):
        files_of(tmp_path, "fe01.contoso.test", None, HOSTS)


def test_a_file_is_that_of_the_host_that_is_called_so_in_full(tmp_path: Path) -> None:
    folder(tmp_path, "fe01.reg")
    assert files_of(tmp_path, "fe01.contoso.test", None, ("fe01", "fe01.contoso.test")) == []
    assert files_of(tmp_path, "fe01", None, ("fe01", "fe01.contoso.test")) == [str(tmp_path / "fe01.reg")]


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "dumps", tmp_path / "secret.reg"
    folder(inside, "kept.reg")
    outside.write_bytes(b"")
    (inside / "fe02.reg").symlink_to(outside)
    (inside / "fe03.reg").symlink_to(inside / "kept.reg")
    (inside / "fe04").symlink_to(tmp_path)
    (inside / "fe05.reg").symlink_to(inside / "fe05.reg")
    for name in ("fe02", "fe04", "fe05"):
        with pytest.raises(OptionError, match=r"leads out of the folder|cannot be followed|is not there") as error:
            files_of(inside, name, None, HOSTS)
        assert name in str(error.value)
    assert files_of(inside, "fe03", None, HOSTS) == [str(inside / "fe03.reg")]


def test_what_stands_for_nobody(tmp_path: Path) -> None:
    folder(tmp_path, "fe02.reg", "old.reg", "notes.md", "fe01.contoso.test/a.reg", "gone/SYSTEM", ".DS_Store")
    nobody = of_nobody(tmp_path, [(name, None) for name in HOSTS])
    assert nobody == ["gone", "notes.md", "old.reg"]
    assert told(nobody) == (
        "lync_firewall_dumps: gone, notes.md, old.reg stand for no host of the inventory. A file's name must end in "
        ".txt, .reg, .SYSTEM or .SOFTWARE"
    )
    assert told(["a.reg"]) == "lync_firewall_dumps: a.reg stands for no host of the inventory"
    assert told(list("abcde")).startswith("lync_firewall_dumps: a, b, c and 2 more stand")


@pytest.mark.parametrize("value", ["nowhere", 7, "a\0b", "~nobody-at-all/x"])
def test_what_is_no_folder_is_an_error(value: object) -> None:
    with pytest.raises(OptionError, match="dumps"):
        folder_of(value)


@pytest.mark.parametrize(
    ("host", "computers"),
    [
        (("fe02.contoso.test", None), ("FE02",)),
        (("fe02.contoso.test", None), ()),
        (("frontend-b", "fe02.contoso.test"), ("FE02", "fe02")),
        (("a-name-of-more-than-15-characters.contoso.test", None), ("A-NAME-OF-MORE-",)),
        (("10.0.0.7", None), ("MED01",)),  # the inventory does not say how the computer is called
    ],
)
def test_a_computer_s_own_name_is_the_host_s(host: tuple[str, object], computers: tuple[str, ...]) -> None:
    check_computers(["x/fe02.txt"], computers, host, HOSTS)


@pytest.mark.parametrize(
    ("host", "computers"),
    [
        (("fe02.contoso.test", "10.1.0.2"), ("FE01",)),
        (("fe02.contoso.test", None), ("FE02", "FE03")),  # a text of one and a hive of another
        (("10.0.0.7", None), ("FE01",)),  # that of another host of the inventory
    ],
)
def test_another_computer_s_file_is_an_error_that_names_both(
    host: tuple[str, object], computers: tuple[str, ...]
) -> None:
    with pytest.raises(
        OptionError, match=r"x/fe02\.txt: it was written by the computer FE0[13].*ansible_host"
    ) as error:
        check_computers(["x/fe02.txt"], computers, host, HOSTS)
    assert host[0] in str(error.value)
    # What is connected to stays: the inventory is that of live runs too.
    assert f"with ansible_host: {host[1] or host[0]}, so that it is connected to as before" in str(error.value)


def test_a_file_in_place_of_the_folder_is_told_from_none(tmp_path: Path) -> None:
    file = tmp_path / "FE01.txt"
    file.write_text("")
    with pytest.raises(OptionError, match=r"FE01\.txt is a file, and no folder; name the one with the files"):
        folder_of(str(file))
    with pytest.raises(OptionError, match=r"there is no folder .*no; name the one with the files"):
        folder_of(str(tmp_path / "no"))
    with pytest.raises(OptionError, match="there is no folder"):
        folder_of("x\0")
