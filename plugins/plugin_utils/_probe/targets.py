# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to probe of each host of the inventory, by its variables, with no connection."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils._catalogue.words import Transport
from ...module_utils._net.port_set import PortSet
from ...module_utils._options.host_table import HOST_OPTIONS
from ...module_utils._options.reading import OptionError
from ...module_utils._options.variables import PREFIX
from ...module_utils._policy.peers import PeerError
from ...module_utils._policy.probing import PortAsked, asked_for, ports_asked
from ...module_utils._policy.wanted import requested_policy
from ...module_utils._texts import said
from .._arguments import validate
from .._sources import AsWritten
from .._variables import HostVariables

_ADDRESSES = (f"{PREFIX}probe_address", "ansible_winrm_host", "ansible_host")
_LONGEST = 500  # characters of what is wrong about a host


@dataclass(frozen=True, slots=True)
class HostTargets:
    """What to probe of a host.

    Attributes:
        name: The host.
        address: Address or name to connect to.
        ports: What its rows ask for.
        unasked: Ports of TCP that nothing asks for and that are probed all the same.
    """

    name: str
    address: str
    ports: tuple[PortAsked, ...]
    unasked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What to probe in all.

    Attributes:
        hosts: The hosts of which anything is to be probed.
        problems: Host to why it cannot be.
    """

    hosts: tuple[HostTargets, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


def find(
    names: Iterable[str], known: Mapping[str, Any], task: str, of_range: int, unasked: PortSet | None = None
) -> Found:
    """Work out what to probe. A host whose variables are wrong is a problem of its own, and keeps nobody else back.

    Args:
        names: The hosts.
        known: The variables of the task, as Ansible gives them.
        task: What is one task of a run, and no other.
        of_range: How many ports of a range are probed.
        unasked: Ports of TCP to probe beside what a host needs.
    """
    hosts, problems = [], {}
    for name in names:
        try:
            one = _host(name, known, task, of_range, unasked or PortSet())
        except (AnsibleError, OptionError, PeerError) as error:
            problems[name] = said(str(error), _LONGEST)
            continue
        if isinstance(one, str):
            problems[name] = one
        elif one:
            hosts.append(one)
    return Found(tuple(hosts), problems)


def _host(name: str, known: Mapping[str, Any], task: str, of_range: int, unasked: PortSet) -> HostTargets | str | None:
    """What to probe of a host, or what is wrong about it; None where nothing is to be done with it."""
    if name not in known["hostvars"]:
        return "it is not in the inventory"
    beside = {
        "inventory_hostname": name,
        "groups": known["groups"],
        "hostvars": known["hostvars"],
        "ansible_play_batch": known.get("ansible_play_batch") or (),
    }
    # What comes from there has been templated.
    host = HostVariables(ChainMap(beside, AsWritten(known["hostvars"], name)), lambda value: value, task)  # type: ignore[arg-type]
    assigned = host.assigned(connecting=True)
    if assigned.idle:
        return None
    if assigned.mistakes:
        return " ".join(assigned.mistakes)
    policy = requested_policy(validate(host.options(assigned.roles, HOST_OPTIONS), HOST_OPTIONS))
    others = unasked - asked_for(policy, Transport.TCP)
    address = next((value for variable in _ADDRESSES if (value := host.known.get(variable))), name)
    return HostTargets(name, str(address), ports_asked(policy, of_range), tuple(others))
