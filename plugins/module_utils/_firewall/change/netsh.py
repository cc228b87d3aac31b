# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Plan as lines of ``netsh advfirewall``.

Syntax from Microsoft's ``netsh advfirewall`` reference and the command's own help text. Keywords and values are not
localised; messages are (ansible/ansible issues 18807 and 20504), and are never read. A line has no ``netsh`` in front:
it is one line of a session on standard input, or what follows ``netsh`` on a command line.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..._net.address_set import AddressSet
from ..state.rule import ALL_PROFILES, Action, Direction, FirewallRule, Profile, profile_names, protocol_name
from .plan import Plan, Update

LONGEST_LINE = 999
"""Characters a line may have. netsh's own limit is not documented; console input is known to stop above 1,000."""

FORBIDDEN = '"|%^&<>!`'
"""Characters that cmd or netsh could misread, even between quotes.

cmd's special characters are in Microsoft's reference of ``cmd``; ``|`` is not allowed in a rule ([MS-FASP] 2.2.37); how
to escape a quote in netsh is not documented.
"""


class UnsupportedValueError(ValueError):
    """A value cannot be given to netsh safely; the message says why."""


def check_text(text: str) -> None:
    """Reject text that cmd or netsh could misread.

    Args:
        text: A name, description or path that will stand between quotes.

    Raises:
        UnsupportedValueError: A character is forbidden or not printable ASCII, or would escape the closing quote.
    """
    for character in text:
        if character in FORBIDDEN or not " " <= character <= "~":
            raise UnsupportedValueError(
                f"the character {character!r} is not allowed; use printable ASCII without {FORBIDDEN}"
            )
    if text.endswith("\\"):
        raise UnsupportedValueError("a backslash at the end would join with the closing quote; leave it out")
    if text != text.strip():
        raise UnsupportedValueError("blanks at the beginning or end are not kept by Windows; leave them out")


def can_name_rule(name: str) -> bool:
    """Whether netsh can select a rule by this name, which is safe to paste into a console: hosts are not trusted."""
    try:
        check_text(name)
    except UnsupportedValueError:
        return False
    return name != "" and not name.startswith("@") and name.casefold() != "all"


def add_line(rule: FirewallRule) -> str:
    """``advfirewall firewall add rule …`` for one rule.

    Raises:
        UnsupportedValueError: netsh cannot express the rule, or the line would be too long.
    """
    if rule.opaque or rule.conditions or rule.port_words or rule.icmp or rule.group or rule.service:
        raise UnsupportedValueError(f"the rule {rule.name!r} has conditions that this collection does not write")
    words = [f"advfirewall firewall add rule {_quoted('name', rule.name)}"]
    words += [f"dir={_word(rule.direction)}", f"action={_word(rule.action)}", f"enable={_yes(rule.enabled)}"]
    words += [f"profile={_profiles(rule.profiles)}", f"protocol={protocol_name(rule.protocol)}"]
    _check_scope(rule.local_addresses)
    _check_scope(rule.remote_addresses)
    # An outbound rule names remote ports: there the other side listens, and any local port may be used.
    if not rule.local_ports.is_any:
        words.append(f"localport={rule.local_ports}")
    if not rule.remote_ports.is_any:
        words.append(f"remoteport={rule.remote_ports}")
    if not rule.local_addresses.is_any:
        words.append(f"localip={rule.local_addresses}")
    words.append(f"remoteip={rule.remote_addresses}")
    if rule.program:
        words.append(_quoted("program", rule.program))
    if rule.description:
        words.append(_quoted("description", rule.description))
    return _fitting(" ".join(words))


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


def plan_lines(plan: Plan) -> tuple[str, ...]:
    """The lines of a plan, in an order that never leaves a gap: add, change, delete, and switch on at the end.

    Raises:
        UnsupportedValueError: A rule cannot be written.
    """
    return (
        *(add_line(rule) for rule in plan.create),
        *(set_line(update) for update in plan.update),
        *(delete_line(name) for name in plan.delete),
        *(profile_line(profile) for profile in plan.profiles_on),
    )


def batch(lines: Iterable[str]) -> bytes:
    """A session for ``netsh`` on standard input. Without ``bye`` it would wait for more."""
    return "".join(f"{line}\r\n" for line in (*lines, "bye")).encode("ascii")


def _quoted(tag: str, text: str) -> str:
    check_text(text)
    return f'{tag}="{text}"'


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
