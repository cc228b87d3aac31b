# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report tells of a host's local policy: which of Microsoft's rules it has, and how many others.

A rule is Microsoft's by its name, which then is no text but says where in a library of Windows, or in a package of
Microsoft's, the text is. Any other name may be the estate's own, and so may a library that Windows does not bring.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._firewall.state.rule_string import KEYS
from .marks import any_name, own_name

LIBRARIES = frozenset(
    (
        "diagtrack",
        "dosvc",
        "fdphost",
        "firewallapi",
        "fssmres",
        "icsvc",
        "iscsidsc",
        "msdtc",
        "netlogon",
        "peerdistsh",
        "provsvc",
        "snmptrap",
        "snmptrap.exe",
        "spoolsv.exe",
        "sstpsvc",
        "vdsldr",
        "vmicres",
        "wlansvc",
        "wmiprvse",
        "wsmsvc",
    )
)
"""Libraries of Windows that name its rules, in lower case, without the ending of a DLL."""

_REFERENCE = re.compile(
    r"@(?:%(?:systemroot|windir)%\\system32\\)?([a-z0-9_]{1,40}(?:\.dll|\.exe)),(-\d{1,6})", re.IGNORECASE
)
PACKAGES = frozenset(
    f"Microsoft.{name}"
    for name in (
        "AAD.BrokerPlugin", "AccountsControl", "AsyncTextService", "BioEnrollment", "CredDialogHost",
        "DesktopAppInstaller",
        "ECApp", "LockApp", "MicrosoftEdge", "MicrosoftEdgeDevToolsClient", "PPIProjection", "SkypeApp", "WinJS.2.0",
        "WindowsCalculator", "WindowsFeedbackHub", "WindowsMaps", "WindowsStore", "XboxApp", "XboxGameCallableUI",
        "XboxIdentityProvider", "ZuneMusic", "ZuneVideo", "Windows.Apprep.ChxApp", "Windows.AssignedAccessLockApp",
        "Windows.CallingShellApp", "Windows.CloudExperienceHost", "Windows.ContentDeliveryManager", "Windows.Cortana",
        "Windows.HolographicFirstRun", "Windows.NarratorQuickStart", "Windows.OOBENetworkCaptivePortal",
        "Windows.OOBENetworkConnectionFlow", "Windows.ParentalControls", "Windows.PeopleExperienceHost",
        "Windows.Photos",
        "Windows.SecHealthUI", "Windows.SecureAssessmentBrowser", "Windows.ShellExperienceHost",
        "Windows.StartMenuExperienceHost", "Windows.XGpuEjectDialog",
    )
)  # fmt: skip
"""Packages of Windows that name its rules; anybody may call one of their own Microsoft.…"""

_PACKAGE = re.compile(r"@\{([A-Za-z0-9.]{1,60})_[^{}]{1,200}\}")
_VERSION = re.compile(r"v(\d{1,2}\.\d{1,3})\|", re.IGNORECASE)
_KNOWN = {key.casefold() for key in (*KEYS, "CortanaOut", "TcpCDPSvc")}  # the two of [MS-GPFAS]'s open questions
OTHER_KEY = "other"
"""What stands for a field that no document has: its name may be anybody's word."""

_MOST_KEYS = 100


def told_policy(rules: Iterable[str]) -> dict[str, Any]:
    """What is told of rule strings; the kit's own are left out.

    Args:
        rules: Rule strings as the registry has them.

    Returns:
        ``stock``: how many rules have which resource name; ``others``: how many rules have another; of those of
        ``stock``, ``versions``: how many have which version in front, and ``keys``: how often which field is there,
        `OTHER_KEY` for those of no document.
    """
    stock: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    others = 0
    for rule in rules:
        if own_name(rule):
            continue
        name = any_name(rule)
        reference = _reference(name) if name else None
        if reference is None:
            others += 1
            continue
        stock[reference] += 1
        version = _VERSION.match(rule)
        versions.update([version[1]] if version else [])
        fields = (field.partition("=")[0] for field in rule.split("|")[1:] if "=" in field)
        keys.update(key if key.casefold() in _KNOWN else OTHER_KEY for key in fields)
    return {
        "stock": dict(sorted(stock.items())),
        "others": others,
        "versions": dict(sorted(versions.items())),
        "keys": dict(sorted(keys.most_common(_MOST_KEYS))),
    }


def _reference(name: str) -> str | None:
    """A name as a resource of Windows, in one spelling; None for any other."""
    package = _PACKAGE.match(name)
    if package and package[1] in PACKAGES:
        return f"@{{{package[1]}}}"
    found = _REFERENCE.fullmatch(name)
    if not found:
        return None
    library = found[1].lower().removesuffix(".dll")
    return f"@{library}{'' if library.endswith('.exe') else '.dll'},{found[2]}" if library in LIBRARIES else None
