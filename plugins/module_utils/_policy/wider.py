# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is told of a row that admits more than it is scoped to: whom, by which rules, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from .._firewall.state.rule import Profile, profile_names, protocol_name
from .._firewall.traffic.admitted import Wider
from .._firewall.traffic.weighing import LONGEST_LIST
from .._options.words import BLOCK_OTHERS
from .._texts import said
from .blocking import may_help
from .effect import Effect
from .elsewhere import FIREWALL_OFF

_NARROW = "narrow the named rules, or switch them off, where they are made"
_ELSEWHERE = (
    "ports of one interface of an Edge Server are open at an address of another, which no block rule of ours changes: "
)
_BIND = "bind the named rules to the address of their interface (localip), or switch them off, where they are made"
_PROTECT = (
    "have the firewall on in the named profiles (firewall_enabled: enabled), and what no rule lets in blocked there "
    "(profile_settings)"
)
_SETTINGS = (FIREWALL_OFF, *(f"{profile.value} profile" for profile in Profile))
"""How names of what lets in begin that are settings of a profile and no rules."""
_AGAIN = "Lync makes its own again whenever its services start, so"
_BLOCK = f"set on_wider to {BLOCK_OTHERS}, which adds block rules for everybody else"
_NO_BLOCK = (
    "keep others out with a firewall before the host, or have Group Policy bring the rules (playbook gpo) and forbid "
    "local ones; block rules are made for no row that clients use or "
    "that has a keyword such as LocalSubnet among its peers"
)


def remedy(found: Sequence[Effect]) -> str:
    """What to do about rows that are wider than wanted, once for all of them.

    Args:
        found: These rows. In none of them are block rules made yet.
    """
    outside = [effect for effect in found if any(one.at for one in parts(effect))]
    inside = [effect for effect in found if any(one.here for one in parts(effect))]
    if outside:
        return "; ".join([*([_inside(inside)] if inside else []), _ELSEWHERE + _outside(outside)])
    return _inside(found)


def _outside(found: Sequence[Effect]) -> str:
    elsewhere = [one for effect in found for one in parts(effect) if one.at]
    settings = [name.startswith(_SETTINGS) for one in elsewhere for name in one.by]
    ruled = not all(settings) or any(one.more for one in elsewhere)
    return "; ".join([*([_BIND] if ruled else []), *([_PROTECT] if any(settings) else [])])


def _inside(found: Sequence[Effect]) -> str:
    helped = [effect.demand.requirement.id for effect in found if may_help(effect.demand)]
    unhelped = [effect.demand.requirement.id for effect in found if effect.demand.requirement.id not in helped]
    if not unhelped:
        return f"{_NARROW}; {_AGAIN} else {_BLOCK}"
    if not helped:
        return f"{_NARROW}; {_AGAIN} else {_NO_BLOCK}"
    return f"{_NARROW}; {_AGAIN} else {_BLOCK}; but for {', '.join(unhelped)} {_NO_BLOCK}"


def parts(effect: Effect) -> tuple[Wider, ...]:
    """Who gets in beside those who are meant, and who may beside them; nothing where there is nobody.

    Args:
        effect: A row on the host.
    """
    found = effect.admission.wider if effect.admission else None
    return tuple(one for one in (found, found.beside if found else None) if one)


def others(effect: Effect, found: Wider) -> str:
    """Who gets in beside those who are meant, in a few words.

    Args:
        effect: A row on the host.
        found: One of its `parts`.
    """
    if found.everybody:
        return "everybody" if effect.demand.for_nobody or found.at else "everybody else"
    return found.addresses.spelled(LONGEST_LIST)


def places(found: Wider) -> str:
    """At which addresses of other interfaces others get in, as ``at 192.0.2.1``; empty where they do not.

    Args:
        found: One of the `parts` of a row on the host.
    """
    if not found.at:
        return ""
    return f"at {'its own address and at ' if found.here else ''}{found.at.spelled(LONGEST_LIST)}"


def explain_wider(effect: Effect) -> str:
    """One sentence for a person: whom a row admits beside those who are meant, and by which rules.

    Args:
        effect: A row on the host that is wider than wanted.

    Raises:
        ValueError: It is not: a programming error.
    """
    found, *beside = parts(effect) or (None,)
    if not found:
        raise ValueError(f"{effect.demand.requirement.id} is not wider than wanted")
    ports = (found.ports or effect.demand.ports).spelled(LONGEST_LIST)
    what = f"{effect.demand.requirement.id} (in {protocol_name(effect.traffic.protocol)} {ports})"
    if effect.demand.for_nobody:
        what += ", which is for nobody,"
    return f"{what} {'; and '.join(_clause(effect, one) for one in (found, *beside))}"


def _clause(effect: Effect, found: Wider) -> str:
    where = f"in the {' and '.join(profile_names(found.profiles))} profile{'s' if len(found.profiles) > 1 else ''}"
    names = ", ".join(f"'{said(name)}'" for name in found.by)
    if found.more:
        names += f" and {found.more} more rule{'s' if found.more > 1 else ''}"
    verb = "may admit" if found.perhaps else "admits"
    whom = f"{others(effect, found)} {places(found)}".rstrip()
    return f"{verb} {whom} {where}, by {names}"


def in_words(rows: int, perhaps: int) -> str:
    """``67 rows wider than wanted, and 4 perhaps``; empty where there is none.

    Args:
        rows: How many rows are.
        perhaps: How many more may be.
    """
    if not rows:
        return f"{perhaps} row{'' if perhaps == 1 else 's'} perhaps wider than wanted" if perhaps else ""
    return f"{rows} row{'' if rows == 1 else 's'} wider than wanted" + (f", and {perhaps} perhaps" if perhaps else "")
