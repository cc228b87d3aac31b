# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in an inventory that Ansible itself says nothing of, or calls a success."""

from __future__ import annotations

import re
from typing import Any

import pytest

from playbooks.runs import Runner


@pytest.mark.parametrize("name", ["site", "audit", "verify", "report", "remediate", "matrix", "gpo"])
@pytest.mark.sample("site", "audit", "gpo")
def test_no_host_is_no_success(runner: Runner, name: str) -> None:
    run = runner.play(name, variables={"lync_firewall_hosts": "nosuch", "lync_firewall_gpo": "a.b\\c"})
    assert run.code == 2
    assert "There is no host to work on" in run.output
    assert "nosuch" in run.output
    assert not (runner.folder / "lync_firewall_report").exists()


def test_a_host_in_a_misspelt_group_is_named(runner: Runner) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        groups = everything["children"]["lync"]["children"]
        groups["lync_directr"] = groups.pop("lync_director")

    runner.change_inventory(change)
    run = runner.play("matrix")
    assert run.code == 0
    assert "not looked at: dir01.contoso.test" in run.output


def test_central_management_alone_is_a_mistake_and_closes_nothing(runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe01.contoso.test"]["lync_firewall_roles"] = ["central_management"]

    runner.change_inventory(change)
    run = runner.play("site", "--limit", "fe01.contoso.test")
    assert run.code == 2
    assert run.changed == set()
    assert "Put it into lync_front_end too" in run.output


def test_a_misspelt_variable_stops_the_host(runner: Runner) -> None:
    run = runner.play("site", "--limit", "dir01*", variables={"lync_firewall_remote_adresses": ["10.0.0.0/8"]})
    assert run.code == 2
    assert run.changed == set()
    assert "did you mean lync_firewall_remote_addresses?" in run.output
    runner.play("audit", "--limit", "dir01*", variables={"lync_firewall_skip_row": ["server-01"]})
    assert runner.classes() == {"dir01": "failed"}
    assert "did you mean lync_firewall_skip_rows?" in runner.report()["hosts"][0]["message"]


@pytest.mark.parametrize("name", ["gpo", "matrix"])
def test_files_for_others_are_not_written_from_misspelt_variables(runner: Runner, name: str) -> None:
    """A scope that is ignored would be open to anybody in somebody's Group Policy."""
    run = runner.play(name, variables={"lync_firewall_remote_adresses": ["10.0.0.0/8"], "lync_firewall_gpo": "a.b\\c"})
    assert run.code == 2
    assert "did you mean lync_firewall_remote_addresses?" in run.output
    assert not (runner.folder / f"lync_firewall_{name}").exists()


def test_tags_do_not_skip_the_look_at_variables(runner: Runner) -> None:
    wrong = {"lync_firewall_remote_adresses": ["10.0.0.0/8"]}
    run = runner.play("site", "--limit", "dir01*", "--tags", "lync_firewall_rules", variables=wrong)
    assert run.code == 2
    assert run.changed == set()


@pytest.mark.parametrize("hosts", ["nosuch", ["nosuch"]])
def test_remediate_of_unknown_hosts_is_no_success(runner: Runner, hosts: Any) -> None:
    run = runner.play("remediate", variables={"lync_firewall_drifted_hosts": hosts})
    assert run.code == 2
    assert "There is no host to work on" in run.output
    run = runner.play("remediate", "--check", variables={"lync_firewall_drifted_hosts": "dir01.contoso.test"})
    assert run.code == 0
    assert "not looked at" not in run.output


def test_rows_that_a_scope_leaves_open_are_named(runner: Runner) -> None:
    run = runner.play("site", "--limit", "med01*", "--check", variables={"lync_firewall_scope": "topology",
                      "lync_firewall_extra_peers": {"all": ["127.0.0.0/8"]}})  # fmt: skip
    assert run.code == 0
    assert "Rows that stay open to any address" in run.output
    assert re.search(r"[: ]server-47[- a-z0-9]*: nothing says who is gateway", run.output), "with others for the same"
