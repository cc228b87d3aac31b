# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of the hosts of a run say of their scopes, and the peers that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._catalogue.words import Product
from ..module_utils._options.variables import PREFIX as OF_VARIABLES
from ..module_utils._policy.assignment import GROUP_ROLES
from ..module_utils._policy.peers import EXTRA, POOL, PREFIX
from ..module_utils._policy.running import OF_TOPOLOGY, VARIABLE, VERSION, running
from ..module_utils._policy.scoping import WORDS
from ..module_utils._policy.unknown_peers import Scoped, as_block, as_comment, unknown_peers
from ._plain import plain

_OWN = f"{OF_VARIABLES}peers"


@dataclass(frozen=True, slots=True)
class Asks:
    """What decides which peers of a host have to be known, but for its roles.

    Attributes:
        ruleset: The ruleset.
        features: Opt-in features.
        skip_rows: Rows that are left out.
        pool: Whether its pool is named.
        extra: What ``lync_firewall_extra_peers`` says.
        own: The kinds that ``lync_firewall_peers`` says, to which nothing is added; None where nothing is worked out.
        product: What runs on it.
    """

    ruleset: str
    features: tuple[str, ...]
    skip_rows: tuple[str, ...]
    pool: bool
    extra: Mapping[str, Any]
    own: tuple[str, ...] | None = None
    product: str = Product.LYNC_2013.value


def read_asks(known: Mapping[str, Any], scoped: bool) -> Asks | None:
    """What a host's variables say; None where its rules have no scope by kinds of peers, or where they are wrong.

    Args:
        known: The variables.
        scoped: Whether it is asked whatever the rules admit.
    """
    try:
        if not scoped and known.get(f"{OF_VARIABLES}scope") != "topology":
            return None
        own = plain(known.get(_OWN))
        if own is not None and not isinstance(own, Mapping):
            return None  # the host's own task says what is wrong
        extra = plain(known.get(EXTRA) or {}) if own is None else {}
        return Asks(
            str(known.get(f"{OF_VARIABLES}ruleset") or "documented"),
            _words(known.get(f"{OF_VARIABLES}features")),
            _words(known.get(f"{OF_VARIABLES}skip_rows")),
            bool(known.get(POOL)),
            extra if isinstance(extra, Mapping) else {},
            None if own is None else tuple(str(kind) for kind, items in own.items() if items is not None),
            str(running(*map(known.get, (VARIABLE, OF_TOPOLOGY, VERSION))) or Product.LYNC_2013.value),
        )
    except (AnsibleError, TypeError):
        return None  # the host's own task says what is wrong


def block(hosts: Iterable[tuple[str, Asks, Sequence[str]]], groups: Mapping[str, Iterable[str]]) -> str:
    """A block of YAML with all peers that are missing; empty where none is.

    Hosts with ``lync_firewall_peers`` of their own have no part in that, and are named, with what they miss.

    Args:
        hosts: The hosts of the run whose rules have a scope, what they ask, and the roles that their variables name.
        groups: All groups, those of roles with the hosts that name the role.
    """
    everybody = list(hosts)
    asked = [(host, asks, roles) for host, asks, roles in everybody if asks.own is None]
    by_group: dict[str, list[str]] = {}
    for group, role in GROUP_ROLES.items():
        for host in groups.get(group, ()) if everybody else ():
            by_group.setdefault(host, []).append(role)
    scoped = [_scoped(host, asks, roles, by_group) for host, asks, roles in asked]
    unknown = unknown_peers(scoped, {kind for kind in WORDS if PREFIX + kind in groups})
    extras = [asks.extra for _host, asks, _roles in asked]
    same = extras[0] if extras and all(extra == extras[0] for extra in extras) else {}
    said = {kind: items for kind, items in same.items() if items is not None and kind not in unknown}
    text = as_block(unknown, said) if unknown else ""
    by_own = {
        host: unknown_peers([_scoped(host, asks, roles, by_group)], ())
        for host, asks, roles in everybody
        if asks.own is not None
    }
    return text + as_comment(_OWN, {host: list(missing) for host, missing in by_own.items() if missing})


def _scoped(host: str, asks: Asks, roles: Sequence[str], by_group: Mapping[str, Sequence[str]]) -> Scoped:
    own_pool = asks.pool and asks.own is None
    said = asks.own or [kind for kind, items in asks.extra.items() if items is not None]
    return Scoped(
        tuple(roles) or tuple(by_group.get(host, ())),
        asks.ruleset,
        asks.features,
        asks.skip_rows,
        frozenset([*said, *["pool"] * own_pool]),
        asks.product,
    )


def _words(value: Any) -> tuple[str, ...]:
    found = plain(value or ())
    items = found.split(",") if isinstance(found, str) else found
    return tuple(str(item).strip() for item in items)
