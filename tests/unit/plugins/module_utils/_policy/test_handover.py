# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and tables for the owner of a Group Policy."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.handover import (
    COLUMNS,
    gpo_removal,
    gpo_renewal,
    gpo_script,
    rules_csv,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.handover_files import handover_files
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
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


SITE: list[dict[str, object]] = [
    {
        "name": "WMI",
        "enabled": False,
        "protocol": "tcp",
        "localport": "RPC",
        "service": "Winmgmt",
        "program": r"%SystemRoot%\System32\svchost.exe",
        "localip": ["10.9.1.7"],
        "remoteip": ["10.9.1.8"],
        "interfacetypes": ["lan"],
        "edge": "yes",
        "security": "authenticate",
    },
    {"name": "No ping", "action": "block", "protocol": "icmpv4", "icmp_type_code": ["8:*"]},
]


def test_the_table_says_all_that_a_site_rule_is_limited_to() -> None:
    """Whoever makes the rules from the table must not open more than the script does."""
    table = {line["name"]: line for line in csv.DictReader(io.StringIO(rules_csv(site(SITE))))}
    assert {key: value for key, value in table["LyncOps x-wmi g1"].items() if key != "description"} == {
        "name": "LyncOps x-wmi g1",
        "rows": "",
        "enabled": "no",
        "direction": "in",
        "action": "allow",
        "protocol": "tcp",
        "icmp_type_code": "",
        "local_ports": "RPC",
        "remote_ports": "any",
        "local_addresses": "10.9.1.7",
        "remote_addresses": "10.9.1.8",
        "profiles": "domain private public",
        "interfacetypes": "lan",
        "program": r"%SystemRoot%\System32\svchost.exe",
        "service": "Winmgmt",
        "edge": "yes",
        "security": "authenticate",
    }
    ping = table["LyncOps x-no-ping g1"]
    assert (ping["action"], ping["enabled"], ping["protocol"], ping["icmp_type_code"]) == (
        "block", "yes", "icmpv4", "8:*",
    )  # fmt: skip


def site(rules: list[dict[str, object]]) -> HostPolicy:
    return build_policy(["director"], extra_rules=rules)


def test_every_word_of_the_script_is_in_the_table() -> None:
    policy = site(SITE)
    lines = dict(
        zip([rule.key for rule in policy.rules], list(csv.reader(io.StringIO(rules_csv(policy))))[1:], strict=True)
    )
    for desired in policy.rules:
        words = [word.partition("=")[2].strip('"') for word in add_line(desired.rule.named("n")).split()[4:]]
        told = ",".join(lines[desired.key])
        said = [word for word in words if word not in ("n", "yes", "no", "any") and "Managed" not in word]
        assert all(part in told for word in said for part in word.replace(":", ",").split(",") if part != "any")


def test_a_rule_that_is_to_be_absent_goes_with_the_renewal_and_the_removal() -> None:
    several = {"name": "Ping", "state": "absent", "protocol": "icmpv4", "icmp_type_code": ["8:*", "13:*"]}
    policy, without = site([{"name": "Old agent", "state": "absent"}, several]), site([])
    for name in ("x-old-agent", "x-ping", "x-ping.t8-any", "x-ping.t13-any"):
        line = f'advfirewall firewall delete rule name="LyncOps {name} g1"\r\n'
        assert line in gpo_renewal(policy, GPO)
        assert line in gpo_removal(policy, GPO)
        assert line not in gpo_renewal(without, GPO)
    assert gpo_script(policy, GPO) == gpo_script(without, GPO)
    folders = {handover_files(one, ["director"], GPO, "h")[0]["folder"] for one in (policy, without)}
    assert len(folders) == 2, "files of one name are alike"


def test_an_absent_rule_needs_no_more_than_a_name() -> None:
    entry = {"name": "Old agent", "state": "absent", "protocol": "nonsense"}
    assert site([entry]).gone_parts == ("x-old-agent",)


@pytest.mark.parametrize(
    ("product", "name"), [("lync_2013", "Lync Server 2013"), ("skype_2019", "Skype for Business Server 2019")]
)
def test_the_product_is_named(product: str, name: str) -> None:
    policy = build_policy(["director"], product=product)
    assert f"# Rules that {name} documents, made by" in gpo_script(policy, GPO)
    (readme,) = (file for file in handover_files(policy, ["director"], GPO, "h") if file["name"].endswith("README.txt"))
    assert readme["content"].startswith(f"Rules that {name} documents, for")
