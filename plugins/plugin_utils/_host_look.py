# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is needed of one host's variables to tell which hosts a playbook works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._net.address_set import AddressSet
from ..module_utils._net.address_text import AddressError
from ..module_utils._net.sources import parse_sources
from ..module_utils._options.reading import OptionError
from ..module_utils._policy.peers import ADDRESSES, SOURCE, said_address
from ._client_hosts import Handling, read_handling
from ._keys import wrong_keys
from ._named_roles import VARIABLE as _ROLES
from ._named_roles import named_roles, names_client
from ._no_effect import Chosen, read_chosen
from ._plain import plain
from ._unsaid import Asks, read_asks

_VARIABLE = "lync_firewall_hosts"
PLAN = "lync_firewall_plan"
_REPORTS = "lync_firewall_report_sources"
_ADDRESSES = ("ansible_winrm_host", "ansible_host")
_PORTS = ("ansible_winrm_port", "ansible_port")
_WINRM_PORTS = ("", "5985", "5986")


@dataclass(frozen=True, slots=True)
class Look:
    """What is needed of a host's variables, which cost as much to be asked for as all else here.

    Attributes:
        said: The value of ``lync_firewall_hosts``.
        addresses: Its addresses; None where variables do not have them.
        end: Address and port that are connected to; None where its variables are wrong.
        roles: The roles that they name; None where that cannot be read.
        client: Whether it is a user's computer and no server, by its group or by its roles.
        has_roles: Whether its roles are named, rightly or not.
        reports: Whether reports are named that are to be put together.
        asks: What decides which peers it needs to be known; None where its rules have no scope.
        handling: What they say of it as a user's computer. Of others nobody asks: few inventories have the variable.
        held: Whether a plan is named that it is held to.
        wrong_keys: Variables, and keys in them that there are not.
        chosen: What decides its rows; None where its variables are wrong.
    """

    said: Any
    addresses: AddressSet | None
    end: tuple[str, str] | None
    roles: tuple[str, ...] | None
    client: bool
    has_roles: bool
    reports: bool
    asks: Asks | None
    handling: Handling
    held: bool = False
    wrong_keys: tuple[tuple[str, str], ...] = ()
    chosen: Chosen | None = None


def look_at(host: str, known: Mapping[str, Any], scoped: bool, *, client: bool) -> Look:
    """Look at a host's variables once.

    Args:
        host: Its name.
        known: Its variables.
        scoped: Whether an extra variable says the scope of all hosts.
        client: Whether its group says that it is a user's computer.

    Raises:
        OptionError: The pattern of the host cannot be templated.
    """
    try:
        address = next((known[name] for name in _ADDRESSES if known.get(name)), host)
        port = str(next((known[name] for name in _PORTS if known.get(name)), ""))
        # One machine may listen on both of WinRM's ports; another port of an address may be mapped to another machine.
        end = (str(address).lower().removesuffix("."), "" if port in _WINRM_PORTS else port)
    except AnsibleError:
        end = None  # a host whose variables are wrong is not connected to either
    client = client or names_client(known)
    return Look(
        said=_pattern(host, known),
        addresses=_own(host, known),
        end=end,
        roles=_roles(known),
        client=client,
        has_roles=_says(known, _ROLES),
        reports=_says(known, _REPORTS),
        asks=read_asks(known, scoped),
        held=_says(known, PLAN),
        wrong_keys=wrong_keys(known, scoped),
        chosen=read_chosen(known),
        handling=read_handling(known) if client else Handling(),
    )


def _pattern(host: str, known: Mapping[str, Any]) -> Any:
    try:
        return plain(known[_VARIABLE]) if _VARIABLE in known else None
    except AnsibleError as error:
        raise OptionError(f"{_VARIABLE} of {host}", str(error)) from error


def _roles(known: Mapping[str, Any]) -> tuple[str, ...] | None:
    try:
        return named_roles(known)
    except AnsibleError:
        return None


def _says(known: Mapping[str, Any], name: str) -> bool:
    """Whether a variable says anything. One that is wrong does: the task that needs it will say so."""
    try:
        return bool(known.get(name))
    except AnsibleError:
        return True


def _own(host: str, known: Mapping[str, Any]) -> AddressSet | None:
    try:
        value = next((known[name] for name in ADDRESSES if known.get(name)), None)
        value = value or said_address(host, known.get("ansible_host")) or host
        texts = [value] if isinstance(value, str) else value
        return parse_sources([str(item) for item in (*texts, known.get(SOURCE)) if item])
    except (AnsibleError, AddressError, TypeError):
        return None  # a name, or variables that are wrong: nothing is known of it
