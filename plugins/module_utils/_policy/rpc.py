# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules for ports of RPC that nobody can ask for: clients learn the port from the endpoint mapper on TCP 135.

That is [C706] 2.2.3 and [MS-RPCE] 2.1.1.1; netsh has the words RPC and RPC-EPMap for the two ([MS-FASP] 2.2.37).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from .._firewall.change.plan import DesiredRule
from .._firewall.state.rule import PROTOCOL_NUMBERS, Action, Direction, FirewallRule
from .._net.address_set import AddressSet
from .._texts import first_few, said
from .extra_rules import ExtraRule

_RPC, _MAPPER = "RPC", "RPC-EPMap"
_MAPPER_PORT = 135
_MOST_NAMED = 5


def without_mapper(extras: Iterable[ExtraRule], wanted: Iterable[DesiredRule]) -> tuple[str, ...]:
    """Names of site rules for RPC whose clients no wanted rule lets ask for the port, in the order given.

    Args:
        extras: The site rules.
        wanted: All rules that are to be there, those of the table among them.
    """
    asking = [
        (extra.name, rule) for extra in extras for _end, rule in extra.parts if _lets_in(rule) and _RPC in _words(rule)
    ]
    if not asking:
        return ()
    mappers = [desired.rule for desired in wanted if _lets_in(desired.rule) and _maps(desired.rule)]
    return tuple(dict.fromkeys(name for name, rule in asking if not rule.remote_addresses <= _who(rule, mappers)))


def _who(rule: FirewallRule, mappers: Iterable[FirewallRule]) -> AddressSet:
    """Who may ask the endpoint mapper in all profiles of a rule."""
    return reduce(or_, (one.remote_addresses for one in mappers if rule.profiles <= one.profiles), AddressSet())


def _lets_in(rule: FirewallRule) -> bool:
    return rule.enabled and rule.action is Action.ALLOW and rule.direction is Direction.IN


def _maps(rule: FirewallRule) -> bool:
    over_tcp = rule.protocol in (None, PROTOCOL_NUMBERS["tcp"])
    return over_tcp and (_MAPPER in _words(rule) or _MAPPER_PORT in rule.local_ports)


def _words(rule: FirewallRule) -> frozenset[str]:
    return frozenset(word for _key, word in rule.port_words)


def unmapped_note(names: tuple[str, ...]) -> str:
    """What to say of such rules, and what to do; empty where there is none.

    Args:
        names: What `without_mapper` gives.
    """
    if not names:
        return ""
    one = len(names) == 1
    return (
        f"extra_rules: {first_few([repr(said(name)) for name in names], _MOST_NAMED)} let{'s' if one else ''} clients "
        f"connect to ports of {_RPC}, which they learn from the endpoint mapper, and no wanted rule lets all of "
        f"them ask it: add one with localport: {_MAPPER} and the same remoteip, unless a rule of others does"
    )
