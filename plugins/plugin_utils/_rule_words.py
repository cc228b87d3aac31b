# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule in words, for people who decide about it and do not read netsh: who may reach what, and whatever limits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..module_utils._firewall.state.rule import ANY_SERVICE
from ..module_utils._texts import first_few
from ._traffic_words import EDGE, ICMP, INTERFACES, PORTED, SECURITY, address_word, is_ping, port_words, protocol_words

_MOST_NAMED = 24
_MOST_IN_SENTENCE = 4  # more of them stand behind the sentence, where they hide nothing that limits the rule
_LONGEST_IN_SENTENCE = 120
_ANYBODY = ("any", "*", "")
_ALL_PROFILES = 3
_OFF = "the rule is switched off, and does nothing"
_BESIDE_BLOCKS = " whatever block rules say"
_ENDS = {
    ("in", "allow"): "No longer let in",
    ("in", "bypass"): f"No longer let in{_BESIDE_BLOCKS}",
    ("in", "block"): "No longer kept out",
    ("out", "allow"): "No longer let out",
    ("out", "bypass"): f"No longer let out{_BESIDE_BLOCKS}",
    ("out", "block"): "No longer stopped on the way out",
}
_PORTS, _THEIRS, _OWN, _ADDRESSES = "Ports", "Ports of the other side", "Its addresses", "Addresses"


def rule_in_words(
    rule: Mapping[str, Any], serves: str = "", spares: str = "", also: Iterable[str] = (), ends: bool = False
) -> str:
    """Who may reach what by a rule, and what limits it. Long lists stand behind the sentence.

    Args:
        rule: As `_states.rule_dict` gives it: texts, and lists of texts.
        serves: What it is for, where it is not a site rule, which names its entry.
        spares: Whom a block rule keeps out, where that is shorter than its addresses, such as
            ``Everybody but 10.0.0.7``.
        also: What else to say of it, in brackets.
        ends: Whether the rule goes or is switched off: then it is said what no longer holds. A rule that is off has
            nothing to end.
    """
    if rule.get("opaque"):
        return f"{rule.get('name', '')}: not understood ({'; '.join(rule['opaque'])})"
    works = bool(rule.get("enabled", True))
    beside = [*also, *(() if works else (_OFF,))]
    behind = _Behind()
    begin = _ended(rule, spares, behind) if ends and works else _who(rule, spares, behind)
    sentence = begin + "".join(f", {limit}" for limit in _limits(rule, behind))
    sentence += f" ({', '.join(beside)})" if beside else ""
    entry = rule.get("entry")
    needed = f"{entry} (extra_rules)" if entry else serves
    return behind.after(f"{sentence}: {needed}" if needed else sentence)


def ports_in_words(rule: Mapping[str, Any], key: str) -> str:
    """The ports of a rule, with a blank before them; nothing where they are no limit."""
    ports = str(rule[key])
    return "" if ports in _ANYBODY else f" {port_words(ports)}"


def protocol_in_words(rule: Mapping[str, Any]) -> str:
    """The protocol of a rule, with its types of ICMP."""
    return protocol_words(str(rule["protocol"]), rule.get("icmp_type_code") or ())


def addresses_in_words(addresses: Iterable[str]) -> str:
    """The first addresses, and how many more there are."""
    texts = list(addresses)
    if not texts or any(text in _ANYBODY for text in texts):
        return "any address"
    return first_few([address_word(text) for text in texts], _MOST_NAMED)


def profiles_in_words(profiles: Iterable[str]) -> str:
    """Profiles of a rule: ``the domain and private profiles``."""
    names = list(profiles)
    if len(names) in (0, _ALL_PROFILES):
        return "all profiles"
    return f"the {' and '.join(names)} profile{'s' if len(names) > 1 else ''}"


class _Behind:
    """Lists that are too long for a sentence, to be told after it."""

    def __init__(self) -> None:
        self._lists: dict[str, str] = {}

    def ports(self, name: str, text: str) -> str:
        """Ports with a blank before them, or a word for those that are told behind."""
        if len(text) <= _LONGEST_IN_SENTENCE:
            return text
        self._lists[name] = text.strip()
        return " at the ports named last" if name == _PORTS else " the ports named last"

    def addresses(self, name: str, addresses: Iterable[str]) -> str:
        """Addresses, or a word for those that are told behind."""
        listed = list(addresses)
        text = addresses_in_words(listed)
        if len(listed) <= _MOST_IN_SENTENCE or text == "any address":
            return text
        self._lists[name] = text
        return "named last" if name == _OWN else "the addresses named last"

    def after(self, sentence: str) -> str:
        """A sentence with the lists behind it."""
        told = [f"{name}: {self._lists[name]}" for name in (_PORTS, _THEIRS, _OWN, _ADDRESSES) if name in self._lists]
        return ". ".join([sentence, *told])


def _parts(rule: Mapping[str, Any], behind: _Behind) -> tuple[str, str, bool]:
    """What a rule is about, with the ports that are asked for; the ports of who asks; and whether it is outbound."""
    outbound = rule["direction"] == "out"
    ours, theirs = ports_in_words(rule, "local_ports"), ports_in_words(rule, "remote_ports")
    asked, asking = (theirs, ours) if outbound else (ours, theirs)
    what = protocol_in_words(rule) + behind.ports(_PORTS, asked)
    return what, f" from its own ports{behind.ports(_THEIRS, asking)}" if asking else "", outbound


def _who(rule: Mapping[str, Any], spares: str, behind: _Behind) -> str:
    what, asking, outbound = _parts(rule, behind)
    if spares:
        return f"{spares} is kept out of {what}"
    who = behind.addresses(_ADDRESSES, rule["remote_addresses"])
    may = "may not" if rule["action"] == "block" else "may"
    one, other = ("the host", who) if outbound else (who, "the host")
    verb = f"{one[0].upper()}{one[1:]} {may} "
    if rule["protocol"] in PORTED:
        verb += f"connect to {what}" + (f" of {other}" if outbound else "")
    elif is_ping(str(rule["protocol"]), rule.get("icmp_type_code") or ()):
        verb += what.replace("ping", f"ping {other}", 1)
    elif rule["protocol"] in ICMP:
        verb += f"send {other} {what}"
    else:
        verb += f"reach {other} with {what}"
    return verb + asking + (_BESIDE_BLOCKS if rule["action"] == "bypass" else "")


def _ended(rule: Mapping[str, Any], spares: str, behind: _Behind) -> str:
    what, asking, outbound = _parts(rule, behind)
    if spares:
        return f"{spares} is no longer kept out of {what}"
    who = behind.addresses(_ADDRESSES, rule["remote_addresses"])
    begin = _ENDS.get((rule["direction"], rule["action"]), "No longer there")
    return f"{begin}: {what} {'to' if outbound else 'from'} {who}{asking}"


def _limits(rule: Mapping[str, Any], behind: _Behind) -> list[str]:
    """What else has to hold, or is let through beside. A key that is no limit may be missing.

    What a host may have made long comes last, where it hides nothing if a sentence is cut.
    """
    outbound = rule["direction"] == "out"
    service, local, edge, security, program = (
        rule.get(key) for key in ("service", "local_addresses", "edge", "security", "program")
    )
    found = []
    if 0 < len(rule["profiles"]) < _ALL_PROFILES:
        found.append(f"in {profiles_in_words(rule['profiles'])}")
    if local:
        address = "address" if len(local) == 1 else "addresses"
        found.append(f"only {'from' if outbound else 'at'} its {address} {behind.addresses(_OWN, local)}")
    if interfaces := rule.get("interfacetypes"):
        found.append(f"only through interfaces {' or '.join(INTERFACES.get(word, word) for word in interfaces)}")
    if edge:
        found.append(f"with edge traversal{EDGE.get(edge, f' ({edge})')}")
    if security:
        found.append(f"only where IPsec {SECURITY.get(security, f'protects it ({security})')}")
    if service:
        found.append("only services" if service == ANY_SERVICE else f"only the service {service}")
    if program:
        found.append(f"only the program {program}")
    if rule.get("conditions"):
        found.append(f"only where {' and '.join(rule['conditions'])}")
    return found
