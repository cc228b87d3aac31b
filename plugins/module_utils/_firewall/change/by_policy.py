# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ours that Group Policy brings: the owner of a policy has put in what lyncops.firewall.gpo wrote.

They take part whether local rules are merged or not ([MS-GPFAS] 2.2.3.14), so one that does what is wanted is all that
is needed. Only the policy's owner can change them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..state.rule import FirewallRule, Store
from .naming import parse_name
from .plan import DesiredRule

OLD_POLICY = (
    "the policy's owner has to renew it: what lyncops.firewall.gpo writes now has a script that removes these rules "
    "and one that adds those that are wanted. No run on the host can"
)
"""What to do about rules of ours in a policy that are wanted no more, for the end of a sentence."""


@dataclass(frozen=True, slots=True)
class ByPolicy:
    """Rules of ours in the policy's store.

    Attributes:
        satisfied: Keys of desired rules that a policy brings as they are wanted.
        rules: The rules that do, one of each key, sorted by name.
        stale: The others: of another generation, scope or role, switched off, or not to be interpreted.
    """

    satisfied: frozenset[str]
    rules: tuple[FirewallRule, ...]
    stale: tuple[FirewallRule, ...]


def by_policy(wanted: Iterable[DesiredRule], rules: Iterable[FirewallRule]) -> ByPolicy:
    """Sort the rules of ours that Group Policy brings.

    Args:
        wanted: The desired rules.
        rules: All rules of the host.
    """
    desired = {one.key: one.rule.traffic() for one in wanted}
    good: dict[str, FirewallRule] = {}  # one rule of a key is enough, and a second one that is the same does no harm
    stale: list[FirewallRule] = []
    for rule in rules:
        name = parse_name(rule.name) if rule.store is Store.GROUP_POLICY else None
        if name is None:
            continue
        if not rule.opaque and desired.get(name.key) == rule.traffic():
            good.setdefault(name.key, rule)
        else:
            stale.append(rule)
    return ByPolicy(frozenset(good), _sorted(good.values()), _sorted(stale))


def _sorted(rules: Iterable[FirewallRule]) -> tuple[FirewallRule, ...]:
    return tuple(sorted(rules, key=lambda rule: (rule.name, rule.rule_id)))
