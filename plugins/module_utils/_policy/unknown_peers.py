# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of peers that scoped rules need and nobody says, all at once, as a block for a file of variables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._catalogue import catalogue
from .._catalogue.beside_clients import beside_clients
from .._catalogue.role_names import RoleError, host_roles
from .._catalogue.words import SERVERS_OF_ALL, Disposition, Feature, Peer, Product, Ruleset
from .peer_names import NAMES
from .peers import EXTRA, POOL
from .scoping import WORDS, stands_for_another, takes_everybody

_MOST_ROWS = 6
_MOST_HOSTS = 10
_NETWORKS = "lync_firewall_client_networks"


@dataclass(frozen=True, slots=True)
class Scoped:
    """What decides which peers of a host have to be known.

    Attributes:
        roles: Its Lync roles.
        ruleset: The ruleset.
        features: Opt-in features.
        skip_rows: Rows that are left out.
        said: Kinds of peers that are said for this host alone.
        product: What runs on it.
    """

    roles: tuple[str, ...]
    ruleset: str = Ruleset.DOCUMENTED.value
    features: tuple[str, ...] = ()
    skip_rows: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()
    product: str = Product.LYNC_2013.value


def needed_kinds(host: Scoped) -> dict[str, list[str]]:
    """Each kind of peer that must be known for all rules of a host to have a scope, and the rows that need it.

    Those that connect where clients do are among them: they are needed as soon as the client networks are said. In
    place of those that hold a replica it is the Lync servers, one by one.

    Args:
        host: The host. A role, product, ruleset or feature that is wrong needs nobody: the host's own task says so.
    """
    try:
        rows = catalogue.for_roles(host_roles(host.roles), Ruleset(host.ruleset), Product(host.product))
        features = {Feature(name) for name in host.features}
    except (RoleError, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.disposition not in (Disposition.LISTEN, Disposition.CONNECT) or row.id in host.skip_rows:
            continue
        if row.feature is not None and row.feature not in features:
            continue
        for peer in beside_clients(row) if takes_everybody(row) else row.peers:
            if stands_for_another(peer, row):
                continue
            kinds = [role.value for role in SERVERS_OF_ALL] if peer is Peer.REPLICA else [peer.value]
            for kind in kinds:
                found.setdefault(kind, []).append(row.id)
    return {kind: list(dict.fromkeys(ids)) for kind, ids in found.items()}


def unknown_peers(hosts: Iterable[Scoped], known: Collection[str]) -> dict[str, list[str]]:
    """The kinds that hosts need and nobody says, in the order of all kinds, and the rows that need each.

    Args:
        hosts: The hosts.
        known: Kinds that groups or roles of the inventory say.
    """
    found: dict[str, dict[str, None]] = {}
    for host in dict.fromkeys(hosts):  # most hosts of a role are the same
        for kind, ids in needed_kinds(host).items():
            if kind not in known and kind not in host.said:
                found.setdefault(kind, {}).update(dict.fromkeys(ids))
    return {kind: sorted(found[kind]) for kind in WORDS if kind in found}


def as_block(unknown: Mapping[str, Iterable[str]], extra: Mapping[str, Any] | None = None) -> str:
    """YAML for a file of variables. As it is it says nothing, so to paste it closes nothing.

    Args:
        unknown: What `unknown_peers` gives.
        extra: What ``lync_firewall_extra_peers`` says already, to be kept.
    """
    lines = [
        "# Peers that nobody names, and whose rows so stay open to any address with lync_firewall_scope: topology.",
        "# For each a list of addresses or networks; [] where there is nobody; empty as long as it is not known.",
        f"{EXTRA}:",
        *(f"  {kind}: {_flow(items)}" for kind, items in sorted((extra or {}).items())),
    ]
    for kind, rows in unknown.items():
        ids = list(rows)
        more = f" and {len(ids) - _MOST_ROWS} more" if len(ids) > _MOST_ROWS else ""
        pool = f", or {POOL} for each host" if kind == Peer.POOL.value else ""
        lines.append(f"  {kind}:  # {NAMES.get(Peer(kind), kind)}{pool}: {' '.join(ids[:_MOST_ROWS])}{more}")
    lines.append(
        f"# {_NETWORKS}: []  # networks of the clients; without it they may be anywhere, [] says there are none"
    )
    return "".join(f"{line}\n" for line in lines)


def as_comment(variable: str, missing: Mapping[str, Sequence[str]]) -> str:
    """Lines that name the hosts whose own variable has the peers, and misses some; empty where there are none.

    Args:
        variable: That variable.
        missing: Host to the kinds that it does not say.
    """
    if not missing:
        return ""
    lines = [f"# These hosts say {variable} themselves, and nothing is added to that. What is missing there:"]
    lines += [f"#   {host}: {', '.join(kinds)}" for host, kinds in list(missing.items())[:_MOST_HOSTS]]
    if len(missing) > _MOST_HOSTS:
        lines.append(f"#   and {len(missing) - _MOST_HOSTS} more hosts")
    return "".join(f"{line}\n" for line in lines)


def _flow(items: Any) -> str:
    texts = [items] if isinstance(items, str) else items if isinstance(items, (list, tuple)) else []
    return f"[{', '.join(repr(str(text)) for text in texts)}]"
