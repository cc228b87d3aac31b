# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and features of a run's hosts that open nothing, as no row is about them: said once, before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._catalogue.products import ABOUT
from ..module_utils._catalogue.words import Feature, Product, Role, Ruleset
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.no_effect import without_effect, without_own_rows
from ..module_utils._policy.running import OF_TOPOLOGY, VARIABLE, VERSION, running
from ..module_utils._texts import first_few, said
from ._plain import plain

_MOST_NAMED = 5
_RULESET, _FEATURES = f"{PREFIX}ruleset", f"{PREFIX}features"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What decides which rows a host has, beside its roles.

    Attributes:
        product: What runs on it.
        ruleset: Its ruleset.
        features: The features that are named for it.
    """

    product: Product
    ruleset: Ruleset
    features: tuple[Feature, ...]


def read_chosen(known: Mapping[str, Any]) -> Chosen | None:
    """What the variables of a host say of that; None where they are wrong, which is for its own task to say.

    Args:
        known: The variables.
    """
    try:
        features = plain(known.get(_FEATURES)) or ()
        items = features.split(",") if isinstance(features, str) else features
        return Chosen(
            Product(plain(running(*map(known.get, (VARIABLE, OF_TOPOLOGY, VERSION)))) or Product.LYNC_2013),
            Ruleset(plain(known.get(_RULESET) or Ruleset.DOCUMENTED)),
            tuple(Feature(str(item).strip()) for item in items),
        )
    except (AnsibleError, TypeError, ValueError):
        return None


def notes(hosts: Iterable[tuple[str, Chosen | None]], by_group: Mapping[Role, Iterable[str]]) -> list[str]:
    """A sentence for each role and each feature that opens nothing on some of the hosts.

    Args:
        hosts: Those of the run, and what decides their rows.
        by_group: Role to the hosts that have it.
    """
    roles: dict[str, set[Role]] = {}
    for role, names in by_group.items():
        for name in names:
            roles.setdefault(name, set()).add(role)
    alike: dict[tuple[Chosen, frozenset[Role]], list[str]] = {}  # a large estate has few kinds of hosts
    for host, chosen in hosts:
        if chosen:
            alike.setdefault((chosen, frozenset(roles.get(host, ()))), []).append(said(host))
    found: dict[str, list[str]] = {}
    for (chosen, held), names in alike.items():
        for sentence in _sentences(chosen, held):
            found.setdefault(sentence, []).extend(names)
    return [f"{sentence} That is so on {first_few(names, _MOST_NAMED)}." for sentence, names in found.items()]


def _sentences(chosen: Chosen, roles: frozenset[Role]) -> Iterable[str]:
    for role in without_own_rows(sorted(roles), chosen.ruleset, chosen.product):
        yield (
            f"The role {role.value} has ports of its own in the extended ruleset only, and none of them is opened or "
            f"looked at: say {_RULESET}: {Ruleset.EXTENDED.value} there."
        )
    for feature in without_effect(chosen.features, roles, chosen.ruleset, chosen.product):
        yield (
            f"{_FEATURES} names {feature.value}, which {ABOUT[chosen.product].name} does not have: nothing is opened "
            "for it."
        )
