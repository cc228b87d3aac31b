# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of the hosts of a run say of their scopes, and the peers that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._options.variables import PREFIX as OF_VARIABLES
from ..module_utils._policy.assignment import GROUP_ROLES
from ..module_utils._policy.peers import EXTRA, POOL, PREFIX
from ..module_utils._policy.scoping import WORDS
from ..module_utils._policy.unknown_peers import Scoped, as_block, unknown_peers
from ._results import plain


@dataclass(frozen=True, slots=True)
class Asks:
    """What decides which peers of a host have to be known, but for its roles.

    Attributes:
        ruleset: The ruleset.
        features: Opt-in features.
        skip_rows: Rows that are left out.
        pool: Whether its pool is named.
        extra: What ``lync_firewall_extra_peers`` says.
    """

    ruleset: str
    features: tuple[str, ...]
    skip_rows: tuple[str, ...]
    pool: bool
    extra: Mapping[str, Any]


def read_asks(known: Mapping[str, Any], scoped: bool) -> Asks | None:
    """What a host's variables say; None where its rules have no scope by kinds of peers, or where they are wrong.

    Args:
        known: The variables.
        scoped: Whether it is asked whatever the rules admit.
    """
    try:
        if not scoped and known.get(f"{OF_VARIABLES}scope") != "topology":
            return None
        if known.get(f"{OF_VARIABLES}peers") is not None:
            return None  # it says whom it knows, and nothing is worked out
        extra = plain(known.get(EXTRA) or {})
        return Asks(
            str(known.get(f"{OF_VARIABLES}ruleset") or "documented"),
            _words(known.get(f"{OF_VARIABLES}features")),
            _words(known.get(f"{OF_VARIABLES}skip_rows")),
            bool(known.get(POOL)),
            extra if isinstance(extra, Mapping) else {},
        )
    except (AnsibleError, TypeError):
        return None  # the host's own task says what is wrong


def block(hosts: Iterable[tuple[str, Asks, Sequence[str]]], groups: Mapping[str, Iterable[str]]) -> str:
    """A block of YAML with all peers that are missing; empty where none is.

    Args:
        hosts: The hosts of the run whose rules have a scope, what they ask, and the roles that their variables name.
        groups: All groups, those of roles with the hosts that name the role.
    """
    asked = list(hosts)
    by_group: dict[str, list[str]] = {}
    for group, role in GROUP_ROLES.items():
        for host in groups.get(group, ()) if asked else ():
            by_group.setdefault(host, []).append(role)
    scoped = [
        Scoped(
            tuple(roles) or tuple(by_group.get(host, ())),
            asks.ruleset,
            asks.features,
            asks.skip_rows,
            frozenset([*(kind for kind, items in asks.extra.items() if items is not None), *["pool"] * asks.pool]),
        )
        for host, asks, roles in asked
    ]
    unknown = unknown_peers(scoped, {kind for kind in WORDS if PREFIX + kind in groups})
    extras = [asks.extra for _host, asks, _roles in asked]
    same = extras[0] if extras and all(extra == extras[0] for extra in extras) else {}
    said = {kind: items for kind, items in same.items() if items is not None and kind not in unknown}
    return as_block(unknown, said) if unknown else ""


def _words(value: Any) -> tuple[str, ...]:
    found = plain(value or ())
    items = found.split(",") if isinstance(found, str) else found
    return tuple(str(item).strip() for item in items)
