# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inventory groups to the addresses of each kind of peer."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._catalogue.words import LYNC_SERVERS, SERVERS_OF_ALL, Interface, Peer
from .._net.address_set import AddressSet, together
from .._net.address_text import AddressError
from .._net.sources import parse_sources
from .scoping import WORDS

PREFIX = "lync_"
"""What the group of a kind of peer begins with: ``lync_gateway``."""

ADDRESSES = ("lync_firewall_addresses", "lync_addresses")
"""Variables of a host that hold its addresses or networks, the first that is there; ``ansible_host`` comes last."""

EDGE_ADDRESSES = ("lync_firewall_edge_addresses", "lync_edge_addresses")
"""Variables of an Edge Server that hold its addresses by interface, the first that is there."""

_INTERNAL = Interface.INTERNAL.value

POOL = "lync_pool"
"""The variable of a host that names its pool."""

SOURCE = "lync_load_balancer_source"
"""The variable of a load balancer with the address that it connects from, where that is not its own."""

EXTRA = "lync_firewall_extra_peers"
"""The variable of a host that adds addresses to kinds of peers."""

# Kinds without a group of their own: they follow from other groups, whose names the message has anyway.
_WORKED_OUT = (Peer.REPLICA.value, Peer.POOL.value)
_NEEDED = tuple(role.value for role in SERVERS_OF_ALL)
_SERVERS = tuple(role.value for role in LYNC_SERVERS)


_MOST_OF_A_HOST = 16  # addresses by which a host is known; more are a network


class PeerError(ValueError):
    """A peer's address is unknown or invalid; the message names the host, its group and the remedy."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory says of the hosts of one kind.

    Attributes:
        addresses: Their addresses, in the fewest networks, sorted: the same from run to run.
        nameless: Hosts of which it does not know any address, sorted.
    """

    addresses: tuple[str, ...]
    nameless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estate:
    """Who is who in an inventory, worked out once for all its hosts.

    Attributes:
        kinds: What is known of each kind of peer. A kind whose group is missing is not there: nobody knows.
        pools: The same of the Front End Servers of each pool.
        names: Address to the host that has it, as far as hosts have a few of their own.
    """

    kinds: Mapping[str, Known]
    pools: Mapping[str, Known]
    names: Mapping[str, str] = field(default_factory=dict)


def survey(
    groups: Mapping[str, Iterable[str]],
    variables: Callable[[str], Mapping[str, Any]],
    resolve: Callable[[str], list[str]] | None = None,
) -> Estate:
    """Work out who is who; each host is looked at once.

    Args:
        groups: Inventory groups and their hosts, the whole inventory whatever a run is limited to.
        variables: Gives a host's variables.
        resolve: Looks up the addresses of a host whose variables have none; an empty list where it finds none.

    Raises:
        PeerError: A variable with addresses is wrong.
    """
    looked_at: dict[str, tuple[AddressSet, str]] = {}

    def look(host: str) -> tuple[AddressSet, str]:
        if host not in looked_at:
            known = variables(host)
            looked_at[host] = (_addresses(host, known, resolve), str(known.get(POOL) or ""))
        return looked_at[host]

    def known(hosts: Iterable[str]) -> Known:
        found = {host: look(host)[0] for host in hosts}
        addresses = together(found.values())
        nameless = sorted(host for host, own in found.items() if not own)
        return Known(tuple(addresses.texts()) if addresses else (), tuple(nameless))

    kinds = {kind: known(groups[PREFIX + kind]) for kind in WORDS if PREFIX + kind in groups}
    if all(PREFIX + role in groups for role in _NEEDED):
        kinds[Peer.REPLICA.value] = known({name for role in _SERVERS for name in groups.get(PREFIX + role, ())})
    pools: dict[str, list[str]] = {}
    for host in groups.get(PREFIX + Peer.FRONT_END.value, ()):
        pools.setdefault(look(host)[1], []).append(host)
    by_pool = {pool: known(hosts) for pool, hosts in pools.items() if pool}
    names: dict[str, str] = {}
    for host in sorted(looked_at):
        for address in looked_at[host][0].few(_MOST_OF_A_HOST):
            names.setdefault(address, host)
    return Estate(kinds, by_pool, names)


def peers_of(
    estate: Estate, pool: str = "", extra: Mapping[str, Any] | None = None, *, by_name: bool = False
) -> dict[str, list[str]]:
    """The addresses of each kind of peer of one host.

    Args:
        estate: Who is who.
        pool: The host's own pool, whose Front End Servers are a kind of peer too.
        extra: More addresses by kind; None says nothing. Where they make the last kind of Lync server known, those that
            hold a replica are known too.
        by_name: List a host without an address by its name, for documents, in place of the error.

    Returns:
        Kind to addresses. A missing group gives no key (not known), an empty one an empty list (there are none).

    Raises:
        PeerError: A peer has no address; or an extra kind does not exist, or is wrong.
    """
    peers = dict(estate.kinds)
    if pool:
        peers[Peer.POOL.value] = estate.pools.get(pool, Known(()))
    nameless = {kind: known.nameless for kind, known in peers.items() if known.nameless}
    if extra and not isinstance(extra, Mapping):
        raise PeerError(f"{EXTRA}: a dictionary is needed, a list of addresses for each kind of peer, not {extra!r}")
    for kind, items in (extra or {}).items():
        if kind not in WORDS:
            raise PeerError(f"{EXTRA}: {kind!r} is no kind of peer; they are {', '.join(WORDS)}")
        if items is None:
            continue  # as in the block that names unknown peers: not yet said
        known = peers.get(kind, Known(()))
        found = _read(f"{EXTRA}.{kind}", items) | _read(f"the addresses of {PREFIX}{kind}", known.addresses)
        peers[kind] = Known(tuple(found.texts()) if found else (), known.nameless)
    if Peer.REPLICA.value not in peers and all(role in peers for role in _NEEDED):
        servers = [peers[role] for role in _SERVERS if role in peers]
        found = _read("the addresses of all Lync servers", [text for known in servers for text in known.addresses])
        names = sorted({name for known in servers for name in known.nameless})
        peers[Peer.REPLICA.value] = Known(tuple(found.texts()) if found else (), tuple(names))
    if nameless and not by_name:
        raise PeerError(_unknown(nameless))
    return {kind: [*known.addresses, *known.nameless] for kind, known in sorted(peers.items())}


def internal_address(variables: Mapping[str, Any]) -> Any:
    """What is said of the internal address of an Edge Server, by which others inside know it; nothing for other hosts.

    Args:
        variables: Its variables.
    """
    known = (variables.get(name) for name in EDGE_ADDRESSES)
    return next((one[_INTERNAL] for one in known if isinstance(one, Mapping) and one.get(_INTERNAL)), None)


def said_address(host: str, ansible_host: Any) -> str:
    """The address that the inventory says of a host without `ADDRESSES`: where it connects to, or the very name.

    Args:
        host: The host's name in the inventory.
        ansible_host: Ansible's variable of that name; None where there is none.

    Returns:
        The address; empty where both are names.
    """
    return next((str(text) for text in (ansible_host, host) if _is_address(text)), "")


def _addresses(host: str, variables: Mapping[str, Any], resolve: Callable[[str], list[str]] | None) -> AddressSet:
    """The addresses of one host; none where they are not known."""
    own = _own_addresses(host, variables, resolve)
    source = variables.get(SOURCE)
    return own | _read(f"{SOURCE} of {host}", source) if source else own


def _own_addresses(host: str, variables: Mapping[str, Any], resolve: Callable[[str], list[str]] | None) -> AddressSet:
    for name in ADDRESSES:
        if variables.get(name):
            return _read(f"{name} of {host}", variables[name])
    if inside := internal_address(variables):
        return _read(f"the internal address of {host}", inside)
    said = said_address(host, variables.get("ansible_host"))
    if said:
        return _read(f"the address of {host}", said)
    found = resolve(str(variables.get("ansible_host") or host)) if resolve else []
    return _read(f"the address of {host}", found)


def _unknown(nameless: Mapping[str, Iterable[str]]) -> str:
    hosts = sorted({host for found in nameless.values() for host in found})
    groups = [PREFIX + kind for kind in nameless if kind not in _WORKED_OUT]
    listed = ", ".join(groups)
    if len(hosts) == 1:
        what = f"nothing says which address {hosts[0]} has, and it is a peer"
    else:
        what = f"nothing says which addresses {', '.join(hosts)} have, and they are peers"
    return (
        f"{what} (group{'s' if len(groups) > 1 else ''} {listed}). Set {ADDRESSES[0]} for "
        f"{'it' if len(hosts) == 1 else 'each'}, a list of addresses or networks, or an address as ansible_host, or "
        "have names looked up with lync_firewall_resolve_peers, or take it out of the group"
    )


def _is_address(text: Any) -> bool:
    try:
        ipaddress.ip_address(str(text or ""))
    except ValueError:
        return False
    return True


def _read(what: str, items: Any) -> AddressSet:
    texts = [items] if isinstance(items, str) else items
    if not isinstance(texts, (list, tuple)):
        raise PeerError(f"{what}: a list of addresses is needed, not {items!r}")
    try:
        return parse_sources([str(text) for text in texts]) if texts else AddressSet()
    except AddressError as error:
        raise PeerError(f"{what}: {error}") from error
