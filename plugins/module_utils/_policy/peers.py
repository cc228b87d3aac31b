# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inventory groups to the addresses of each kind of peer."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._catalogue.model import LYNC_SERVERS, Peer
from .._net.address_set import AddressError, AddressSet
from .scoping import WORDS

PREFIX = "lync_"
"""What the group of a kind of peer begins with: ``lync_gateway``."""

ADDRESSES = ("lync_firewall_addresses", "lync_addresses")
"""Variables of a host that hold its addresses or networks, the first that is there; ``ansible_host`` comes last."""

# Kinds without a group of their own: they follow from other groups, whose names the message has anyway.
_WORKED_OUT = (Peer.REPLICA.value, Peer.POOL.value)
_SERVERS = tuple(role.value for role in LYNC_SERVERS)


class PeerError(ValueError):
    """A peer's address is unknown or invalid; the message names the host, its group and the remedy."""


def collect_peers(
    groups: Mapping[str, Iterable[str]],
    variables: Callable[[str], Mapping[str, Any]],
    host: str,
    extra: Mapping[str, Any] | None = None,
    *,
    resolve: Callable[[str], list[str]] | None = None,
    by_name: bool = False,
) -> dict[str, list[str]]:
    """The addresses of each kind of peer of one host, in the fewest networks, sorted: the same from run to run.

    Args:
        groups: Inventory groups and their hosts, the whole inventory whatever a run is limited to.
        variables: Gives a host's variables.
        host: The host whose peers are wanted; its own pool is one of them.
        extra: More addresses by kind.
        resolve: Looks up the addresses of a host whose variables have none; an empty list where it finds none.
        by_name: List a host without an address by its name, for documents, in place of the error.

    Returns:
        Kind to addresses. A missing group gives no key (not known), an empty one an empty list (there are none).

    Raises:
        PeerError: A peer has no address, or an invalid one; or an extra kind does not exist.
    """
    known: dict[str, AddressSet] = {}
    nameless: dict[str, list[str]] = {}  # hosts without an address, by kind

    def addresses(kind: str, hosts: Iterable[str]) -> AddressSet:
        found = AddressSet()
        for name in hosts:
            if name not in known:
                known[name] = _addresses(name, variables(name), resolve)
            if not known[name]:
                nameless.setdefault(kind, []).append(name)
            found |= known[name]
        return found

    peers: dict[str, AddressSet] = {}
    for kind in WORDS:
        if PREFIX + kind in groups:
            peers[kind] = addresses(kind, groups[PREFIX + kind])
    if all(PREFIX + role in groups for role in _SERVERS):
        servers = {name for role in _SERVERS for name in groups[PREFIX + role]}
        peers[Peer.REPLICA.value] = addresses(Peer.REPLICA.value, sorted(servers))
    pool = variables(host).get("lync_pool")
    if pool:
        front_ends = groups.get(PREFIX + Peer.FRONT_END.value, ())
        own = [name for name in front_ends if variables(name).get("lync_pool") == pool]
        peers[Peer.POOL.value] = addresses(Peer.POOL.value, own)
    for kind, items in (extra or {}).items():
        if kind not in WORDS:
            raise PeerError(f"lync_firewall_extra_peers: {kind!r} is no kind of peer; they are {', '.join(WORDS)}")
        peers[kind] = peers.get(kind, AddressSet()) | _read(f"lync_firewall_extra_peers.{kind}", items)
    if nameless and not by_name:
        raise PeerError(_unknown(nameless))
    return {
        kind: (found.texts() if found else []) + sorted(nameless.get(kind, [])) for kind, found in sorted(peers.items())
    }


def _addresses(host: str, variables: Mapping[str, Any], resolve: Callable[[str], list[str]] | None) -> AddressSet:
    """The addresses of one host; none where they are not known."""
    for name in ADDRESSES:
        if variables.get(name):
            return _read(f"{name} of {host}", variables[name])
    for text in (variables.get("ansible_host"), host):
        if _is_address(text):
            return _read(f"the address of {host}", text)
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
        return AddressSet.parse_for_rule([str(text) for text in texts]) if texts else AddressSet()
    except AddressError as error:
        raise PeerError(f"{what}: {error}") from error
