# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a host that a report may tell: those of Windows. Any other is `OTHER`, whatever it is.

A builder of images writes his own names where Windows has its own, a helper of netsh by others prints its path, and
what stands before a command may be anybody's greeting.
"""

from __future__ import annotations

import re

OTHER = "other"
"""What stands for words that are not of Windows; null is for what the host did not tell."""

_IN_PRODUCTS = frozenset(
    (
        "(r)", "2", "7", "8", "8.1", "10", "11", "2003", "2008", "2012", "2016", "2019", "2022", "2025", "r2", "sp1",
        "(tm)", "azure", "business", "core", "datacenter", "edition", "education", "enterprise", "essentials",
        "evaluation", "foundation", "for", "home", "hpc", "hyper-v", "insider", "iot", "itanium-based", "k", "kn",
        "ltsb", "ltsc", "microsoft", "multi-session", "n", "preview", "premium", "pro", "professional", "s", "server",
        "single", "small", "solution", "standard", "starter", "storage", "systems", "technical", "ultimate", "vista",
        "web", "windows", "without", "workgroup", "workstations",
    )
)  # fmt: skip
_EDITIONS = frozenset(
    (
        "azurestackhci", "business", "businessn", "core", "corecountryspecific", "coren", "coresinglelanguage",
        "education", "educationn", "enterprise", "enterpriseeval", "enterprisen", "enterprises", "enterprisesn",
        "homebasic", "homepremium", "iotenterprise", "iotenterprises", "professional", "professionaleducation",
        "professionaln", "professionalworkstation", "rdserverhost", "serverazurecor", "serverdatacenter",
        "serverdatacentercor", "servercloudstorage", "serverdatacenteracor", "serverdatacentereval",
        "serverdatacenterevalcor", "serverenterprise", "serverenterprisecore", "serverfoundation", "serverhypercore",
        "serverrdsh", "serversbsstandard", "serversolution", "serverstandard", "serverstandardacor",
        "serverstandardcor", "serverstandardeval", "serverstandardevalcor", "serverstandardcore",
        "serverdatacentercore", "serverstorageworkgroup", "serverstoragestandard", "serverturbine", "serverturbinecor",
        "serverweb", "serverwebcore", "starter", "ultimate",
    )
)  # fmt: skip
_INSTALLATIONS = frozenset(("client", "server", "server core", "nano server", "iotuap"))
_LANGUAGE = re.compile(r"[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{4})?")  # an LCID, [MS-LCID] 2.2
_YES = frozenset(("ok.", "\u043e\u043a.", "ok", "\u786e\u5b9a\u3002"))
"""What netsh says of a line that is right: in Latin, in Cyrillic, in Chinese."""

_PROGRAM = re.compile(r'("?)([^"/]{1,300}?)\1((?: /[A-Za-z]){1,5} "?)')
_CMD = re.compile(r"[A-Za-z]:\\Windows\\System32\\cmd\.exe", re.IGNORECASE)
_SVCHOST = re.compile(r"(?:%SystemRoot%|[A-Za-z]:\\Windows)\\System32\\svchost\.exe", re.IGNORECASE)
CMD = r"%SystemRoot%\System32\cmd.exe"
"""What stands for cmd.exe where Windows has it: its drive is the estate's own affair."""


def product(name: str | None) -> str | None:
    """The ProductName of the registry where each word of it is one of Windows' own names."""
    return _if(name, name is not None and set(name.lower().split()) <= _IN_PRODUCTS)


def edition(name: str | None) -> str | None:
    """The EditionID where it is one of Windows'."""
    return _if(name, name is not None and name.lower() in _EDITIONS)


def installation(name: str | None) -> str | None:
    """The InstallationType where it is one of Windows'."""
    return _if(name, name is not None and name.lower() in _INSTALLATIONS)


def language(name: str | None) -> str | None:
    """A language identifier in hexadecimal."""
    return _if(name, name is not None and bool(_LANGUAGE.fullmatch(name)))


def of_netsh(line: str) -> str:
    """A line that netsh prints of a good line."""
    return line if line.casefold() in _YES else OTHER


def of_reg(line: str, shown: str) -> str:
    """A line that ``reg query`` prints of a key of ours: what is told is whether it is blank, or which key it names.

    Args:
        line: The line, with the key replaced.
        shown: What stands for the key.
    """
    return line if not line.strip() or line in (shown, rf"{shown}\Below") else OTHER


def before_line(text: str | None) -> str | None:
    """What stands in cmd's command line in front of ours: its path is compared with Windows' own, and not told."""
    if text is None:
        return None
    found = _PROGRAM.fullmatch(text)
    if not found:
        return OTHER
    quote, path, behind = found.groups()
    return f"{quote}{CMD if _CMD.fullmatch(path) else OTHER}{quote}{behind}"


def behind_line(text: str | None) -> str | None:
    """What stands behind it: a quotation mark, or nothing."""
    return _if(text, text in ("", '"'))


def program(text: str | None) -> str | None:
    """What is stored of the path of svchost.exe, with its variable or without, where Windows lies in its own folder."""
    return _if(text, text is not None and bool(_SVCHOST.fullmatch(text)))


def _if(text: str | None, told: bool) -> str | None:
    return None if text is None else text if told else OTHER
