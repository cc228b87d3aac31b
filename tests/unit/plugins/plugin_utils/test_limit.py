# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in --limit that the inventory does not have."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._limit import limit_mistake

KNOWN = ["all", "web", "lync_director", "dir01.contoso.test", "med01.contoso.test", "fe80::1"]


def mistake(limit: str) -> str:
    return limit_mistake(limit, KNOWN, ["hosts.yml"])


@pytest.mark.parametrize(
    ("limit", "named"),
    [
        ("med01.contoso.test,med09", "med09"),
        ("med09", "med09"),
        ("med01", "med01"),  # the short name is no name of Ansible's
        ("med01.contoso.test:med09", "med09"),
        (" med01.contoso.test , med09 ", "med09"),
        ("all,!med09", "med09"),  # it would be worked on
        ("all:!med09", "med09"),
        ("web,&wbe", "wbe"),
        ("wbe[0:2]", "wbe"),
        ("all:!wbe[0]", "wbe"),
        ("lync_directr,web", "lync_directr"),
        ("MED01.contoso.test", "MED01.contoso.test"),
        ("b,a,b", "a, b"),
        ("x\x1b", "x?"),
    ],
)
def test_a_name_that_nobody_has_is_told(limit: str, named: str) -> None:
    assert mistake(limit) == (
        f"--limit names what is not in the inventory (hosts.yml): {named}. Nothing was done; correct the name, or "
        "leave it out."
    )


@pytest.mark.parametrize(
    "limit",
    [
        "",
        ",",
        "all",
        "med01.contoso.test,dir01.contoso.test",
        "web[0],web[1:],web[-1]",
        "!med01.contoso.test",
        "web:&lync_director:!med01.contoso.test",
        "med*9,~me[dx]09,!nobody*,&~nobody",
        "fe0?.contoso.test",
        "localhost,127.0.0.1",
        "fe80::1",
        "ungrouped",
        "lync_front_end,!lync_edge",  # groups of roles that this estate has no host of
    ],
)
def test_names_and_patterns_are_let_pass(limit: str) -> None:
    assert mistake(limit) == ""


def test_a_file_is_read_as_ansible_does(tmp_path: Path) -> None:
    file = tmp_path / "audit.retry"
    file.write_text("med01.contoso.test\n\nmed09\n~x\n")
    assert ": med09. " in mistake(f"@{file}")
    assert ": med09, typo. " in mistake(f"typo,@{file}")
    file.write_text("med01.contoso.test\n")
    assert mistake(f"@{file}") == ""
    assert mistake(f"@{file}.gone") == "", "Ansible has said so"
