# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a rule that netsh can say in a word: interface types, edge traversal, security. Registry keys to words.

[MS-GPFAS] 2.2.2.19 has several keys for one word: what asks for authentication without encapsulation carries
``Security=Authenticate`` as well (the example of section 4.2), for readers of before version 2.9, and the rules that
Windows ships carry ``Edge=TRUE`` beside ``Defer``. Which of them Windows writes for a word is not documented, so rules
are compared by the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Condition = tuple[str, str]
"""A key of a rule string, as [MS-GPFAS] spells it, and its value."""

INTERFACE_TYPES = {"lan": "Lan", "wireless": "Wireless", "ras": "RemoteAccess"}
"""netsh's word for a type of interface to the value of ``IFType`` ([MS-GPFAS] 2.2.2.8)."""

_EDGE: dict[str, tuple[Condition, ...]] = {
    "yes": (("Edge", "TRUE"),),
    "deferapp": (("Defer", "App"), ("Edge", "TRUE")),
    "deferuser": (("Defer", "User"), ("Edge", "TRUE")),
}
_SECURITY: dict[str, tuple[Condition, ...]] = {
    "authenticate": (("Security", "Authenticate"),),
    "authenc": (("Security", "AuthenticateEncrypt"),),
    "authnoencap": (("Security", "Authenticate"), ("Security2_9", "An-NoEncap")),
    "authdynenc": (("Security", "Authenticate"), ("Security2", "AnE-Nego")),
}
EDGE = ("no", *_EDGE)
"""netsh's words for edge traversal."""

SECURITY = ("notrequired", *_SECURITY)
"""netsh's words for what IPsec has to do."""

_WORDS = {value.casefold(): word for word, value in INTERFACE_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the conditions of a rule say.

    Attributes:
        interfaces: Types of interfaces, in netsh's words; none for all.
        edge: Whether traffic through a NAT that a tunnel traverses is taken.
        security: What IPsec has to do.
        others: Conditions that netsh cannot say, sorted.
    """

    interfaces: frozenset[str] = frozenset()
    edge: str = "no"
    security: str = "notrequired"
    others: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The same as keys of a rule string, sorted."""
        types = (("IFType", INTERFACE_TYPES[word]) for word in self.interfaces)
        return tuple(sorted((*types, *_EDGE.get(self.edge, ()), *_SECURITY.get(self.security, ()), *self.others)))


NO_LIMITS = Limits()


def limits_of(conditions: Iterable[Condition]) -> Limits:
    """What the conditions of a rule say.

    Args:
        conditions: Keys and values, as `FirewallRule.conditions` has them.

    Returns:
        The limits; a value that is not known, or two of one key, is in ``others``.
    """
    given = tuple(conditions)
    if not given:
        return NO_LIMITS
    values = {key: value.casefold() for key, value in given}
    edge, security = _edge(values), _security(values)
    of_edge, of_security = {key for key, _value in _EDGE.get(edge, ())}, {"Security", "Security2_9", "Security2"}
    said = (of_edge if edge != "no" else set()) | (of_security if security != "notrequired" else set())
    interfaces = frozenset(_WORDS[value.casefold()] for key, value in given if _is_type(key, value))
    others = sorted(pair for pair in given if pair[0] not in said and not _is_type(*pair))
    # All three are not all: [MS-FASP] 2.2.20 has mobile broadband too, for which there is no word.
    return Limits(interfaces, edge, security, tuple(others))


def _is_type(key: str, value: str) -> bool:
    return key == "IFType" and value.casefold() in _WORDS


def _edge(values: dict[str, str]) -> str:
    defer = values.get("Defer", "")
    if defer in ("app", "user"):
        return f"defer{defer}"
    return "yes" if values.get("Edge") == "true" and not defer else "no"


def _security(values: dict[str, str]) -> str:
    """The newest key that is there decides: what is older beside it is for older readers."""
    if values.get("Security2") == "ane-nego":
        return "authdynenc"
    if values.get("Security2_9") == "an-noencap" and "Security2" not in values:
        return "authnoencap"
    if {"Security2", "Security2_9"} & values.keys():
        return "notrequired"
    return {"authenticate": "authenticate", "authenticateencrypt": "authenc"}.get(
        values.get("Security", ""), "notrequired"
    )
