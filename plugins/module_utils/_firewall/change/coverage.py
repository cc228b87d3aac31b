# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules let in, compared: what one of them admits and others do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._net.address_set import AddressSet
from ..._net.port_set import PortSet
from ..._net.region import Region, union
from ..state.rule import Action, FirewallRule, Profile, same_path


def allows(rule: FirewallRule) -> bool:
    """Whether a rule may open anything; one that cannot be interpreted may."""
    return bool(rule.opaque) or (rule.enabled and rule.action in (Action.ALLOW, Action.BYPASS))


def region(rule: FirewallRule) -> Region:
    """Ports on the side that listens, and remote addresses, of an inbound rule.

    Keywords such as RPC stand for ports that only Windows knows, so any port may be meant. For two rules with the same
    keywords that is right, since `same_kind` compares them; a rule without keywords must cover every port.
    """
    return Region.of(PortSet.any() if rule.port_words else rule.local_ports, rule.remote_addresses)


def left_open(rule: FirewallRule, profile: Profile, others: Iterable[FirewallRule]) -> Region:
    """What an allow rule admits in a profile and others, which allow as well, do not.

    Args:
        rule: The rule.
        profile: The profile.
        others: Rules that could admit the same.
    """
    if profile not in rule.profiles:
        return Region()
    covers = [other for other in others if profile in other.profiles and same_kind(other, rule)]
    return region(rule) - union(region(other) for other in covers)


def same_kind(cover: FirewallRule, rule: FirewallRule) -> bool:
    """Whether a rule matches all that another does, ports, remote addresses and profiles aside."""
    if cover.opaque or cover.direction is not rule.direction or cover.protocol not in (None, rule.protocol):
        return False
    if cover.action is not rule.action:
        return False  # bypass is stronger than allow
    limits, others = _limits(cover), _limits(rule)
    return all(limit in (free, other) for limit, free, other in zip(limits, _FREE, others, strict=True))


def _limits(rule: FirewallRule) -> tuple[Any, ...]:
    return (
        rule.remote_ports,
        rule.port_words,
        rule.icmp,
        rule.local_addresses,
        same_path(rule.program),
        rule.service.casefold(),
        tuple(sorted(rule.conditions)),
    )


_FREE: tuple[Any, ...] = (PortSet.any(), frozenset(), frozenset(), AddressSet.any(), "", "", ())
"""`_limits` of a rule that has none."""
