# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the variables of an inventory to the ports that are configured for the media of clients, for the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._net.port_set import PortSet
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import CLIENTS
from ..module_utils._policy.clients import CLIENT, DIRECTIONS
from ..module_utils._policy.matrix_clients import Configured
from ..module_utils._policy.matrix_in_effect import few
from ..module_utils._policy.policy import build_policy
from ._plain import plain
from ._sources import AsWritten

_MEDIA, _OVERRIDES = "client_media", "port_overrides"
_DOCUMENTED = PortSet()
"""In place of ports: a client has those of the document."""


def configured(
    entries: Iterable[Mapping[str, Any]], groups: Mapping[str, Any], hostvars: Mapping[str, Any]
) -> dict[str, Configured]:
    """The ports of rows that are configured, by the variables that an audit of the clients goes by.

    They are those of the hosts of ``lync_client``. Where the inventory has none, a variable that the servers have too,
    as one of all hosts, is meant for the clients.

    Args:
        entries: The hosts of the matrix.
        groups: Ansible's variable of that name.
        hostvars: Likewise.

    Returns:
        Row id to its ports, all that any client may use, and whose they are. Rows that have the document's ports on
        every client are not in it.

    Raises:
        OptionError: A variable is wrong; it names variable and host.
    """
    clients = [str(name) for name in groups.get(CLIENTS) or ()]
    # A client's own overrides count; of those of servers none is meant for a client.
    variables = (_MEDIA, _OVERRIDES) if clients else (_MEDIA,)
    known: dict[str, dict[str, PortSet]] = {}  # most hosts have the variables of their group
    found: dict[str, dict[PortSet, list[str]]] = {row: {} for row in DIRECTIONS}
    by: dict[str, str] = {}
    for name in clients or [str(entry["name"]) for entry in entries]:
        given = _given(name, variables, hostvars)
        alike = repr(given)
        if alike not in known:
            known[alike] = _ports(name, given) if given else {}
        for row, whose in found.items():
            whose.setdefault(known[alike].get(row, _DOCUMENTED), []).append(name)
            by[row] = _OVERRIDES if row in (given.get(_OVERRIDES) or ()) else by.get(row, _MEDIA)
    return {row: _together(by[row], whose) for row, whose in found.items() if whose and _DOCUMENTED not in whose}


def _given(name: str, variables: Iterable[str], hostvars: Mapping[str, Any]) -> dict[str, Any]:
    """What a host says of them, but for other rows than those of clients.

    Raises:
        OptionError: It is no dict, or cannot be templated.
    """
    found = {}
    for variable in variables:
        try:
            value = plain(AsWritten(hostvars, name).get(f"{PREFIX}{variable}"))
        except (AnsibleError, KeyError, TypeError) as error:
            raise OptionError(f"{PREFIX}{variable}", f"{name}: it cannot be read: {error}") from error
        if value and not isinstance(value, dict):
            raise OptionError(f"{PREFIX}{variable}", f"{name}: a dict is needed, not {value!r}")
        if variable == _OVERRIDES:
            value = {
                row: ports for row, ports in (value or {}).items() if row in DIRECTIONS and row.startswith("client-")
            }
        if value:
            found[variable] = value
    return found


def _ports(name: str, given: Mapping[str, Any]) -> dict[str, PortSet]:
    """Row id to the ports that an audit of the host would go by, where they are other than the document's.

    Raises:
        OptionError: They will not do.
    """
    try:
        demands = build_policy([CLIENT], **given).demands
    except OptionError as error:
        raise OptionError(f"{PREFIX}{error.option}", f"{name}: {error.reason}") from error
    return {demand.requirement.id: demand.ports for demand in demands if demand.overridden}


def _together(variable: str, whose: Mapping[PortSet, Sequence[str]]) -> Configured:
    names = sorted(name for some in whose.values() for name in some)
    ports = _DOCUMENTED
    for one in whose:
        ports |= one
    return Configured(ports, f"{PREFIX}{variable} of {few(names)}")
