# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that writes files on the controller: idempotent, with check mode and diff, and no file is mixed up."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_files
from ansible_collections.lyncops.firewall.plugins.plugin_utils._left_over import INDEX


def write(
    folder: Path,
    *files: tuple[str, str] | dict[str, Any],
    check: bool = False,
    diff: bool = False,
    known: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Run the action; a connection that can do nothing is all it has."""
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="nowhere"))
    given = [file if isinstance(file, dict) else {"name": file[0], "content": file[1]} for file in files]
    arguments = {"dest": str(folder), "files": given, **options}
    task = SimpleNamespace(
        args=arguments, check_mode=check, diff=diff, async_val=0, no_log=False, _ansible_internal_redirect_list=[]
    )
    action = lync_firewall_files.ActionModule(
        task=task, connection=connection, play_context=None, loader=DataLoader(), templar=None, shared_loader_obj=None
    )
    return action.run(task_vars=known or {})


def test_files_are_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    first = write(folder, ("a.netsh", "one\r\n"), ("b.csv", "ü"))
    assert (first["changed"], first["files"]) == (True, [str(folder / "a.netsh"), str(folder / "b.csv")])
    assert (folder / "a.netsh").read_bytes() == b"one\r\n"
    assert (folder / "b.csv").read_text("utf-8") == "ü"
    assert write(folder, ("a.netsh", "one\r\n"), ("b.csv", "ü"))["changed"] is False
    assert write(folder, ("a.netsh", "two"))["changed"] is True
    assert sorted(path.name for path in folder.iterdir()) == ["a.netsh", "b.csv"]


def test_folders_below_and_lines_of_several_that_are_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        {"folder": "one", "name": "a.txt", "content": "x"},
        {"folder": "two", "name": "a.txt", "content": "y"},
        *({"folder": "two", "name": "hosts.txt", "content": f"{host}\n", "unite": True} for host in ("b", "a", "b")),
    ]
    done = write(tmp_path, *files)
    assert done["files"] == [str(tmp_path / name) for name in ("one/a.txt", "two/a.txt", "two/hosts.txt")]
    assert [(tmp_path / name).read_text() for name in ("one/a.txt", "two/a.txt", "two/hosts.txt")] == [
        "x",
        "y",
        "a\nb\n",
    ]
    assert f"{tmp_path}: 3 of 3 files written" in capsys.readouterr().out
    assert write(tmp_path, *files)["changed"] is False
    for folder in ("..", "a/b", ".git"):
        assert write(tmp_path, {**files[0], "folder": folder})["msg"].startswith("files:")


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    former = os.umask(0o027)
    try:
        write(tmp_path / "new", ("a.csv", "x"))
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "new" / "a.csv").stat().st_mode) == 0o640


def test_check_mode_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    checked = write(tmp_path / "new", ("a.csv", "x"), check=True, diff=True)
    assert checked["changed"] is True
    assert not (tmp_path / "new").exists()
    done = write(tmp_path / "new", ("a.csv", "x"), diff=True)
    assert {key: done[key] for key in ("changed", "files", "diff")} == {
        key: checked[key] for key in ("changed", "files", "diff")
    }
    assert done["diff"] == [
        {"before_header": done["files"][0], "after_header": done["files"][0], "before": "", "after": "x"}
    ]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "a/b.csv", "", ".", "..", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    result = write(tmp_path / "new", ("good.csv", "x"), (name, "x"))
    assert result["failed"] is True
    assert result["msg"].startswith("files:")
    assert not (tmp_path / "new").exists()


def test_one_name_with_two_contents_is_refused(tmp_path: Path) -> None:
    result = write(tmp_path, ("a.csv", "x"), ("a.csv", "y"))
    assert (result["failed"], "twice" in result["msg"]) == (True, True)
    assert write(tmp_path, ("a.csv", "x"), ("a.csv", "x"))["changed"] is True


def test_a_folder_that_is_a_file_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    result = write(tmp_path / "file", ("a.csv", "x"))
    assert result["failed"] is True
    assert result["msg"].startswith("dest:")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_is_replaced_and_what_it_points_to_neither_changed_nor_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    secret.chmod(0o600)
    folder = tmp_path / "new"
    folder.mkdir()
    for content in ("x", "password"):
        (folder / "a.csv").unlink(missing_ok=True)
        (folder / "a.csv").symlink_to(secret)
        done = write(folder, ("a.csv", content), diff=True)
        assert done["changed"] is True
        assert done["diff"][0]["before"] == ""
        assert not (folder / "a.csv").is_symlink()
        assert (folder / "a.csv").read_text() == content
    assert secret.read_text() == "password"
    assert secret.stat().st_mode & 0o777 == 0o600


def for_policy(folder: str, owner: str = "contoso.test\\\\Lync") -> list[dict[str, Any]]:
    ends = ("add.netsh", "remove.netsh", "hosts.txt")
    return [{"folder": folder, "name": f"x-{end}", "content": "x", "owner": owner} for end in ends]


EVERYBODY = {"ansible_play_hosts_all": ["a", "b"], "ansible_play_hosts": ["a", "b"]}


def test_folders_of_no_policy_now_are_named_and_stay(tmp_path: Path) -> None:
    assert write(tmp_path, *for_policy("old"), known=EVERYBODY)["left_over"] == []
    (tmp_path / "of somebody else").mkdir()
    assert not (tmp_path / INDEX).exists()
    checked = write(tmp_path, *for_policy("new"), known=EVERYBODY, check=True)
    assert checked["left_over"] == ["old"]
    assert not (tmp_path / INDEX).exists()
    found = write(tmp_path, *for_policy("new"), known=EVERYBODY)
    assert found["left_over"] == ["old"]
    (warning,) = found["warnings"]
    assert "of an earlier run, and of no policy now: old. If a policy has their rules still" in warning
    assert (tmp_path / INDEX).read_text().rstrip().endswith("\nold")
    assert (tmp_path / "old" / "x-add.netsh").exists()
    again = write(tmp_path, *for_policy("new"), known=EVERYBODY)
    assert (again["changed"], len(again["warnings"])) == (False, 1)
    both = write(tmp_path, *for_policy("new"), *for_policy("old", "contoso.test\\\\Other"), known=EVERYBODY)
    assert (both["left_over"], "warnings" in both) == ([], False)
    assert (tmp_path / INDEX).read_text().rstrip().endswith("There is none.")


@pytest.mark.parametrize("known", [{}, {**EVERYBODY, "ansible_limit": "a"}, {**EVERYBODY, "ansible_play_hosts": ["a"]}])
def test_folders_of_hosts_that_the_run_is_not_for_are_not_called_old(tmp_path: Path, known: dict[str, Any]) -> None:
    write(tmp_path, *for_policy("old"), known=EVERYBODY)
    found = write(tmp_path, *for_policy("new"), known=known)
    assert (found["left_over"], "warnings" in found) == ([], False)


def test_notes_are_warnings(tmp_path: Path) -> None:
    found = write(tmp_path, ("a", "x"), notes=["it has no effect"])
    assert (found["notes"], found["warnings"]) == (["it has no effect"], ["it has no effect"])
