# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is worked on only where somebody has named each host, and what is no name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._named_hosts import find_named
from ansible_collections.lyncops.firewall.plugins.plugin_utils._targets import Request

GROUPS = {"all": ["a", "b", "c"], "some": ["a", "b"], "c": ["a", "b"], "one": ["a"]}


def found(value: Any, limit: str = "", within: list[str] | None = None, of_run: bool = True) -> dict[str, Any]:
    said = {} if value is None else {"lync_firewall_hosts": value}
    request = Request(default="some", within=within, limit=limit, sources=["hosts.yml"], hosts_for_all=of_run)
    return find_named(GROUPS, dict.fromkeys(GROUPS["all"], said), request)


@pytest.mark.parametrize(
    ("value", "limit", "within", "hosts"),
    [
        ("a", "", None, ["a"]),
        (["a", "b"], "", None, ["a", "b"]),
        ("a,b", "", None, ["a", "b"]),
        ("a,b", "one", ["a"], ["a"]),  # a limit only leaves some out
        (None, "b", ["b"], ["b"]),
        ("all", "b", ["b"], ["b"]),  # the inventory's own pattern, and one host of it
        ("", "a,b", ["a", "b"], ["a", "b"]),
    ],
)
def test_who_is_named(value: Any, limit: str, within: list[str] | None, hosts: list[str]) -> None:
    told = found(value, limit, within)
    assert (told["hosts"], told["mistakes"]) == (hosts, [])


@pytest.mark.parametrize(
    ("value", "limit", "within", "told"),
    [
        (None, "", None, "an empty lync_firewall_hosts, or none, chooses 3 without naming them: a, b, c"),
        ("", "", None, "chooses 3"),
        ([], "", None, "chooses 3"),
        ("all", "", None, "lync_firewall_hosts=all chooses 3 without"),
        ("some", "", None, "chooses 2 without naming them: a, b"),
        ("one", "", None, "chooses 1 without naming them: a"),  # a group of one may have two tomorrow
        ("a*", "", None, "lync_firewall_hosts=a* chooses"),
        (["a", "some"], "", None, "chooses 1 without naming them: b"),
        ("c", "", None, "chooses 1 without naming them: c"),  # a group has the name of the host
        (None, "some", ["a", "b"], "--limit some chooses 2"),
        (None, "a*", ["a"], "--limit a* chooses 1 without naming them: a. Nothing was done"),
        ("d", "", None, "Not in the inventory (hosts.yml): d. Nothing was done; correct the name"),
        ("a", "b", ["b"], "--limit b leaves none of those in lync_firewall_hosts"),
    ],
)
def test_what_is_no_name(value: Any, limit: str, within: list[str] | None, told: str) -> None:
    answer = found(value, limit, within)
    assert answer["hosts"] == []
    assert told in answer["mistakes"][0]


def test_a_list_of_the_inventory_was_not_written_for_this_run() -> None:
    """With forty hosts in it, one consent would be that of forty."""
    answer = found(["a", "b"], of_run=False)
    assert answer["hosts"] == []
    assert "lync_firewall_hosts=a,b of the inventory chooses 2 without naming them: a, b." in answer["mistakes"][0]
    assert found(["a", "b"], "b", ["b"], of_run=False)["hosts"] == ["b"], "who names it in --limit means it"
