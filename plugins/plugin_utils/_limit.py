# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in ``--limit`` that the inventory does not have, of which Ansible warns and goes on with the others.

How a limit is read is Ansible's ``InventoryManager.subset`` and
https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ansible.constants import LOCALHOST
from ansible.inventory.manager import split_host_pattern

from ..module_utils._policy.assignment import GROUP_ROLES
from ..module_utils._texts import first_few, said

_MOST_NAMED = 5
_WILD = frozenset("*?[")
_PLACE = re.compile(r"\[-?[0-9]+([:-]-?[0-9]*)?\]\Z")  # some of a group's hosts, as in web[0:2]


def limit_mistake(limit: str, known: Iterable[str], sources: Iterable[str]) -> str:
    """A sentence about the names in a limit that nobody has; empty where there is none.

    One that is excluded counts too: a misspelt ``!fe01`` would leave fe01 in the run. A group of a role, which an
    inventory without such hosts need not have, is no misspelt name.

    Args:
        limit: ``ansible_limit``, a pattern; ``@file`` names a file with one a line.
        known: Hosts and groups of the inventory.
        sources: Where the inventory comes from.
    """
    names = {*map(str, known), *GROUP_ROLES, *LOCALHOST, "all", "ungrouped"}
    unknown = sorted({name for part in _parts(limit) if (name := _literal(part)) and name not in names})
    if not unknown:
        return ""
    return (
        f"--limit names what is not in the inventory ({', '.join(sources)}): "
        f"{first_few([said(name) for name in unknown], _MOST_NAMED)}. Nothing was done; correct the name, or leave it "
        "out."
    )


def _parts(limit: str) -> list[str]:
    found: list[str] = []
    for part in map(str, split_host_pattern(limit)):
        if part.startswith("@"):
            with suppress(OSError, ValueError):  # Ansible has read it, and fails where it is not there
                found += Path(part[1:]).read_text("utf-8").split("\n")
        else:
            found.append(part)
    return [text for part in found if (text := part.strip())]


def _literal(part: str) -> str:
    """The one name that a part means, of a host or a group; empty where it is a pattern."""
    name = part[1:] if part[0] in "!&" else part
    name = _PLACE.sub("", name)
    return "" if name.startswith("~") or _WILD & set(name) else name
