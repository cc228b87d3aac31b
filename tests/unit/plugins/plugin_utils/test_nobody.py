# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says that has no host to work on."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._nobody import nobody


def said(groups: dict[str, list[str]], limit: str = "", there: tuple[str, ...] = ()) -> str:
    text = nobody(["~lync_x$"], ["a.yml"], limit, groups, there)
    first = "There is no host to work on: nothing in the inventory (a.yml) matches ~lync_x$"
    assert text.startswith(first + (f" and --limit {limit}." if limit else "."))
    return text.removeprefix(first)


def test_the_groups_are_named_with_a_line_to_try() -> None:
    text = said({"all": ["a", "b", "c"], "ungrouped": ["c"], "sip": ["a", "b"], "web": ["c"], "empty": []})
    assert "Its groups, with their hosts: sip (2), web (1). " in text
    assert "lync_firewall_roles: [front_end] in group_vars/sip.yml" in text
    assert text.endswith("-e lync_firewall_hosts=sip -e lync_firewall_roles=front_end")


def test_a_misspelt_group_is_to_be_corrected() -> None:
    text = said({"lync": ["a"], "lync_directr": ["a"]})
    assert text.endswith("If lync_directr is lync_director, correct the name.")


def test_a_limit_that_leaves_nobody_is_the_reason() -> None:
    text = said({"sip": ["a"]}, "printer", ("fe1", "fe2", "fe3", "fe4", "fe5", "fe6"))
    assert text == " and --limit printer. Without that limit there are fe1, fe2, fe3, fe4, fe5 and 1 more."


@pytest.mark.parametrize("groups", [{}, {"all": ["a"], "ungrouped": ["a"]}, {"lync_front_end": []}])
def test_an_inventory_without_groups_is_told_which_to_make(groups: dict[str, list[str]]) -> None:
    assert "put hosts into the groups of their roles: lync_front_end, lync_director," in said(groups)


def test_many_groups_are_cut_and_strange_names_are_shown_as_they_are() -> None:
    text = said({f"group{number}": ["a"] for number in range(100)} | {"x\x1b[31m": ["a"]})
    assert text.count("group") < 30
    assert "and 81 more" in text
    assert "\x1b" not in text


def test_an_inventory_that_is_not_there_is_named() -> None:
    text = nobody(["~lync_x$"], ["/srv/hosts.yml", "/srv/more.yml"], "", {}, (), ["/srv/hosts.yml"])
    assert text == "There is no host to work on, and no such inventory: /srv/hosts.yml. Correct its name."
