# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as people write them, in plays of their own: what a template costs nobody must change for nobody."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

from playbooks.runs import BIN, NEWEST_ONLY, Runner, environment, newest_only

_SCOPE = "| map(attribute='remote_addresses') | flatten | unique | join(' ')"
_ROLE = "{ansible.builtin.import_role: {name: lyncops.firewall.lync_firewall}}"


def _own(runner: Runner, text: str) -> str:
    path = runner.folder / "play.yml"
    path.write_text(text)
    return str(path)


def test_addresses_that_each_batch_learns_are_those_of_its_rules(runner: Runner) -> None:
    play = _own(
        runner,
        f"""
- hosts: lync_front_end
  gather_facts: false
  serial: 1
  vars: {{lync_firewall_scope: topology, lync_firewall_extra_peers: {{gateway: [10.1.1.1]}}}}
  tasks:
    - ansible.builtin.set_fact:
        lync_firewall_addresses: ["10.77.0.{{{{ 11 + groups.lync_front_end.index(inventory_hostname) }}}}"]
    - {_ROLE}
    - ansible.builtin.debug:
        msg: "server-06 {{{{ lync_firewall_result.created | selectattr('rows', 'contains', 'server-06') {_SCOPE} }}}}"
""",
    )
    run = runner.play(play, "--check")
    assert run.code == 0, run.output
    first, second = re.findall(r"server-06 (.*)\"", run.output)
    assert "10.77.0.11" in first
    assert second == "10.77.0.11 10.77.0.12", "what fe02 was given while fe01 was done"


def test_a_host_without_an_address_is_not_localhost(runner: Runner) -> None:
    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        del hosts["fe02.contoso.test"]["ansible_host"]

    runner.change_inventory(change)
    assert runner.play("matrix").code == 0
    folder = runner.folder / "lync_firewall_matrix"
    assert all("localhost" not in path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("variable", ["lync_firewall_roles", newest_only("lync_firewall_port_overrides")])
def test_a_variable_that_is_undefined_fails_its_host_alone_and_is_named(runner: Runner, variable: str) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["med01.contoso.test"][variable] = "{{ nope }}" if "roles" in variable else {"server-47": "{{ nope }}"}

    runner.change_inventory(change)
    runner.play("audit", "--limit", "med01*,dir01*")
    (told,) = [host for host in runner.report()["hosts"] if host["class"] == "failed"]
    assert told["name"] == "med01.contoso.test"
    assert f"med01.contoso.test: {variable}: " in told["message"]
    assert "'nope' is undefined" in told["message"]


def test_what_a_task_says_itself_counts_in_what_follows_from_it(runner: Runner) -> None:
    play = _own(
        runner,
        f"""
- hosts: dir01*
  gather_facts: false
  tasks:
    - lyncops.firewall.lync_firewall: {{host_variables: true, scope: topology, roles: [front_end]}}
      register: done
    - ansible.builtin.debug:
        msg: "server-06 {{{{ done.created | selectattr('rows', 'contains', 'server-06') {_SCOPE} }}}}"
    - lyncops.firewall.lync_firewall: {{host_variables: true, state: absent}}
      vars: {{group_names: []}}
""",
    )
    run = runner.play(play, "--check")
    assert run.code == 0, run.output
    assert "127." in run.output.partition("server-06 ")[2].partition('"')[0]


def test_what_is_omitted_is_left_to_the_defaults(runner: Runner) -> None:
    rules = [{"name": "Backup", "protocol": "tcp", "localport": "10000", "program": "{{ x | default(omit) }}"}]

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["dir01.contoso.test"]["lync_firewall_profiles"] = "{{ x | default(omit) }}"
        hosts["dir01.contoso.test"]["lync_firewall_extra_rules"] = rules

    runner.change_inventory(change)
    run = runner.play("site", "--check", "--limit", "dir01*")
    assert run.code == 0, run.output
    assert "6 created" in run.output


def test_nothing_is_said_of_a_task_that_logs_nothing(runner: Runner) -> None:
    play = _own(
        runner,
        f"""
- hosts: dir01*
  gather_facts: false
  no_log: true
  tasks:
    - {_ROLE}
    - ansible.builtin.import_role: {{name: lyncops.firewall.lync_firewall, tasks_from: audit}}
""",
    )
    run = runner.play(play, "--check", variables={"lync_firewall_fail_on_drift": False})
    assert run.code == 0, run.output
    assert "managed rule" not in run.output
    assert "lync-firewall.html" not in run.output


def test_the_roles_of_a_host_are_there_for_templates(runner: Runner) -> None:
    play = _own(
        runner,
        f"""
- hosts: fe01*
  gather_facts: false
  tasks:
    - {_ROLE}
    - ansible.builtin.debug: {{msg: "roles {{{{ lync_firewall_roles | join('+') }}}}"}}
""",
    )
    run = runner.play(play, "--check")
    assert run.code == 0, run.output
    assert "roles front_end+central_management" in run.output


@NEWEST_ONLY
@pytest.mark.parametrize(("flags", "fewest", "most"), [((), 10, 60), (("-v",), 300, 100_000)])
@pytest.mark.sample("flags1")
def test_a_command_without_a_playbook_is_brief(runner: Runner, flags: tuple[str, ...], fewest: int, most: int) -> None:
    command = [
        str(BIN / "ansible"), "fe01.contoso.test", "-i", str(runner.inventory), *flags,
        "-m", "lyncops.firewall.lync_firewall_info", "-a", "host_variables=true",
    ]  # fmt: skip
    ran = subprocess.run(
        command, cwd=runner.folder, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert fewest < len(ran.stdout.splitlines()) < most, ran.stdout
    assert '"not_open": [' in ran.stdout or "-v" in flags
