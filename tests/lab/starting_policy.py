# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which firewall policy a host starts with, and which version of Windows it is.

The stock policies of `policies/stock` are what a fresh Windows Server has; their README says how each rule is known.
A server that somebody manages over WinRM has been through `winrm quickconfig` where WinRM is not on as installed
(2008 R2): it enables the built-in rules of the group, and so does the lab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.registry import Registry

POLICIES = Path(__file__).parent / "policies"
STOCK_FOLDER = POLICIES / "stock"
OFF = "-off"


@dataclass(frozen=True)
class WindowsVersion:
    """A release: product name; version as `ver` prints it up to the build; schema of the rule strings that its service
    writes ([MS-FASP] 2.2.42); name of its stock policy; from Windows 10 on the number of its update (UBR)."""

    product: str
    version: str
    schema: tuple[int, int]
    stock: str
    update: int = 0


WINDOWS: Mapping[str, WindowsVersion] = {
    "2008r2": WindowsVersion("Windows Server 2008 R2 Standard", "6.1.7601", (2, 10), "ws2008r2-sp1"),
    "2012": WindowsVersion("Windows Server 2012 Standard", "6.2.9200", (2, 20), "ws2012"),
    "2012r2": WindowsVersion("Windows Server 2012 R2 Standard", "6.3.9600", (2, 22), "ws2012r2"),
    "2016": WindowsVersion("Windows Server 2016 Standard", "10.0.14393", (2, 26), "ws2016-core", 5125),
    "2019": WindowsVersion("Windows Server 2019 Standard", "10.0.17763", (2, 29), "ws2019-desktop", 3650),
    "2022": WindowsVersion("Windows Server 2022 Standard", "10.0.20348", (2, 31), "ws2022-core", 587),
}

STOCK_POLICIES = (
    "ws2008r2-sp1",
    "ws2012",
    "ws2012r2",
    "ws2016-core",
    "ws2019-desktop",
    "ws2019-roles",
    "ws2022-core",
)

NAMED_POLICIES = ("default", "off", "stock", "stock-off", *STOCK_POLICIES, *(name + OFF for name in STOCK_POLICIES))
"""`stock` is the one of the host's Windows; `…-off` has the firewall off in all profiles, the rules as ever; `default`
and `off` are short for `stock` and `stock-off`."""

_SHORT = {"default": "stock", "off": "stock-off"}
_WINRM_RULES = "WINRM-HTTP-IN-TCP"
_FROM_ANY = (
    "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|App=System|Name=@FirewallAPI.dll,-30253|"
    "Desc=@FirewallAPI.dll,-30256|EmbedCtxt=@FirewallAPI.dll,-30267|"
)
_VERSION_KEY = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PROFILE_KEYS = ("DomainProfile", "StandardProfile", "PublicProfile")
_RULES_KEY = LOCAL_STORE + r"\FirewallRules"


def load_named(registry: Registry, name: str, windows: str, *, winrm_rule: bool) -> None:
    """Load one of NAMED_POLICIES; with ``winrm_rule`` as `winrm quickconfig` leaves it."""
    name = _SHORT.get(name, name)
    base = name.removesuffix(OFF)
    stock = WINDOWS[windows].stock if base == "stock" else base
    registry.load_dump(dump_text(STOCK_FOLDER / f"{stock}.reg.txt"))
    if winrm_rule:
        enable_winrm_rules(registry)
    if name.endswith(OFF):
        for profile in _PROFILE_KEYS:
            registry.create(f"{LOCAL_STORE}\\{profile}").set_dword("EnableFirewall", 0)


def enable_winrm_rules(registry: Registry) -> None:
    """What `winrm quickconfig` does to the firewall: the built-in rules of WinRM's own port are enabled as they are."""
    key = registry.create(_RULES_KEY)
    for value in list(key.values.values()):
        if value.name.upper().startswith(_WINRM_RULES):
            key.set(value.name, value.type, value.data.replace("|Active=FALSE|", "|Active=TRUE|"))


def admit_winrm_from_any(registry: Registry) -> None:
    """A WinRM rule that no Windows comes with: every profile, every address."""
    registry.create(_RULES_KEY).set("WINRM-HTTP-In-TCP", "REG_SZ", _FROM_ANY)


def describe_windows(registry: Registry, windows: str) -> None:
    """The values by which programs tell the release."""
    release = WINDOWS[windows]
    major, minor, build = release.version.split(".")
    key = registry.create(_VERSION_KEY)
    key.set("ProductName", "REG_SZ", release.product)
    # From Windows 10 on CurrentVersion stays at 6.3, and two numbers beside it count on.
    key.set("CurrentVersion", "REG_SZ", "6.3" if major == "10" else f"{major}.{minor}")
    key.set("CurrentBuild", "REG_SZ", build)
    key.set("CurrentBuildNumber", "REG_SZ", build)
    key.set("EditionID", "REG_SZ", "ServerStandard")
    key.set("InstallationType", "REG_SZ", "Server Core" if release.stock.endswith("-core") else "Server")
    if major == "10":
        key.set_dword("CurrentMajorVersionNumber", int(major))
        key.set_dword("CurrentMinorVersionNumber", int(minor))
        key.set_dword("UBR", release.update)


@lru_cache(maxsize=32)
def dump_text(path: Path) -> str:
    """The text of a dump, whatever byte order mark it starts with. Raises OSError, UnicodeDecodeError."""
    data = path.read_bytes()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
