# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the other tests may run playbooks in forks of a process that has its imports done."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from playbooks.runs import BIN, LONG, NEWEST_ONLY, Runner, environment
from playbooks.warm import Warm

_LONG = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.pause: {seconds: 60}
"""
_SHORT = _LONG.replace("60", "0")


@NEWEST_ONLY
def test_a_fork_says_what_the_program_says(runner: Runner) -> None:
    """Settings of its own, whatever they are, make a run one of the program."""
    arguments = ("site", "--check", "--diff", "--limit", "dir01*,med01*")
    forked = runner.play(*arguments)
    program = runner.play(*arguments, LYNCOPS_SETTING_OF_NOBODY="1")
    assert program.code == forked.code == 0
    assert "PLAY RECAP" in program.output
    assert sorted(program.output.splitlines()) == sorted(forked.output.splitlines())  # hosts finish in any order


def test_a_fork_knows_nothing_of_the_inventory_of_another(runner: Runner) -> None:
    variables = {"lync_firewall_scope": "topology"}
    limit = ("--check", "--limit", "med01*")

    def gateway(known: dict[str, Any]) -> None:
        def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
            everything["children"]["lync_gateway"] = {"hosts": {"gw1.contoso.test": known}}

        runner.change_inventory(change)

    gateway({"lync_firewall_addresses": ["127.0.0.9"]})
    assert runner.play("site", *limit, variables=variables).code == 0
    gateway({})
    run = runner.play("site", *limit, variables=variables)
    assert run.code == 2, run.output
    assert "nothing says which address gw1.contoso.test has" in " ".join(run.output.split())


@LONG
def test_a_run_that_hangs_is_ended_and_the_next_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "long.yml").write_text(_LONG)
    (tmp_path / "short.yml").write_text(_SHORT)
    with Warm(BIN / "python", environment()) as warm:
        with pytest.raises(subprocess.TimeoutExpired):
            warm.run([str(BIN / "ansible-playbook"), "long.yml"], tmp_path, environment(), 8)
        code, output = warm.run([str(BIN / "ansible-playbook"), "short.yml"], tmp_path, environment(), 300)
    assert code == 0, output
    assert "localhost" in output


def test_only_runs_with_the_same_settings_are_forks() -> None:
    warm = Warm(BIN / "python", environment())
    assert warm.can_run(environment(UNRELATED="1"))
    assert not warm.can_run(environment(ANSIBLE_CALLBACKS_ENABLED="lyncops.firewall.fleet"))
    assert not warm.can_run({name: value for name, value in environment().items() if name != "ANSIBLE_CONFIG"})
