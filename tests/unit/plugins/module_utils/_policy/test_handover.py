# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and tables for the owner of a Group Policy."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.handover import COLUMNS, gpo_script, rules_csv
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

GPO = "example.com\\Lync Directors"


def test_the_script_selects_the_policy_before_it_adds_anything() -> None:
    lines = gpo_script(build_policy(["director"]), GPO).split("\r\n")
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands[0] == f'advfirewall set store gpo="{GPO}"'
    assert len(commands) == 1 + 5
    assert all(command.startswith("advfirewall firewall add rule name=") for command in commands[1:])
    assert any("localport=5061" in command for command in commands)


def test_the_table_has_one_line_a_rule_and_names_the_rows() -> None:
    policy = build_policy(["director"], remote_addresses=["10.0.0.0/8"])
    table = list(csv.DictReader(io.StringIO(rules_csv(policy))))
    assert all(line.count('","') == len(COLUMNS) - 1 for line in rules_csv(policy).splitlines()), "all quoted"
    assert tuple(table[0]) == COLUMNS
    sip = next(line for line in table if line["local_ports"] == "5061")
    assert (sip["rows"], sip["protocol"], sip["remote_addresses"]) == ("server-45", "tcp", "10.0.0.0/8")
    assert len(table) == len(policy.rules)


@pytest.mark.parametrize("gpo", ["", "Lync", "\\Lync", "example.com\\", 'example.com\\a"b', "example.com\\a|b"])
def test_a_policy_that_netsh_could_misread_is_refused(gpo: str) -> None:
    with pytest.raises(OptionError, match=r"^gpo: "):
        gpo_script(build_policy(["director"]), gpo)
