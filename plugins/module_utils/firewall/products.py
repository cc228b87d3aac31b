# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether another firewall product has taken over from Windows' own.

A product registers for categories of rules (INetFwProducts::Register), and Windows Firewall stops to enforce those. The
registration lives in the service's memory; ``netsh advfirewall show global`` prints who has each category.
"""

from __future__ import annotations

import re

_CATEGORY = re.compile(
    r"^(?P<category>BootTime|Firewall|Stealth|ConSec)RuleCategory[ \t]+(?P<owner>\S.*?)[ \t]*$", re.MULTILINE
)
_WINDOWS = {"windows firewall", "windows defender firewall"}
_LONGEST = 100


def other_firewall(text: str) -> str:
    """The product that filters in place of Windows Firewall; empty where Windows Firewall does, or nobody can tell.

    The labels are names of an enumeration and not translated; the owner's name is. Products leave connection security
    (``ConSec``) to Windows, so on a Windows of another language its owner tells what Windows Firewall is called there.

    Args:
        text: What ``netsh advfirewall show global`` prints, in any language.
    """
    owners: dict[str, str] = {}
    for match in _CATEGORY.finditer(text):
        owners.setdefault(match["category"], match["owner"])  # a second such line is text inside a product's name
    owner = owners.get("Firewall", "")
    if not owner or owner.casefold() in _WINDOWS or owner == owners.get("ConSec", owner):
        return ""
    return "".join(character if character.isprintable() else "?" for character in owner[:_LONGEST])
