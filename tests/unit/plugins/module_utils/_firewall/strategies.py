# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis strategies for rules: the raw material of the firewall tests."""

from __future__ import annotations

import string
from dataclasses import replace

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import (
    Action,
    Direction,
    FirewallRule,
    Profile,
    Store,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from hypothesis import strategies as st

_WORD = string.ascii_letters + string.digits + " .,=()-_+#"
TEXT = st.text(_WORD, min_size=1, max_size=30).map(str.strip).filter(bool)
"""Text that netsh can be told: no quotes, pipes or anything else that a shell reads."""

FREE_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|\x00\r\n"), max_size=30)
"""Text that a rule string can hold."""

_PORT = st.integers(1, 65535)
PORTS = st.one_of(
    st.just(PortSet.any()),
    st.lists(st.tuples(_PORT, _PORT).map(lambda p: (min(p), max(p))), min_size=1, max_size=4).map(
        lambda ranges: PortSet(tuple(ranges))
    ),
)


def _ranges(first: int, last: int) -> st.SearchStrategy[tuple[int, int]]:
    number = st.integers(first, last)
    return st.tuples(number, number).map(lambda pair: (min(pair), max(pair)))


def _addresses(v6: st.SearchStrategy[tuple[int, int]]) -> st.SearchStrategy[AddressSet]:
    return st.one_of(
        st.just(AddressSet.any()),
        st.builds(
            lambda v4, v6, words: AddressSet(tuple(v4), tuple(v6), frozenset(words)),
            st.lists(_ranges(0, (1 << 32) - 2), min_size=1, max_size=4),
            st.lists(v6, max_size=3),
            st.sampled_from([(), ((4, "localsubnet"), (6, "localsubnet")), ((4, "dns"), (6, "dns"))]),
        ),
    )


ADDRESSES = _addresses(_ranges(0, (1 << 128) - 2))
TELLABLE_ADDRESSES = _addresses(_ranges(2, (0xFF << 120) - 1))
"""Without the IPv6 addresses that Windows takes in no rule: ``::``, ``::1`` and ``ff00::/8``."""

PROFILES = st.frozensets(st.sampled_from(list(Profile)), min_size=1)

_CONDITIONS = st.lists(
    st.sampled_from(
        [
            ("Edge", "TRUE"), ("Defer", "User"), ("IFType", "Lan"), ("IFType", "Wireless"), ("LUOwn", "S-1-5-21-1"),
            ("TTK2_27", "WFDKmDriver"), ("Platform2", "GTEQ"), ("Platform", "2:6:2"), ("PFN", "x_y"),
        ]
    ),
    unique=True,
    max_size=3,
)  # fmt: skip

STORED_RULES = st.builds(
    FirewallRule,
    name=FREE_TEXT,
    direction=st.sampled_from(list(Direction)),
    action=st.sampled_from(list(Action)),
    enabled=st.booleans(),
    protocol=st.one_of(st.none(), st.integers(0, 255)),
    local_ports=PORTS,
    remote_ports=PORTS,
    icmp=st.frozensets(st.sampled_from([("ICMP4", "8:*"), ("ICMP6", "128:0"), ("ICMP4", "3:4")])),
    local_addresses=ADDRESSES,
    remote_addresses=ADDRESSES,
    profiles=PROFILES,
    program=FREE_TEXT,
    service=FREE_TEXT,
    description=FREE_TEXT,
    group=FREE_TEXT,
    conditions=_CONDITIONS.map(tuple),
)
"""Any rule that a registry could hold."""

PLAIN_RULES = st.builds(
    FirewallRule,
    name=st.just(""),
    direction=st.sampled_from(list(Direction)),
    action=st.sampled_from([Action.ALLOW, Action.BLOCK]),
    enabled=st.booleans(),
    protocol=st.sampled_from([6, 17]),
    local_ports=PORTS,
    remote_ports=PORTS,
    remote_addresses=TELLABLE_ADDRESSES,
    profiles=PROFILES,
    program=st.sampled_from(["", r"C:\Program Files (x86)\Agent\agent.exe"]),
    description=TEXT,
)
_KINDS: list[dict[str, object]] = [
    *({"protocol": 1, "icmp": frozenset({("ICMP4", code)})} for code in ("8:*", "3:4")),
    {"protocol": 58, "icmp": frozenset({("ICMP6", "128:0")})},
    {"protocol": 47},
    {"protocol": None},
    {"protocol": 6, "direction": Direction.IN, "port_words": frozenset({("LPort", "RPC")}), "local_ports": PortSet()},
    {"protocol": 6, "direction": Direction.IN, "port_words": frozenset({("LPort", "RPC-EPMap"), ("LPort", "RPC")}),
     "local_ports": PortSet.of(443)},
]  # fmt: skip
_LIMITS: list[dict[str, object]] = [
    {"service": "RTCSRV"},
    {"service": "*"},
    {"local_addresses": AddressSet.parse(["10.0.0.1", "10.1.0.0/16", "fd00::1"])},
    *({"conditions": (("IFType", word),)} for word in ("Lan", "Wireless", "RemoteAccess")),
    {"conditions": (("Edge", "TRUE"),), "direction": Direction.IN},
    {"conditions": (("Defer", "App"), ("Edge", "TRUE")), "direction": Direction.IN},
    {"conditions": (("Security", "Authenticate"),)},
    {"conditions": (("IFType", "Lan"), ("Security", "Authenticate"), ("Security2", "AnE-Nego"))},
]


def _with(rule: FirewallRule, kind: dict[str, object], limit: dict[str, object]) -> FirewallRule:
    ports = {} if kind.get("protocol", 6) == 6 else {"local_ports": PortSet.any(), "remote_ports": PortSet.any()}
    changes: dict[str, object] = {**ports, **kind, **limit}
    if "port_words" in kind:
        changes["direction"] = Direction.IN
    made: FirewallRule = replace(rule, **changes)  # type: ignore[arg-type]
    if family := {1: 4, 58: 6}.get(made.protocol or 0):
        made = replace(
            made,
            local_addresses=_of_family(made.local_addresses, family),
            remote_addresses=_of_family(made.remote_addresses, family),
        )
    return made


def _of_family(scope: AddressSet, family: int) -> AddressSet:
    """A version of ICMP has the addresses of that version of IP alone."""
    return scope if scope.is_any else scope.of_family(family) or AddressSet.any()


WRITABLE_RULES = st.one_of(
    PLAIN_RULES,
    PLAIN_RULES,
    st.builds(_with, PLAIN_RULES, st.sampled_from([{}, *_KINDS]), st.sampled_from([{}, *_LIMITS])),
)
"""A rule that this collection may write: what netsh can be told in one line."""

STORES = st.sampled_from(list(Store))
