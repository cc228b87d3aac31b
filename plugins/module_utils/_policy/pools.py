# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says of a pool that a load balancer serves, read: how it is balanced, its addresses, its members."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .._catalogue import load_balancer_ports
from .._catalogue.balancing import EXTERNAL_AFFINITIES, Virtual
from .._catalogue.words import Role
from .._options.reading import OptionError, read_choice, read_ports

BALANCED_ROLES = (Role.FRONT_END, Role.DIRECTOR, Role.MEDIATION)
"""Roles whose pools the tables have load balancers for."""

VARIABLES = {
    "load_balancing": "lync_load_balancing",
    "virtual_addresses": "lync_virtual_addresses",
    "external_ports": "lync_external_web_ports",
    "external_affinity": "lync_external_web_affinity",
    "virtual_ports": "lync_virtual_ports",
}
"""Key of a pool to the variable of its members that has it."""

DRAINED = "lync_drained"
"""The variable of a member that is to get no new connections."""


class Balancing(str, Enum):
    """How a pool is balanced, which decides the table: 2 or 3."""

    HARDWARE = "hardware"  # The device carries everything.
    DNS = "dns"  # Clients choose a member by DNS; the device carries web traffic only.


TABLES = {
    Balancing.HARDWARE: load_balancer_ports.HLB_PORTS,
    Balancing.DNS: load_balancer_ports.DNSLB_PORTS,
}
"""The table of each way to balance."""


class ExternalPorts(str, Enum):
    """Which ports the external web address has. The pages disagree who maps 443 to 4443 and 80 to 8080."""

    BRIDGED = "bridged"  # 4443 and 8080: the reverse proxy does the mapping.
    MAPPED = "mapped"  # 443 and 80: the load balancer does.
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class PoolMember:
    """A server of a pool.

    Attributes:
        name: Its name in the inventory.
        address: Where the load balancer reaches it.
        roles: Its Lync roles.
        options: Options of the module ``lync_firewall`` that say which rows it has, and on which ports.
        drained: Whether it gets no new connections.
    """

    name: str
    address: str
    roles: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    drained: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool that a load balancer serves.

    Attributes:
        name: Its name.
        balancing: How it is balanced.
        members: Its servers, at least one.
        virtual: Its virtual addresses; those that are not said are worked out by `read_pool`.
        external_ports: Which ports the external web address has.
        external_affinity: Key of `EXTERNAL_AFFINITIES`.
        virtual_ports: Row to the port on its virtual address, where that was said.
    """

    name: str
    balancing: Balancing
    members: tuple[PoolMember, ...]
    virtual: Mapping[Virtual, str]
    external_ports: ExternalPorts
    external_affinity: str
    virtual_ports: Mapping[str, int] = field(default_factory=dict)


def read_pool(entry: Mapping[str, Any]) -> Pool:
    """Read one pool.

    Args:
        entry: ``name``, ``load_balancing``, ``virtual_addresses`` (name of the address to the address), ``members``
            (dicts with the attributes of `PoolMember`), and, if they are said, ``external_ports``,
            ``external_affinity`` and ``virtual_ports`` (row to port).

    Raises:
        OptionError: Something is wrong; the message names the pool and the remedy.
    """
    name = str(entry.get("name") or "")
    if not name or not name.isprintable():
        raise OptionError("pools", f"a pool is a dict with a name, load_balancing and members, not {entry!r}")
    try:
        balancing = read_choice(
            VARIABLES["load_balancing"], entry.get("load_balancing"), {word.value: word for word in Balancing}
        )
        members = _members(entry.get("members"))
        _see_that_roles_go_together(members)
        carries = balancing is Balancing.HARDWARE or any(set(member.roles) & _WEB_ROLES for member in members)
        virtual = _virtual(entry.get("virtual_addresses"), balancing) if carries else {}
        _see_that_they_differ(members, virtual)
        said = entry.get("external_ports")
        ports = read_choice(VARIABLES["external_ports"], said, _PORTS) if said else _fitting_ports(virtual)
        affinity = entry.get("external_affinity") or "none"
        if affinity == "cookie":
            raise OptionError(
                VARIABLES["external_affinity"],
                "a cookie needs a device that ends TLS; connections are passed through here, so it is none or source",
            )
        read_choice(VARIABLES["external_affinity"], affinity, EXTERNAL_AFFINITIES)
        virtual_ports = _virtual_ports(entry.get("virtual_ports"), balancing)
    except OptionError as error:
        raise OptionError(error.option, f"pool {name}: {error.reason}") from error
    return Pool(name, balancing, members, virtual, ports, str(affinity), virtual_ports)


_PORTS = {word.value: word for word in ExternalPorts}
_THIS = ipaddress.ip_network("0.0.0.0/8")  # "this network" (RFC 1122), never an interface's
_WEB_ROLES = {Role.FRONT_END.value, Role.DIRECTOR.value}


def _see_that_roles_go_together(members: Sequence[PoolMember]) -> None:
    """Both have a web site on 443, and each virtual address has that port once."""
    of_role = {
        role: [member.name for member in members if role.value in member.roles]
        for role in (Role.FRONT_END, Role.DIRECTOR)
    }
    if all(of_role.values()):
        raise OptionError(
            "lync_pool",
            f"the roles front_end ({', '.join(of_role[Role.FRONT_END])}) and director "
            f"({', '.join(of_role[Role.DIRECTOR])}) do not go together: Directors are a pool of their own. Correct the "
            "roles, or give the Directors another lync_pool",
        )


def _members(entries: Any) -> tuple[PoolMember, ...]:
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence) or not entries:
        raise OptionError("members", "there is no member; put its servers into the inventory, with their roles")
    return tuple(map(_member, entries))


def _member(entry: Any) -> PoolMember:
    if not isinstance(entry, Mapping) or not entry.get("name"):
        raise OptionError("members", f"a member is a dict with name, address and roles, not {entry!r}")
    name = str(entry["name"])
    if not name.isprintable():
        raise OptionError("members", f"{name!r} is no name of a host")
    address = str(entry.get("address") or "")
    if not address:
        raise OptionError(
            "members",
            f"nothing says which address {name} has; set lync_firewall_addresses or ansible_host for it, to an "
            "address, or have names looked up with lync_firewall_resolve_peers",
        )
    roles = entry.get("roles") or ()
    if isinstance(roles, str) or not {role.value for role in BALANCED_ROLES}.intersection(roles):
        raise OptionError(
            "members",
            f"{name} has none of the roles that are balanced, {', '.join(role.value for role in BALANCED_ROLES)}",
        )
    return PoolMember(
        name=name,
        address=one_address(f"the address of {name}", address),
        roles=tuple(str(role) for role in roles),
        options=dict(entry.get("options") or {}),
        drained=bool(entry.get("drained")),
    )


def _see_that_they_differ(members: Iterable[PoolMember], virtual: Mapping[Virtual, str]) -> None:
    """Raise OptionError for a member twice behind an address, and for a device that would be its own member."""
    names: dict[str, str] = {}
    for member in members:
        other = names.setdefault(member.address, member.name)
        if other != member.name:
            raise OptionError(
                "members",
                f"{other} and {member.name} have the same address, {member.address}; correct ansible_host or "
                "lync_firewall_addresses of one of them",
            )
    for word, address in virtual.items():
        if address in names:
            raise OptionError(
                f"{VARIABLES['virtual_addresses']}.{word.value}",
                f"{address} is the address of the member {names[address]}; a virtual address is the load balancer's",
            )


def _virtual(given: Any, balancing: Balancing) -> dict[Virtual, str]:
    """The addresses, those worked out that one may leave out: web is on that of SIP, external web on that of web."""
    option = VARIABLES["virtual_addresses"]
    known = [word.value for word in Virtual]
    if not isinstance(given, Mapping) or not given:
        need = "sip" if balancing is Balancing.HARDWARE else "web_internal"
        raise OptionError(option, f"say the pool's virtual addresses, {need} at least: a dict of {', '.join(known)}")
    for word in given:
        if word not in known:
            raise OptionError(f"{option}.{word}", f"there is no such address; they are {', '.join(known)}")
    said = {Virtual(word): one_address(f"{option}.{word}", text) for word, text in given.items()}
    if balancing is Balancing.DNS and Virtual.SIP in said:
        raise OptionError(
            f"{option}.sip", "with lync_load_balancing: dns clients choose a member themselves; leave it out"
        )
    if balancing is Balancing.HARDWARE and Virtual.SIP not in said:
        raise OptionError(f"{option}.sip", "it is needed with lync_load_balancing: hardware")
    internal = said.get(Virtual.WEB_INTERNAL) or said.get(Virtual.SIP)
    if internal is None:
        raise OptionError(f"{option}.web_internal", "it is needed: DNS load balancing does not work for web traffic")
    return {
        **said,
        Virtual.WEB_INTERNAL: internal,
        Virtual.WEB_EXTERNAL: said.get(Virtual.WEB_EXTERNAL) or internal,
    }


def _virtual_ports(given: Any, balancing: Balancing) -> dict[str, int]:
    option = VARIABLES["virtual_ports"]
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise OptionError(option, "a dict of rows to ports is needed, such as {hlb-06: 443}")
    rows = [row.id for row in TABLES[balancing] if row.ports]
    found = {}
    for row, value in given.items():
        if row not in rows:
            table = 2 if balancing is Balancing.HARDWARE else 3
            raise OptionError(f"{option}.{row}", f"table {table} has no such row; it has {', '.join(rows)}")
        ports = read_ports(f"{option}.{row}", value)
        if len(ports) != 1:
            raise OptionError(f"{option}.{row}", f"one port is needed, not {value!r}")
        found[str(row)] = next(iter(ports))
    return found


def _fitting_ports(virtual: Mapping[Virtual, str]) -> ExternalPorts:
    """On an address of its own external web has what both readings of the pages want; beside internal web it cannot."""
    external = virtual.get(Virtual.WEB_EXTERNAL)
    return ExternalPorts.BRIDGED if external == virtual.get(Virtual.WEB_INTERNAL) else ExternalPorts.BOTH


def one_address(option: str, text: Any) -> str:
    """One address of one interface, in its shortest spelling.

    Args:
        option: What it is the value of, for the message.
        text: The address.

    Raises:
        OptionError: It is none.
    """
    try:
        found = ipaddress.ip_address(str(text))
    except ValueError:
        raise OptionError(option, f"{text!r} is no address; one address is needed, such as 10.1.0.100") from None
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped:
        raise OptionError(option, f"{found} is an IPv4 address in the words of IPv6; say {mapped}")
    if found.is_unspecified or found.is_multicast or (found.version == 4 and (found.is_reserved or found in _THIS)):
        raise OptionError(option, f"{found} is no address of one interface")
    if "%" in str(found):
        raise OptionError(option, f"{str(text)!r} has a scope, which is right on one machine only; leave it out")
    return str(found)
