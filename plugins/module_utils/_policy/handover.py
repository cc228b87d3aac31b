# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handing rules over to the owner of a Group Policy: as a netsh script for the policy, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from .._catalogue.products import called
from .._firewall.change.naming import ManagedName
from .._firewall.change.netsh import add_line, delete_line
from .._firewall.change.netsh_text import UnsupportedValueError, check_text
from .._firewall.state.limits import limits_of
from .._firewall.state.rule import FirewallRule, local_ports_text, profile_names, protocol_name
from .._options.reading import OptionError
from .._texts import spreadsheet_cell
from .host_policy import HostPolicy

COLUMNS = (
    "name", "rows", "enabled", "direction", "action", "protocol", "icmp_type_code", "local_ports", "remote_ports",
    "local_addresses", "remote_addresses", "profiles", "interfacetypes", "program", "service", "edge", "security",
    "description",
)  # fmt: skip
"""Columns of the table."""


def gpo_script(policy: HostPolicy, gpo: str) -> str:
    """A script for ``netsh -f`` that adds a host's rules to a Group Policy object.

    It is meant for a policy that has none of them yet: netsh adds duplicates without a warning.

    Args:
        policy: What the hosts need.
        gpo: The policy as netsh names it: ``domain.example\\name of the policy``.

    Raises:
        OptionError: The policy's name cannot be given to netsh.
    """
    _check(gpo)
    return _script(policy, "Run it once, as an owner of the policy:", gpo, [add_line(rule) for rule in _named(policy)])


def gpo_renewal(policy: HostPolicy, gpo: str) -> str:
    """The same for a policy that has rules of these names: each is deleted, and added anew; what is absent only goes.

    Raises:
        OptionError: The policy's name cannot be given to netsh.
    """
    _check(gpo)
    lines = [line for rule in _named(policy) for line in (delete_line(rule.name), add_line(rule))]
    lines += absent_lines(policy)
    return _script(policy, "Run it where the policy has an earlier version of them:", gpo, lines)


def gpo_removal(policy: HostPolicy, gpo: str) -> str:
    """A script that takes the rules out of the policy again.

    Raises:
        OptionError: The policy's name cannot be given to netsh.
    """
    _check(gpo)
    lines = [delete_line(rule.name) for rule in _named(policy)]
    return _script(policy, "This takes them out:", gpo, [*lines, *absent_lines(policy)])


def absent_lines(policy: HostPolicy) -> list[str]:
    """Lines that take out of a policy the site rules that are to be absent."""
    return [delete_line(str(ManagedName(key))) for key in policy.gone_parts]


def _check(gpo: str) -> None:
    """Whether netsh can be given the name of a policy.

    Raises:
        OptionError: It cannot.
    """
    try:
        check_text(gpo)
    except UnsupportedValueError as error:
        raise OptionError("gpo", f"{gpo!r}: {error}") from error
    domain, backslash, name = gpo.partition("\\")
    if not (domain and backslash and name):
        raise OptionError(
            "gpo", rf"{gpo!r} is no policy; write its domain and name, such as example.com\Lync Front End"
        )


def _script(policy: HostPolicy, how: str, gpo: str, commands: Iterable[str]) -> str:
    lines = [
        f"# Rules that {called(policy.product)} documents, made by lyncops.firewall. {how}",
        "#   netsh -f THIS_FILE",
        f'advfirewall set store gpo="{gpo}"',
        *commands,
    ]
    return "".join(f"{line}\r\n" for line in lines)


def rules_csv(policy: HostPolicy) -> str:
    """The same rules as a table with a head line, for people and other tools."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for desired, rule in zip(policy.rules, _named(policy), strict=True):
        limits = limits_of(rule.conditions)
        cells = (
            rule.name,
            " ".join(policy.rows.get(desired.key, ())),
            "yes" if rule.enabled else "no",
            rule.direction.value if rule.direction else "",
            rule.action.value if rule.action else "",
            protocol_name(rule.protocol),
            " ".join(value for _key, value in sorted(rule.icmp)),
            local_ports_text(rule),
            rule.remote_ports,
            rule.local_addresses,
            rule.remote_addresses,
            " ".join(profile_names(rule.profiles)),
            " ".join(sorted(limits.interfaces)) or "any",
            rule.program,
            rule.service,
            limits.edge,
            limits.security,
            rule.description,
        )
        table.writerow([spreadsheet_cell(str(cell)) for cell in cells])
    return text.getvalue()


def _named(policy: HostPolicy) -> list[FirewallRule]:
    return [desired.rule.named(str(ManagedName(desired.key))) for desired in policy.rules]
