# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `netsh advfirewall … show` prints.

A profile's listing is that of public captures, English, German and French: the title, `State`, `Firewall Policy`, what
`Enable`, `Disable` and `GPO-store only` say are translated; the other labels and the words of the policy are not. That
Portuguese and Russian ones look so is unconfirmed; the quirk ``netsh_english`` leaves everything in English. A rule's
labels are English in every language: no client may parse them, and no public capture of all languages exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.windows.netsh_security import security_word
from lab.windows.rules import Rule

_PROTOCOLS = {None: "Any", "1": "ICMPv4", "6": "TCP", "17": "UDP", "58": "ICMPv6"}
_EDGES = {None: "Yes", "App": "Defer to application", "User": "Defer to user"}
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
    lines += _icmp(rule)
    if rule.inbound:
        lines.append(_line("Edge traversal", _EDGES[rule.first("Defer")] if rule.first("Edge") == "TRUE" else "No"))
    if verbose:
        lines.append(_line("Program", rule.first("App") or ""))
        lines.append(_line("Service", rule.first("Svc") or ""))
        lines.append(_line("InterfaceTypes", ",".join(rule.all("IFType")) or "Any"))
        lines.append(_line("Security", security_word(rule)))
        lines.append(_line("Rule source", "Local Setting"))
    lines.append(_line("Action", "Bypass" if _bypasses(rule) else rule.first("Action") or ""))
    return "".join(lines)


def _bypasses(rule: Rule) -> bool:
    return rule.first("Action") == "ByPass" or rule.first("AuthByPassOut") == "TRUE"


def _icmp(rule: Rule) -> list[str]:
    """The table of types and codes below the protocol; none where the rule is for all."""
    pairs = [value.partition(":") for value in rule.all("ICMP4") + rule.all("ICMP6")]
    rows = [f"{kind:<8}{'Any' if code == '*' else code}" for kind, _unused, code in pairs]
    return [f"{'':<{_WIDTH}}{row}\r\n" for row in (["Type    Code", *rows] if rows else [])]


def _addresses(rule: Rule, key4: str, key6: str) -> str:
    """Addresses as netsh shows them: a single host gets /32, which has misled people (ansible #22786)."""
    shown = []
    for value in dict.fromkeys(rule.all(key4) + rule.all(key6)):
        bare = value[0].isdigit() and "/" not in value and "-" not in value and ":" not in value
        shown.append(f"{value}/32" if bare else value)
    return ",".join(shown) or "Any"


TOPICS = ("state", "firewallpolicy", "settings", "logging")
"""What may follow `show …profile`."""


def profile_listing(
    say: Callable[[str], str],
    profile: str,
    settings: Mapping[str, int | None],
    log_file: str,
    topic: str | None = None,
) -> str:
    """One profile as `show allprofiles` lists it, or one of TOPICS; absent settings show their defaults.

    say: gives a message of the host's language; log_file: the path that LogFilePath names.
    """

    def flag(name: str, default: int) -> int:
        number = settings.get(name)
        return default if number is None else number

    def row(label: str, value: str) -> str:
        return f"{label:<{_WIDTH}}{value}\r\n"

    def enabled(on: int) -> str:
        return say("profile_enable") if on else say("global_disable")

    inbound = "BlockInbound" if flag("DefaultInboundAction", 1) else "AllowInbound"
    if flag("DoNotAllowExceptions", 0):
        inbound = "BlockInboundAlways"
    outbound = "BlockOutbound" if flag("DefaultOutboundAction", 0) else "AllowOutbound"
    multicast = enabled(not flag("DisableUnicastResponsesToMulticastBroadcast", 0))
    parts = {
        "state": row(say("profile_state"), say("profile_on" if flag("EnableFirewall", 1) else "profile_off")),
        "firewallpolicy": row(say("profile_policy"), f"{inbound},{outbound}"),
        "settings": row("LocalFirewallRules", say("profile_gpo_only"))
        + row("LocalConSecRules", say("profile_gpo_only"))
        + row("InboundUserNotification", enabled(not flag("DisableNotifications", 0)))
        + row("RemoteManagement", enabled(on=0))
        + row("UnicastResponseToMulticast", multicast),
        "logging": f"{say('profile_logging')}\r\n"
        + row("LogAllowedConnections", enabled(flag("LogSuccessfulConnections", 0)))
        + row("LogDroppedConnections", enabled(flag("LogDroppedPackets", 0)))
        + row("FileName", log_file)
        + row("MaxFileSize", str(flag("LogFileSize", 4096))),
    }
    shown = parts[topic] if topic else "".join((*list(parts.values())[:3], "\r\n", parts["logging"]))
    return f"\r\n{say(f'profile_{profile.lower()}')} \r\n{'-' * 70}\r\n{shown}\r\n"
