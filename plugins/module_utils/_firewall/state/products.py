# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether another firewall product filters in place of Windows Firewall.

A product registers for categories of rules (INetFwProducts::Register), and Windows Firewall stops enforcing those. The
registration lives in the service's memory; ``netsh advfirewall show global`` prints who has each category.
"""

from __future__ import annotations

from ..._texts import lines_of, printable

_LABEL = "RuleCategory"
_WINDOWS = {"windows firewall", "windows defender firewall"}
_LONGEST = 100


def other_firewall(text: str) -> str:
    """The product that filters in place of Windows Firewall; empty where there is none, or where it is not known.

    The labels are names of an enumeration and not translated; the owner's name is. Products leave connection security
    (``ConSec``) to Windows, so on a Windows of another language its owner tells what Windows Firewall is called there.

    A product's name may hold line breaks and forge such lines. It is printed before connection security's, so the last
    owner of that is the true one; and of several owners of ``Firewall`` one that is not Windows is enough.

    Args:
        text: What ``netsh advfirewall show global`` prints, in any language.
    """
    owners: dict[str, list[str]] = {"Firewall": [], "ConSec": []}
    for line in lines_of(text):
        category, label, owner = line.partition(_LABEL)
        if label and category in owners and owner[:1] in (" ", "\t") and owner.strip():
            owners[category].append(owner.strip())
    windows = {*_WINDOWS, *(owner.casefold() for owner in owners["ConSec"][-1:])}
    if not owners["ConSec"]:
        return ""
    product = next((owner for owner in owners["Firewall"] if owner.casefold() not in windows), "")
    return printable(product[:_LONGEST])
