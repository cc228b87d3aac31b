# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that read what ``reg query ...\\FirewallRules`` printed, for tests: a second, independent reading.

A rule is one REG_SZ value, ``v2.22|Action=Allow|Active=TRUE|Dir=In|...|`` ([MS-GPFAS] 2.2.2); a key such as LPort may
occur several times.
"""

from __future__ import annotations

import re

_VALUE = re.compile(r"^ {4}(?P<id>\S.*?) {4}REG_SZ {4}(?P<text>v\d+\.\d+\|.*?)\r?$", re.MULTILINE)
# A name that only begins like ours is somebody else's.
_MANAGED = re.compile(r"\|Name=LyncOps [a-z0-9][a-z0-9.-]* g[0-9]+\|", re.IGNORECASE)


def managed_rules(dump: str) -> dict[str, list[dict[str, list[str]]]]:
    """Display name to the rules that carry it (several, where there are twins), each as key to its values."""
    found: dict[str, list[dict[str, list[str]]]] = {}
    for match in _VALUE.finditer(dump):
        if _MANAGED.search(match["text"]):
            rule = _fields(match["text"])
            found.setdefault(rule["Name"][0], []).append(rule)
    return found


def foreign_rules(dump: str) -> list[str]:
    """The lines, byte for byte, of all that is no managed rule."""
    if not _VALUE.search(dump):
        raise ValueError("this is no answer of reg query, or the host has no rules at all")
    return [line for line in dump.splitlines() if line.strip() and not _MANAGED.search(line)]


def _fields(text: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for token in text.strip("|").split("|")[1:]:
        key, _equals, value = token.partition("=")
        fields.setdefault(key, []).append(value)
    return fields


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, object]:
        return {"managed_rules": managed_rules, "foreign_rules": foreign_rules}
