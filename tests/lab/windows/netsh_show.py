# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `netsh advfirewall … show` prints.

Labels stay English in every language here: no client may parse them, and no public capture of all languages exists.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.windows.rules import Rule

_PROTOCOLS = {None: "Any", "1": "ICMPv4", "6": "TCP", "17": "UDP", "58": "ICMPv6"}
_WIDTH = 38


def _line(label: str, value: str) -> str:
    return f"{label + ':':<{_WIDTH}}{value}\r\n"


def rule_listing(rule: Rule, display_name: str, display_group: str, *, verbose: bool) -> str:
    """One rule as `show rule` lists it."""
    protocol = rule.first("Protocol")
    lines = ["\r\n", _line("Rule Name", display_name), "-" * 70 + "\r\n"]
    if verbose and rule.first("Desc"):
        lines.append(_line("Description", rule.first("Desc") or ""))
    lines += [
        _line("Enabled", "Yes" if rule.active else "No"),
        _line("Direction", rule.first("Dir") or ""),
        _line("Profiles", ",".join(rule.all("Profile") or ("Domain", "Private", "Public"))),
        _line("Grouping", display_group),
        _line("LocalIP", _addresses(rule, "LA4", "LA6")),
        _line("RemoteIP", _addresses(rule, "RA4", "RA6")),
        _line("Protocol", _PROTOCOLS.get(protocol, str(protocol))),
    ]
    if protocol in ("6", "17"):
        lines += [
            _line("LocalPort", ",".join(rule.all("LPort") + rule.all("LPort2_10")) or "Any"),
            _line("RemotePort", ",".join(rule.all("RPort") + rule.all("RPort2_10")) or "Any"),
        ]
    if rule.inbound:
        lines.append(_line("Edge traversal", "Yes" if rule.first("Edge") == "TRUE" else "No"))
    if verbose:
        lines.append(_line("Program", rule.first("App") or ""))
        lines.append(_line("Service", rule.first("Svc") or ""))
        lines.append(_line("InterfaceTypes", ",".join(rule.all("IFType")) or "Any"))
    lines.append(_line("Action", rule.first("Action") or ""))
    return "".join(lines)


def _addresses(rule: Rule, key4: str, key6: str) -> str:
    """Addresses as netsh shows them: a single host gets /32, which has misled people (ansible #22786)."""
    shown = []
    for value in dict.fromkeys(rule.all(key4) + rule.all(key6)):
        bare = value[0].isdigit() and "/" not in value and "-" not in value and ":" not in value
        shown.append(f"{value}/32" if bare else value)
    return ",".join(shown) or "Any"


def profile_listing(title: str, settings: Mapping[str, int | None]) -> str:
    """One profile as `show allprofiles` lists it; absent settings show their defaults."""

    def flag(name: str, default: int) -> int:
        number = settings.get(name)
        return default if number is None else number

    inbound = "BlockInbound" if flag("DefaultInboundAction", 1) else "AllowInbound"
    if flag("DoNotAllowExceptions", 0):
        inbound = "BlockInboundAlways"
    outbound = "BlockOutbound" if flag("DefaultOutboundAction", 0) else "AllowOutbound"
    return "".join((
        f"\r\n{title} Profile Settings: \r\n",
        "-" * 70 + "\r\n",
        _line("State", "ON" if flag("EnableFirewall", 1) else "OFF"),
        _line("Firewall Policy", f"{inbound},{outbound}"),
        _line("LocalFirewallRules", "N/A (GPO-store only)"),
        _line("LocalConSecRules", "N/A (GPO-store only)"),
        _line("InboundUserNotification", "Disable" if flag("DisableNotifications", 0) else "Enable"),
        _line("RemoteManagement", "Disable"),
        _line(
            "UnicastResponseToMulticast",
            "Disable" if flag("DisableUnicastResponsesToMulticastBroadcast", 0) else "Enable",
        ),
        "\r\n",
    ))  # fmt: skip
