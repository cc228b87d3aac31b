# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule string of every public registry dump: read, written again, and nothing lost.

The dumps are part of the project. The single strings of ``rule_strings.txt`` are not: where it is absent, their half of
the tests skips.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import (
    LOCAL_POLICY,
    build_snapshot,
)
from ansible_collections.lyncops.firewall.tests.real_data import rule_strings, unpack_policies
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.rule_format import format_rule
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.rule_tokens import tokens

_RULE_KEYS = re.compile(r"firewallrules$|restrictedservices\\(static|configurable)\\system$")
# Rules in each dump, counted with grep over its lines ("    v2.10|..."), not with our reader.
DUMPS = {
    "win7sp1-x86-domain-client.reg.txt": 434,
    "win7sp1-client-lamb.reg.txt": 424,
    "win8.1-client.reg.txt": 761,
    "win10-1709-client.reg.txt": 911,
    "win10-1903-client-upgraded.reg.txt": 1064,
    "win10-22h2-fragment.reg.txt": 31,
}


@lru_cache
def rules_of(path: Path) -> list[tuple[str, str]]:
    """Value names and rule strings of all keys of a dump that hold rules."""
    dump = parse_dump(path.read_bytes().decode())
    keys = [key for key in dump.keys if _RULE_KEYS.search(key)]
    return [(value.name, value.data) for key in keys for value in dump.values(key) if value.data]


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_policies(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="session", params=["dumps", "rule_strings"])
def corpus(request: pytest.FixtureRequest, registry: Path) -> list[tuple[str, str]]:
    if request.param == "rule_strings":
        return [("", text) for text in rule_strings()]
    return [rule for name in DUMPS for rule in rules_of(registry / name)]


@pytest.mark.parametrize("name", DUMPS)
def test_every_rule_of_a_dump_is_found(registry: Path, name: str) -> None:
    lines = [
        line for line in (registry / name).read_text("utf-8").splitlines() if re.search(r" {4}[vV]\d+\.\d+\|", line)
    ]
    isolation = [line for line in lines if "|Action=" not in line.replace("action=", "Action=")]  # AppIso: no rules
    assert len(lines) == DUMPS[name]
    assert len(rules_of(registry / name)) >= len(lines) - len(isolation)


def test_no_dump_is_left_out(registry: Path) -> None:
    assert {path.name for path in registry.glob("*.reg.txt")} == set(DUMPS)


@pytest.mark.parametrize(
    ("corpus", "readable"), [("dumps", sum(DUMPS.values())), ("rule_strings", 291)], indirect=["corpus"]
)
def test_all_are_read_and_only_the_placeholder_is_opaque(corpus: list[tuple[str, str]], readable: int) -> None:
    rules = [parse_rule(name, text) for name, text in corpus]
    opaque = [rule for rule in rules if rule.opaque]
    assert len(rules) - len(opaque) == readable
    assert [rule.raw for rule in opaque if "Rport=XXXX" not in rule.raw] == []
    assert len(opaque) <= 1


def test_nothing_is_lost_when_written_again(corpus: list[tuple[str, str]]) -> None:
    for name, text in corpus:
        rule = parse_rule(name, text)
        written = format_rule(rule)
        assert parse_rule(name, written) == rule, text
        if not rule.opaque:
            assert tokens(written) == tokens(text), f"{text}\n{written}"


def test_every_text_has_one_hash_and_is_equal_to_itself(corpus: list[tuple[str, str]]) -> None:
    for name, text in corpus:
        assert parse_rule(name, text) == parse_rule("other", text)
        assert hash(parse_rule(name, text)) == hash(parse_rule("other", text))


@pytest.mark.parametrize("name", [name for name in DUMPS if "fragment" not in name])
def test_a_whole_policy_makes_a_snapshot(registry: Path, name: str) -> None:
    dump = parse_dump((registry / name).read_bytes().decode())
    snapshot = build_snapshot(dump, None)
    assert len(snapshot.rules) == len(dump.values(LOCAL_POLICY + r"\FirewallRules"))
    assert all(rule.rule_id for rule in snapshot.rules)
    assert not any(rule.opaque for rule in snapshot.rules)
    assert [state.local.enabled is not None for state in snapshot.profiles] == [True, True, True]
    by_default = "[MS-FASP] note 13"
    assert all(state.inbound_block and not state.outbound_block for state in snapshot.profiles), by_default
