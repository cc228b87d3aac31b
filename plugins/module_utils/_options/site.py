# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options for what a site wants beside the table: rules, settings of the profiles, Windows' own groups of rules."""

from __future__ import annotations

from collections.abc import Iterable

from .._firewall.state.limits import EDGE, INTERFACE_TYPES, SECURITY
from .._firewall.state.profiles import LARGEST_LOG
from .._firewall.state.rule import Direction, Profile
from .option import Option

GROUP = "group"
"""The key of a site rule that is refused."""

_PROFILES = tuple(profile.value for profile in Profile)


def _either(words: Iterable[str]) -> str:
    """Words of which one is written, for the documentation: as choices Ansible would take them in one case alone."""
    *first, last = [f"V({word})" for word in words]
    return f"{', '.join(first)} or {last}"


EXTRA_RULE: tuple[Option, ...] = (
    Option(
        "name",
        (
            "What the rule is for. It is part of the managed rule's name and description.",
            "Printable ASCII, at most 80 characters.",
        ),
        required=True,
    ),
    Option(
        "state",
        (
            "V(present) or V(absent), which takes the managed rule away, with C(exclusive: false) too. Rules of others "
            "are never deleted.",
        ),
        default="present",
    ),
    Option("enabled", ("Whether the rule is switched on. It is by default.",), type="bool"),
    Option("enable", ("Another name of O(extra_rules[].enabled).",), type="bool"),
    Option(
        "action",
        (
            "V(allow), or V(block), which keeps out whomever the rule is about, and beats every rule that allows. "
            "Where it would close a row of the table, see C(on_ineffective).",
        ),
        default="allow",
    ),
    Option(
        "direction",
        (f"Which way the connection is opened, seen from the host: {_either(d.value for d in Direction)}.",),
        default="in",
    ),
    Option(
        "protocol",
        (
            "V(any), V(tcp), V(udp), V(icmpv4), V(icmpv6), or a number of 0 to 255, in any case.",
            "Must be V(tcp) or V(udp) where ports are named.",
        ),
        default="any",
    ),
    Option(
        "localport",
        (
            "Ports on the host, such as V(1433), V(8080,9000-9010), or a list. V(any) for all.",
            "With V(tcp), inbound, also V(RPC) for the dynamic ports of RPC, and V(RPC-EPMap) for port 135.",
        ),
        type="raw",
    ),
    Option("remoteport", ("Ports on the other side, as O(extra_rules[].localport), by number.",), type="raw"),
    Option(
        "icmp_type_code",
        (
            "Types of ICMP, with V(icmpv4) or V(icmpv6), such as V(8:*), or V(3:4) with a code. V(*) for all.",
            "netsh takes one a rule, so several make several managed rules.",
        ),
        type="list",
        elements="str",
    ),
    Option(
        "localip",
        ("Addresses of the host that the rule is for, as O(remote_addresses), without keywords. V(any) for all.",),
        type="list",
        elements="str",
    ),
    Option(
        "remoteip",
        ("Scope of this rule, as in O(remote_addresses), which it replaces. V(any) for any address.",),
        type="list",
        elements="str",
    ),
    Option(
        "program",
        (
            "Full path of the program the rule is limited to. It may begin with V(%SystemRoot%), V(%windir%), "
            "V(%ProgramFiles%), V(%ProgramFiles(x86\\)%) or V(%SystemDrive%), and is compared with these resolved.",
            "V(any) for any program, V(System) for what listens in the kernel, such as IIS.",
        ),
    ),
    Option(
        "service",
        ("Short name of the service the rule is limited to; V(*) for any service, V(any) for no limit.",),
    ),
    Option(
        "interfacetypes",
        (
            f"Types of network interfaces the rule is for: {', '.join(f'V({word})' for word in INTERFACE_TYPES)}, or "
            "V(any) for all.",
            "netsh takes one a rule, so two make two managed rules.",
        ),
        type="list",
        elements="str",
    ),
    Option("edge", (f"Edge traversal, of an inbound rule: {_either(EDGE)}.",), default="no"),
    Option(
        "security",
        (
            f"What IPsec has to do: {_either(SECURITY)}. Where it is anything but V(notrequired), the rule does "
            "nothing without a connection security rule, and its traffic is V(unknown) in verdicts.",
        ),
        default="notrequired",
    ),
    Option(
        "profiles",
        (f"Profiles of this rule, in place of O(profiles): {_either(_PROFILES)}; V(any) for all.",),
        type="list",
        elements="str",
    ),
    Option("profile", ("Another name of O(extra_rules[].profiles).",), type="list", elements="str"),
    Option("description", ("A text of your own for the rule's description.",)),
    Option(
        GROUP,
        (
            "Refused, since netsh cannot set it: it is here so that a task written for "
            "M(community.windows.win_firewall_rule) gets a clear answer. For Windows' own groups see "
            "C(builtin_groups).",
        ),
    ),
)
"""Keys of a site rule, named as in ``community.windows.win_firewall_rule``."""

EXTRA_RULES = Option(
    "extra_rules",
    (
        "Site rules to manage beside the table's, with the keys of M(community.windows.win_firewall_rule).",
        "A rule that names nothing but a profile, an interface or an address of the host would open, or block, "
        "everything to everybody. It is refused, and so is a key that is not in this list.",
        "Words such as V(allow) or V(in) are taken in any case.",
    ),
    type="list",
    elements="dict",
    default=(),
    suboptions=EXTRA_RULE,
)

PROFILE_SETTING: tuple[Option, ...] = (
    Option("state", ("Whether the firewall filters in this profile: V(enabled) or V(disabled).",)),
    Option(
        "inbound_action",
        (
            "What happens to inbound traffic that no rule is about: V(block), or V(allow), which opens the profile to "
            "everybody.",
        ),
    ),
    Option(
        "outbound_action",
        (
            "What happens to outbound traffic that no rule is about: V(allow), or V(block), which cuts every "
            "connection that the host opens and no rule allows, to its domain controllers and name servers too; see "
            "C(accept_impact).",
        ),
    ),
    Option("log_dropped", ("Whether dropped packets are logged.",), type="bool"),
    Option("log_allowed", ("Whether successful connections are logged.",), type="bool"),
    Option(
        "log_file",
        (
            "Full path of the log. It may begin with a variable as O(extra_rules[].program). Windows' own is "
            "V(%SystemRoot%\\\\System32\\\\LogFiles\\\\Firewall\\\\pfirewall.log); the service (MpsSvc) must be able "
            "to write to the folder.",
            "It ends in C(.log) or C(.txt), and is in Windows' own folder only below C(System32\\LogFiles), since the "
            "service writes into whatever is named.",
        ),
    ),
    Option(
        "log_size",
        ("Kilobytes after which Windows begins a new log and keeps the old one as C(.old).",),
        type="int",
        bounds=(1, LARGEST_LOG),
    ),
    Option("notifications", ("Whether a user is told when a program is kept from listening.",), type="bool"),
    Option(
        "unicast_response",
        ("Whether answers to multicast and broadcast requests of the host are taken.",),
        type="bool",
    ),
)
"""Settings of one profile. What is not given is left alone."""

PROFILE_SETTINGS = Option(
    "profile_settings",
    (
        "Settings of the firewall profiles. What is not named is left alone.",
        "They are read, planned, previewed, guarded and undone as rules are. What Group Policy decides otherwise is "
        "refused with a message.",
        "O(firewall_enabled=enabled) is the short form of C(state: enabled) for all three.",
    ),
    type="dict",
    default=(),
    suboptions=tuple(
        Option(name, (f"Settings of the {name} profile.",), type="dict", suboptions=PROFILE_SETTING)
        for name in _PROFILES
    ),
)

BUILTIN_GROUPS = Option(
    "builtin_groups",
    (
        "Groups of rules that Windows brings, to be switched on or off. Nothing but that is changed, and a group is "
        "named by its resource, such as V(@FirewallAPI.dll,-28502), or by one of the well-known English names, such as "
        "V(File and Printer Sharing), whatever the language of the host is.",
        "A group that is named nowhere is left alone.",
    ),
    type="dict",
    default=(),
    suboptions=(
        Option("enabled", ("Groups of which every rule is to be on.",), type="list", elements="str", default=()),
        Option("disabled", ("Groups of which every rule is to be off.",), type="list", elements="str", default=()),
    ),
)
