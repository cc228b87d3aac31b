# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Plan as lines of ``netsh advfirewall``.

Syntax from Microsoft's ``netsh advfirewall`` reference and the command's own help text. Keywords and values are not
localised; messages are (ansible/ansible issues 18807 and 20504), and are never read. A line has no ``netsh`` in front:
it is one line of a session on standard input, or what follows ``netsh`` on a command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..._net.address_set import AddressSet
from ..state.limits import limits_of
from ..state.profiles import LARGEST_LOG
from ..state.rule import (
    ALL_PROFILES,
    ANY_SERVICE,
    PROTOCOL_NUMBERS,
    Action,
    Direction,
    FirewallRule,
    Profile,
    profile_names,
    protocol_name,
)
from .groups import GroupChange
from .netsh_text import UnsupportedValueError, check_program, check_text, is_safe
from .plan import Plan, Update
from .profile_changes import ProfileChange

LONGEST_LINE = 999
"""Characters a line may have. netsh's own limit is not documented; console input is known to stop above 1,000."""

PORT_WORDS = (("LPort", "RPC"), ("LPort", "RPC-EPMap"))
"""Words in place of local ports that are written: registry key, and the word, which is netsh's too."""


def can_name_rule(name: str) -> bool:
    """Whether netsh can select a rule by this name, which is safe to paste into a console: hosts are not trusted."""
    return is_safe(name) and name != "" and not name.startswith("@") and name.casefold() != "all"


def add_line(rule: FirewallRule) -> str:
    """``advfirewall firewall add rule …`` for one rule.

    Raises:
        UnsupportedValueError: netsh cannot express the rule, or the line would be too long.
    """
    if rule.opaque or rule.group:
        raise UnsupportedValueError(f"the rule {rule.name!r} has conditions that this collection does not write")
    words = [f"advfirewall firewall add rule {_quoted('name', rule.name)}"]
    words += [f"dir={_word(rule.direction)}", f"action={_word(rule.action)}", f"enable={_yes(rule.enabled)}"]
    words += [f"profile={_profiles(rule.profiles)}", f"protocol={_protocol(rule)}"]
    _check_scope(rule.local_addresses)
    _check_scope(rule.remote_addresses)
    # An outbound rule names remote ports: there the other side listens, and any local port may be used.
    if ports := _local_ports(rule):
        words.append(f"localport={ports}")
    if not rule.remote_ports.is_any:
        words.append(f"remoteport={rule.remote_ports}")
    if not rule.local_addresses.is_any:
        words.append(f"localip={rule.local_addresses}")
    words.append(f"remoteip={rule.remote_addresses}")
    if rule.program:
        words.append(_quoted("program", rule.program, check_program))
    if rule.service:
        words.append(_quoted("service", "any" if rule.service == ANY_SERVICE else rule.service))
    words += _limits(rule)
    if rule.description:
        words.append(_quoted("description", rule.description))
    return _fitting(" ".join(words))


def _protocol(rule: FirewallRule) -> str:
    """The protocol, with a type of ICMP: netsh takes one type a rule."""
    if not rule.icmp:
        return protocol_name(rule.protocol)
    family = {PROTOCOL_NUMBERS["icmpv4"]: "ICMP4", PROTOCOL_NUMBERS["icmpv6"]: "ICMP6"}.get(rule.protocol or 0)
    ((key, value), *more) = sorted(rule.icmp)
    if more or key != family:
        raise UnsupportedValueError(f"the rule {rule.name!r} has several types of ICMP; netsh takes one a rule")
    kind, _colon, code = value.partition(":")
    return f"{protocol_name(rule.protocol)}:{kind},{'any' if code == '*' else code}"


def _local_ports(rule: FirewallRule) -> str:
    """Ports and the words that netsh has for them; nothing for any port."""
    words = []
    for key, word in sorted(rule.port_words):
        if (key, word) not in PORT_WORDS:
            raise UnsupportedValueError(f"the rule {rule.name!r} has the port {word}, which is not written here")
        words.append(word)
    if rule.local_ports.is_any and not words:
        return ""
    return ",".join([*([str(rule.local_ports)] if rule.local_ports else []), *words])


def _limits(rule: FirewallRule) -> list[str]:
    limits = limits_of(rule.conditions)
    if limits.others or len(limits.interfaces) > 1:
        raise UnsupportedValueError(f"the rule {rule.name!r} has conditions that this collection does not write")
    words = [f"interfacetype={word}" for word in limits.interfaces]
    if limits.edge != "no":
        words.append(f"edge={limits.edge}")
    if limits.security != "notrequired":
        words.append(f"security={limits.security}")
    return words


def set_line(update: Update) -> str:
    """``advfirewall firewall set rule … new …`` with only what differs.

    Raises:
        UnsupportedValueError: The line would be too long.
    """
    after = update.after
    if "remote_addresses" in update.fields:
        _check_scope(after.remote_addresses)
    values = {
        "enabled": f"enable={_yes(after.enabled)}",
        "action": f"action={_word(after.action)}",
        "profiles": f"profile={_profiles(after.profiles)}",
        "remote_addresses": f"remoteip={after.remote_addresses}",
    }
    new = " ".join(values[field] for field in update.fields)
    return _fitting(f"advfirewall firewall set rule {_quoted('name', after.name)} new {new}")


def delete_line(name: str) -> str:
    """``advfirewall firewall delete rule …``: all local rules of that name."""
    return _fitting(f"advfirewall firewall delete rule {_quoted('name', name)}")


def profile_line(profile: Profile) -> str:
    """Switch one profile's firewall on."""
    return f"advfirewall set {profile.value}profile state on"


def settings_lines(change: ProfileChange) -> tuple[str, ...]:
    """``advfirewall set …profile …`` with only what differs.

    Raises:
        UnsupportedValueError: The path of the log cannot be given to netsh safely.
    """
    fields, after, start = change.fields, change.after, f"advfirewall set {change.profile.value}profile"
    lines = []
    if "log_file" in fields:
        lines.append(f"{start} logging {_quoted('filename', str(after.log_file), check_program, ' ')}")
    if "log_size" in fields:
        if not 1 <= (after.log_size or 0) <= LARGEST_LOG:
            raise UnsupportedValueError(f"netsh takes a log of 1 to {LARGEST_LOG} kilobytes, not of {after.log_size}")
        lines.append(f"{start} logging maxfilesize {after.log_size}")
    switches = {
        "log_dropped": "logging droppedconnections",
        "log_allowed": "logging allowedconnections",
        "notifications": "settings inboundusernotification",
        "unicast_response": "settings unicastresponsetomulticast",
    }
    lines += [
        f"{start} {words} {'enable' if getattr(after, field) else 'disable'}"
        for field, words in switches.items()
        if field in fields
    ]
    if "inbound_block" in fields or "outbound_block" in fields:  # netsh takes both, or none
        # It would end "block all, whatever the rules say", if that is on.
        inbound = (
            ("blockinboundalways" if after.shields_up else "blockinbound") if after.inbound_block else "allowinbound"
        )
        lines.append(f"{start} firewallpolicy {inbound},{'block' if after.outbound_block else 'allow'}outbound")
    if "enabled" in fields:
        lines.append(f"{start} state {'on' if after.enabled else 'off'}")
    return tuple(_fitting(line) for line in lines)


def group_line(change: GroupChange, back: bool = False) -> str:
    """``advfirewall firewall set rule group=… new enable=…``: all local rules of the group.

    Args:
        change: The change.
        back: Whether to take it back.

    Raises:
        UnsupportedValueError: The group's reference cannot be given to netsh safely.
    """
    enabled = change.enabled is not back
    return _fitting(f"advfirewall firewall set rule {_quoted('group', change.reference)} new enable={_yes(enabled)}")


def plan_lines(plan: Plan) -> tuple[str, ...]:
    """The lines of a plan, in an order that never leaves a gap: add, change, delete, and switch on at the end.

    Raises:
        UnsupportedValueError: A rule cannot be written.
    """
    return (
        *(add_line(rule) for rule in plan.create),
        *map(group_line, plan.groups_on),
        *(set_line(update) for update in plan.update),
        *(delete_line(name) for name in plan.delete),
        *map(group_line, plan.groups_off),
        *(line for change in plan.settings for line in settings_lines(change)),
        *(profile_line(profile) for profile in plan.profiles_on),
    )


def batch(lines: Iterable[str]) -> bytes:
    """A session for ``netsh`` on standard input. Without ``bye`` it would wait for more."""
    return "".join(f"{line}\r\n" for line in (*lines, "bye")).encode("ascii")


def _quoted(tag: str, text: str, check: Callable[[str], None] = check_text, sign: str = "=") -> str:
    check(text)
    return f'{tag}{sign}"{text}"'


def _fitting(line: str) -> str:
    if len(line) > LONGEST_LINE:
        raise UnsupportedValueError(
            f"the netsh line would have {len(line)} characters, more than {LONGEST_LINE}: {line[:80]}…"
        )
    return line


def _check_scope(addresses: AddressSet) -> None:
    if kind := addresses.impossible_in_rule:
        raise UnsupportedValueError(f"a rule cannot hold {kind} of IPv6; leave it out")


def _word(value: Direction | Action | None) -> str:
    if value is None:
        raise UnsupportedValueError("a rule needs a direction and an action")
    return str(value.value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _profiles(profiles: frozenset[Profile]) -> str:
    return "any" if profiles == ALL_PROFILES else ",".join(profile_names(profiles))
