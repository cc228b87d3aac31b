# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kit has on a host: names that nothing else bears, and what carries each of them.

Everything that is made begins with one mark, which is none of a managed rule: those are "LyncOps", a blank and a key.
So what a run that broke off has left is found by its name, and what is not the kit's is never touched.
"""

from __future__ import annotations

import re

from .._firewall.state.snapshot import LOCAL_POLICY

MARK = "LyncOpsQualify-b7d1e0"
"""First part of every name that the kit has on a host; its end was drawn by lot once."""

FOLDER = rf"%SystemRoot%\{MARK}"
"""Below the Windows folder only administrators can write, and what lies in it is run by SYSTEM."""

NOTES, NO_NOTES = f"{FOLDER}.txt", f"{FOLDER}-none.txt"
"""Files beside the folder: for what a program writes only to files, and for what should not be written."""

KEY = rf"HKLM\SOFTWARE\{MARK}"
"""A key of the registry with nothing in it that anybody reads."""

RUN_FILE = "run.txt"
"""A file of the folder with letters and digits of the run that has made it: two runs have the same names."""

RULES = rf"{LOCAL_POLICY}\FirewallRules"

TASKS = tuple(f"{MARK}-{name}" for name in ("xml", "sc", "limit"))
"""The scheduled tasks: from XML, from a schedule on the command line, and one that takes too long."""

_RULE_NAME = re.compile(rf"{MARK}-[0-9A-Za-z-]{{1,60}}")
_FOLDED = MARK.casefold()
_ANY_NAME = re.compile(r"\|Name=([^|]{1,300})\|")
_VALUE = re.compile(r" {4}(\S[^\r\n]{0,600}?) {4}REG_SZ {4}([^\r\n]*)")


def rule_name(label: str) -> str:
    """Name of a rule of the kit.

    Args:
        label: Letters, digits and hyphens.
    """
    return f"{MARK}-{label}"


def own_name(rule: str) -> str | None:
    """The name of a rule string of the kit; None for the rule of anybody else."""
    # The kit's have their end, and no second name that might be the one that counts.
    names = _names(rule) if MARK in rule and rule.endswith("|") else []
    return names[0][1] if len(names) == 1 and names[0][0] == "Name" and _RULE_NAME.fullmatch(names[0][1]) else None


def _names(rule: str) -> list[tuple[str, str]]:
    """Every field of a rule string that is a name to a reader who ignores letter case, and its value."""
    fields = (field.partition("=") for field in rule.split("|")[1:])
    return [(key, value) for key, _equals, value in fields if key.casefold() == "name"]


def any_name(rule: str) -> str | None:
    """The name of anybody's rule string; None where it has none that is short enough to be told."""
    found = _ANY_NAME.search(rule)
    return found[1] if found else None


def name_alike(rule: str) -> str | None:
    """The name of a rule of somebody else that netsh, which ignores letter case, takes for one of the kit's."""
    if _FOLDED not in rule.casefold() or own_name(rule):
        return None
    return next((name for _key, name in _names(rule) if name.casefold().startswith(_FOLDED)), None)


def rules_in(text: str) -> list[tuple[str, str]]:
    """Id and rule string of every rule that ``reg query`` prints, in its order.

    A line that is no value, such as the rest of a description with a line break, is left out: the kit's have none.

    Args:
        text: What it printed.
    """
    lines = text.split("\n")
    return [(found[1], found[2]) for line in lines if (found := _VALUE.fullmatch(line.removesuffix("\r")))]
