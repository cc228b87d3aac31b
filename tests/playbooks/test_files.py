# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""matrix.yml and gpo.yml connect to nobody and need no root, whatever they are given."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from playbooks.runs import Runner, newest_only

_GIVEN: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "winrm for all": ((), {"ansible_connection": "winrm"}),
    "become": (("--become",), {}),
    "become by another name": ((), {"ansible_become": True, "ansible_become_method": "ansible.builtin.sudo"}),
    "become as extra variable": ((), {"ansible_become": True, "ansible_become_user": "nobody-here"}),
    "both": (("--become",), {"ansible_connection": "winrm", "ansible_port": 9}),
    "an account that is not known": ((), {"ansible_connection": "winrm", "ansible_become_method": "runas"}),
}


def _files(runner: Runner, name: str) -> dict[str, Path]:
    folder = runner.folder / f"lync_firewall_{name}"
    return {path.name: path for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else {}


@pytest.fixture
def without_sudo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever calls sudo fails."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "sudo").write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    (bin_folder / "sudo").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")


# Both playbooks say the same of connection and become.
@pytest.mark.parametrize("case", _GIVEN)
@pytest.mark.parametrize("name", ["matrix", newest_only("gpo")])
@pytest.mark.sample("gpo-both", "matrix-winrm", "gpo-become by another", "matrix-an account")
def test_nothing_is_connected_to(runner: Runner, without_sudo: None, name: str, case: str) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"]["ansible_password"] = "{{ of_nobody }}"

    runner.change_inventory(change)
    flags, variables = _GIVEN[case]
    run = runner.play(name, *flags, variables={**variables, "lync_firewall_gpo": "contoso.test\\Lync"})
    assert run.code == 0, run.output
    assert len(_files(runner, name)) >= 2


@pytest.mark.parametrize("name", ["matrix", newest_only("gpo")])
@pytest.mark.sample("gpo")
def test_check_mode_shows_and_writes_nothing(runner: Runner, name: str) -> None:
    variables = {"lync_firewall_gpo": "contoso.test\\Lync"}
    run = runner.play(name, "--check", "--diff", variables=variables)
    assert run.code == 0, run.output
    assert run.changed
    assert "5061" in run.output
    assert not _files(runner, name)
    assert runner.play(name, variables=variables).changed
    assert not runner.play(name, "--check", "--diff", variables=variables).changed
    again = runner.play(name, variables=variables)
    assert not again.changed, "a second run finds what it would write"


@pytest.mark.parametrize("mask", [newest_only(0o022), 0o077])
@pytest.mark.parametrize("name", ["matrix", "gpo"])
@pytest.mark.sample("gpo-63", "matrix-18")
def test_modes_follow_the_umask(runner: Runner, name: str, mask: int) -> None:
    before = os.umask(mask)
    try:
        run = runner.play(name, variables={"lync_firewall_gpo": "contoso.test\\Lync"})
    finally:
        os.umask(before)
    assert run.code == 0, run.output
    files = _files(runner, name)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o666 & ~mask}
    folder = runner.folder / f"lync_firewall_{name}"
    folders = {folder, *(path.parent for path in files.values())}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o777 & ~mask}


def test_each_policy_has_a_folder_with_its_hosts_and_where_is_said(runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for name in ("fe01", "fe02"):
            hosts[f"{name}.contoso.test"]["lync_firewall_roles"] = ["front_end"]

    runner.change_inventory(change)
    run = runner.play("gpo", variables={"lync_firewall_gpo": "contoso.test\\Lync Servers"})
    assert run.code == 0, run.output
    root = runner.folder / "lync_firewall_gpo"
    assert f"{root}: 18 of 18 files written" in run.output
    lists = {path.name: path.read_text().split() for path in root.rglob("*-hosts.txt")}
    assert sorted(lists.values()) == [
        ["dir01.contoso.test"], ["fe01.contoso.test", "fe02.contoso.test"], ["med01.contoso.test"],
    ]  # fmt: skip
    assert all(path.name.startswith("Lync-Servers-") for path in root.iterdir())
    said = " ".join(run.output.split())
    assert "3 folders are for one policy, contoso.test\\Lync Servers" in said
    assert said.count("One policy with all of these rules opens each of them on all of its hosts") == 1
    readme = next(root.rglob("*-README.txt")).read_text()
    assert "names begin alike, Lync-Servers-..., are for the same policy" in readme
    run = runner.play("matrix")
    assert f"{runner.folder / 'lync_firewall_matrix'}: 7 of 7 files written" in run.output


def test_what_is_old_and_what_has_no_effect_is_said_once(runner: Runner) -> None:
    variables = {"lync_firewall_gpo": "contoso.test\\Lync", "lync_firewall_on_wider": "block_others"}
    run = runner.play("gpo", variables=variables)
    assert run.code == 0, run.output
    assert " ".join(run.output.split()).count("block_others has no effect on what is written for a Group Policy") == 1
    settings = {
        "lync_firewall_gpo": "contoso.test\\Servers",
        "lync_firewall_profile_settings": {"domain": {"log_dropped": True}},
        "lync_firewall_builtin_groups": {"enabled": ["Netlogon Service"]},
    }
    run = runner.play("gpo", variables=settings)
    told = " ".join(run.output.split())
    assert told.count("of an earlier run, and of no policy now: Lync-director-") == 1, run.output
    assert "block_others" not in told
    assert (
        told.count("rules alone: lync_firewall_profile_settings, lync_firewall_builtin_groups. Its owner has to") == 1
    )
    assert "Lync-director-" in (runner.folder / "lync_firewall_gpo" / "FOLDERS-OF-NO-POLICY.txt").read_text()


def test_without_a_policy_it_is_told_what_to_give(runner: Runner) -> None:
    run = runner.play("gpo")
    assert run.code == 2
    told = [line for line in run.output.splitlines() if line.startswith("fatal: ")]
    assert len(told) == 1, run.output
    assert "lync_firewall_gpo: name the Group Policy that the rules are for" in told[0]
    assert "It is missing for 4 hosts" in told[0]
    assert not _files(runner, "gpo")


@pytest.mark.parametrize("name", ["matrix", "gpo"])
def test_hosts_of_no_role_are_no_success(runner: Runner, name: str) -> None:
    """An empty table says that nothing is needed."""

    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["strangers"] = {"hosts": {"stranger": {}}}

    runner.change_inventory(change)
    run = runner.play(name, variables={"lync_firewall_hosts": "strangers", "lync_firewall_gpo": "contoso.test\\Lync"})
    assert run.code == 2
    assert "stranger is in none of the groups lync_front_end" in run.output
    assert not _files(runner, name)
