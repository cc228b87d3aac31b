# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of hosts that say too much, or what a terminal would obey: both modules, applied and in check mode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import (
    action,
    without_guard_and_rollback,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

HOST = {"inventory_hostname": "lync01"}
ROLES = {"roles": ["front_end", "mediation"]}
EVIL = "\x1b]0;owned\x07\x1b[2K\x9b1A\rok: [host]\u202e\u2066\x7f\x85"
MOST = 64_000


@pytest.fixture(autouse=True)
def _no_waiting_and_no_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    without_guard_and_rollback(monkeypatch)


def _rule(name: str, rest: str = "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|") -> str:
    return f"v2.10|{rest}Name={name}|"


OPEN = "Action=Allow|Active=TRUE|Dir=In|"
BLOCK = "Action=Block|Active=TRUE|Dir=In|"
BOMBS: dict[str, dict[str, str]] = {
    "managed names": {f"{{{n}}}": _rule(f"LyncOps x-{n}-{'y' * 80} g1") for n in range(1200)},
    "generations of one": {f"{{{n}}}": _rule(f"LyncOps in-tcp-5061 g{n + 1}") for n in range(1200)},
    "opaque managed rules": {f"{{{n}}}": _rule(f"LyncOps x-{n} g1", f"What={'z' * 900}|") for n in range(300)},
    "a long name": {"{1}": _rule("n" * 1_000_000, BLOCK)},
    "long names": {f"{{{n}}}": _rule(f"{n} " + "n" * 250, BLOCK) for n in range(100)},
    "long ids": {f"{{{n}{'i' * 5000}}}": _rule("@x,-1", BLOCK) for n in range(100)},
    "a long list": {
        "{1}": _rule("LyncOps x g1", OPEN + "".join(f"RA4=10.{n >> 8}.{n & 255}.7|" for n in range(5000)))
    },
    "Lync's own, off": {f"{{{n}}}": _rule(f"CS {n} {'n' * 300}", OPEN.replace("TRUE", "FALSE")) for n in range(500)},
    "a long description": {"{1}": _rule("LyncOps x g1", f"Action=Allow|Active=TRUE|Dir=In|Desc={'d' * 500_000}|")},
    "a long program": {"{1}": _rule("LyncOps x g1", f"Action=Allow|Active=TRUE|Dir=In|App={'d' * 500_000}|")},
}  # fmt: skip

RUNS = {
    "info": (lync_firewall_info.ActionModule, ROLES, False),
    "info without roles": (lync_firewall_info.ActionModule, {}, False),
    "check": (lync_firewall.ActionModule, ROLES, True),
    "keep": (lync_firewall.ActionModule, {**ROLES, "exclusive": False, "on_ineffective": "warn"}, True),
    "absent": (lync_firewall.ActionModule, {"state": "absent"}, True),
}


def _model(rules: dict[str, str]) -> WindowsModel:
    """A host with rules, each a rule string as in its registry."""
    return WindowsModel(
        local={
            rule_id: [(key, value) for key, _equals, value in (pair.partition("=") for pair in text.split("|")[1:-1])]
            for rule_id, text in rules.items()
        }
    )


def _run(kind: str, rules: dict[str, str], **task: Any) -> dict[str, Any]:
    plugin, options, check = RUNS[kind]
    result = action(plugin, _model(rules), dict(options), check_mode=check, diff=True, **task).run(task_vars=HOST)
    result.pop("invocation", None)
    return result  # type: ignore[no-any-return]


def _size(result: dict[str, Any]) -> int:
    return len(json.dumps(result))


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("bomb", BOMBS)
def test_what_a_host_says_adds_at_most_64_kb_to_a_result(kind: str, bomb: str) -> None:
    added = _size(_run(kind, BOMBS[bomb])) - _size(_run(kind, {"{1}": _rule("b", BLOCK)}))
    assert added <= MOST, added


def test_lists_that_are_cut_say_so() -> None:
    result = _run("absent", BOMBS["managed names"])
    rules = result["before"]["rules"]
    assert len(rules) + result["before"]["rules_left_out"] == 1200
    told = len(result["deleted"]) - 1
    assert result["deleted"][-1] == f"... and {1200 - told} more"
    assert result["stale"][-1]["name"].endswith(" more")
    assert result["commands"][-1].endswith(" more")
    assert result["diff"]["before"].splitlines()[-1].endswith(" more managed rules")


def test_what_was_asked_for_is_never_cut() -> None:
    many = [f"10.{n}.{m}.7" for n in range(20) for m in range(12)]  # more rules than what a host says may have lines of
    model = _model(BOMBS["managed names"])
    options = {**ROLES, "remote_addresses": many}
    result = action(lync_firewall.ActionModule, model, options, check_mode=True, diff=True).run(task_vars=HOST)
    there = {rule["name"] for rule in result["after"]["rules"]}
    assert len(result["created"]) > 100
    assert {rule["name"] for rule in result["created"]} <= there
    assert all(f"{rule['name']}:" in result["diff"]["after"] for rule in result["created"])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


@pytest.mark.parametrize("kind", RUNS)
def test_no_text_of_a_host_commands_a_terminal(kind: str) -> None:
    rules = {
        "{1}": _rule(EVIL, BLOCK),
        "{2}": _rule(f"CS {EVIL}", "Action=Allow|Active=FALSE|Dir=In|"),
        "{3}": _rule("LyncOps in-tcp-5061 g1", f"What={EVIL}|"),
        "{4}": _rule("LyncOps x g1", f"Action=Allow|Active=TRUE|Dir=In|App=C:\\{EVIL}.exe|Desc={EVIL}|"),
        f"{{5}}{EVIL}": _rule("@x,-1", BLOCK),
    }
    result = _run(kind, rules)
    texts = list(_texts(result))
    assert any("owned" in text for text in texts), "nothing of it is said, so nothing is shown"
    for text in texts:
        assert text.replace("\n", "").isprintable(), text
