# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the facts of pools to the listeners of the load balancer in front of them: tables 2 and 3 at work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .._catalogue import balancing
from .._catalogue.balancing import EXTERNAL_AFFINITIES, SERVED, Served, Virtual, When
from .._catalogue.catalogue import by_id
from .._catalogue.model import Requirement
from .._catalogue.words import Role, Ruleset, Table
from .._options.reading import OptionError
from .balanced_model import Backend, BalancerListener
from .balanced_warnings import warnings_of
from .configured import Difference
from .host_policy import HostPolicy
from .policy import build_policy
from .pools import TABLES, VARIABLES, ExternalPorts, Pool, PoolMember

_BEHIND = {
    Role.FRONT_END_LOAD_BALANCER: Role.FRONT_END,
    Role.DIRECTOR_LOAD_BALANCER: Role.DIRECTOR,
    Role.MEDIATION_LOAD_BALANCER: Role.MEDIATION,
}
_ODD = re.compile(r"[^A-Za-z0-9.-]+")
_WEB = (Virtual.WEB_INTERNAL, Virtual.WEB_EXTERNAL)
_MOVED = (
    "Members listen on {}. The port that clients dial is a setting of its own (Set-CsWebServer); if it is not the one "
    "here, say it: {}: {{{}: PORT}}."
)
_ONLY_EXTENDED = "Its members open this port only with ruleset: extended (row {}); the page has no row for them."


def balancer_listeners(pools: Iterable[Pool]) -> tuple[BalancerListener, ...]:
    """The listeners that a load balancer needs for some pools, in the order of the pools and of the tables.

    Args:
        pools: The pools.

    Raises:
        OptionError: Two pools or two listeners are one to the device, or an option of a member is wrong.
    """
    found: list[BalancerListener] = []
    named: dict[str, str] = {}
    policies: dict[str, HostPolicy] = {}
    for pool in pools:
        plain = _plain(pool.name)
        if plain in named:
            raise OptionError("pools", f"{named[plain]} and {pool.name} are one name to a load balancer; rename a pool")
        named[plain] = pool.name
        found += _of_pool(pool, policies)
    _check_apart(found)
    return tuple(found)


def _of_pool(pool: Pool, policies: dict[str, HostPolicy]) -> list[BalancerListener]:
    servers = [_Server.of(member, pool, policies) for member in pool.members]
    names = [_plain(server.member.name) for server in servers]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise OptionError("members", f"pool {pool.name}: two members are {double[0]} to a load balancer; rename one")
    found: list[BalancerListener] = []
    for row in TABLES[pool.balancing]:
        served = SERVED.get(row.id)
        if served is None:
            continue  # the blank row
        behind = [server for server in servers if server.is_behind(row, served)]
        if behind:
            found += _of_row(pool, row, served, behind)
    return found


@dataclass(frozen=True, slots=True)
class _Server:
    """A member with its rows, those included that only the extended ruleset has."""

    member: PoolMember
    policy: HostPolicy
    skipped: frozenset[str]
    absent: frozenset[str]
    extended: bool

    @classmethod
    def of(cls, member: PoolMember, pool: Pool, policies: dict[str, HostPolicy]) -> _Server:
        """Work it out; members with the same roles and options, as those of a pool have, share a policy."""
        key = repr((member.roles, sorted(member.options.items())))
        if key not in policies:
            options = {**member.options, "ruleset": Ruleset.EXTENDED.value}
            try:
                build_policy(member.roles, **member.options)  # as the member's own task checks them
                policies[key] = build_policy(member.roles, **options)
            except OptionError as error:
                raise OptionError(error.option, f"pool {pool.name}: {member.name}: {error.reason}") from error
        policy = policies[key]
        return cls(
            member=member,
            policy=policy,
            skipped=frozenset(member.options.get("skip_rows") or ()),
            absent=frozenset(
                found.row for found in policy.configuration.disagreements if found.kind is Difference.NOT_IN_TOPOLOGY
            ),
            extended=member.options.get("ruleset") == Ruleset.EXTENDED.value,
        )

    def is_behind(self, row: Requirement, served: Served) -> bool:
        """Whether a listener of a row sends anything to the member."""
        roles = set(self.member.roles)
        if _BEHIND[row.roles[0]].value not in roles:
            return False
        if row.roles[0] is Role.MEDIATION_LOAD_BALANCER and Role.FRONT_END.value in roles:
            return False  # that is what the row of collocated Mediation Servers is for
        if served.when is When.COLLOCATED and Role.MEDIATION.value not in roles:
            return False
        if served.when is When.IN_TOPOLOGY and served.shown in self.absent:
            return False
        return row.id not in self.skipped and served.member not in self.skipped

    def port(self, row_id: str) -> int:
        """The port of one of its rows. Where the topology gives several, that of the table if it is one of them.

        Raises:
            OptionError: The row has several ports, of which none is the table's.
        """
        ports = next(
            (demand.ports for demand in self.policy.demands if demand.requirement.id == row_id), by_id(row_id).ports
        )
        if len(ports) > 1 and by_id(row_id).ports <= ports:
            ports = by_id(row_id).ports
        if len(ports) != 1:
            raise OptionError(
                f"port_overrides.{row_id}",
                f"{self.member.name} has {ports}, and a load balancer needs one port; say which one",
            )
        return next(iter(ports))


def _of_row(pool: Pool, row: Requirement, served: Served, behind: Sequence[_Server]) -> list[BalancerListener]:
    """The listeners of one row: one, or for external web one for each port that it is dialled on."""
    members = tuple(
        Backend(
            name=_plain(server.member.name),
            host=server.member.name,
            address=server.member.address,
            port=server.port(served.member),
            check_port=server.port(served.check),
            drained=server.member.drained,
        )
        for server in behind
    )
    ports = sorted({member.port for member in members})
    port = _dialled(pool, row, served, ports)
    if served.virtual is Virtual.WEB_EXTERNAL:
        seconds, source = EXTERNAL_AFFINITIES[pool.external_affinity]
        served = replace(served, affinity_seconds=seconds, affinity_source=source)
    said = pool.virtual_ports
    dialled = [port]
    if served.mapped is not None and pool.external_ports is not ExternalPorts.BRIDGED and row.id not in said:
        dialled = [served.mapped] + ([port] if pool.external_ports is ExternalPorts.BOTH else [])
    notes = [row.caveat] if row.caveat else []
    if served.virtual in _WEB and row.id not in said and ports != list(row.ports):
        notes.append(_MOVED.format(" and ".join(map(str, ports)), VARIABLES["virtual_ports"], row.id))
    addition = by_id(served.member).table is Table.ADDITION
    if addition and not all(server.extended for server in behind):
        notes.append(_ONLY_EXTENDED.format(served.member))
    unchecked = [server.member.name for server in behind if served.check in server.skipped]
    return [
        BalancerListener(
            name=f"{_plain(pool.name)}_{row.id}_{number}",
            pool=pool.name,
            load_balancing=pool.balancing.value,
            row=row.id,
            member_row=served.member,
            check_row=served.check,
            virtual=served.virtual.value,
            address=pool.virtual[served.virtual],
            port=number,
            transport=row.transports[0].value,
            members=members,
            affinity="none" if served.affinity_seconds is None else "source",
            affinity_seconds=served.affinity_seconds or 0,
            affinity_source=served.affinity_source,
            table="" if served.affinity_seconds is None else _table(pool, served),
            algorithm=balancing.ALGORITHM,
            check_seconds=balancing.CHECK_SECONDS,
            fall=balancing.FALL,
            rise=balancing.RISE,
            check_source=served.check_source,
            idle_seconds=served.idle_seconds,
            idle_source=served.idle_source,
            peers=tuple(peer.value for peer in row.peers),
            service=row.service,
            protocol=row.protocol,
            purpose=row.note,
            note=" ".join(notes),
            warnings=warnings_of(pool, row.id, members, served.check, unchecked, port),
            sources=(row.source, *served.sources),
            contradictions=served.contradictions,
        )
        for number in dialled
    ]


def _dialled(pool: Pool, row: Requirement, served: Served, ports: Sequence[int]) -> int:
    """The port on the virtual address: the one that was said, else of web the documented one, since what clients dial
    is another setting than where members listen, else that of the members.
    """
    if row.id in pool.virtual_ports:
        return pool.virtual_ports[row.id]
    if served.virtual in _WEB or len(ports) != 1:
        return next(iter(row.ports))
    return ports[0]


def _table(pool: Pool, served: Served) -> str:
    """The affinity table: a client keeps one member on all ports of an address that go down together."""
    return f"{_plain(pool.name)}_{served.virtual.value}_{served.check}"


def _plain(name: str) -> str:
    """A name as load balancers take it."""
    return _ODD.sub("-", name).strip("-.") or "-"


def _check_apart(listeners: Iterable[BalancerListener]) -> None:
    """Raise OptionError where two listeners are one to the network."""
    ends: dict[tuple[str, int], BalancerListener] = {}
    for listener in listeners:
        other = ends.setdefault((listener.address, listener.port), listener)
        if other is listener:
            continue
        external = Virtual.WEB_EXTERNAL.value in (listener.virtual, other.virtual) and listener.pool == other.pool
        remedy = (
            "give web_external an address of its own, or say lync_external_web_ports: bridged"
            if external
            else "give one of them another address"
        )
        raise OptionError(
            "lync_virtual_addresses",
            f"{listener.address} port {listener.port} is wanted twice: by {other.virtual} of pool {other.pool} "
            f"({other.row}), and by {listener.virtual} of pool {listener.pool} ({listener.row}); {remedy}",
        )
