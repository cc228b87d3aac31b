# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site rules and the versions of IP: what is asked for is what Windows stores, whatever the rule is for."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.backwards import add_back
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import (
    AddressSet,
    split,
    together,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.extra_rules import read_extra_rules
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    parse_line,
    rule_pairs,
)

PROTOCOLS = ("any", "tcp", "udp", "icmpv4", "icmpv6", 1, 58, 47)
SCOPES = (
    "LocalSubnet", "DNS", "LocalSubnet,10.9.9.9", "dhcp,fd00::9", "10.9.9.9", "fd00::9", "10.9.0.0/16,fd00::9", "any",
)  # fmt: skip
LIMITS: tuple[dict[str, Any], ...] = (
    {},
    {"localip": "10.0.0.5"},
    {"localip": "10.0.0.5,fd00::5"},
    {"action": "block"},
    {"direction": "out"},
    {"enabled": False},
    {"profiles": ["domain"], "interfacetypes": ["lan"]},
    {"edge": "yes"},
    {"security": "authenticate"},
    {"program": r"C:\a.exe", "service": "SiteAgent"},
)


ANY = AddressSet.any()


def made(scope: AddressSet = ANY, **entry: Any) -> Any:
    (extra,) = read_extra_rules([{"name": "n", **entry}], ALL_PROFILES, scope)
    return extra.parts[0][1].named("LyncOps x-n g1")


def stored(rule: Any) -> Any:
    """The rule as it is read from the host after its line."""
    _verb, words, _new = parse_line(add_line(rule))
    return parse_rule("id", "v2.22|" + "".join(f"{key}={value}|" for key, value in rule_pairs(words)))


@pytest.mark.parametrize(("protocol", "scope"), [*product(PROTOCOLS, SCOPES)])
def test_what_is_asked_for_is_what_is_read_afterwards(protocol: Any, scope: str) -> None:
    tried = 0
    for limits in LIMITS:
        ports = [{}, {"localport": "80"}, {"remoteport": "1-9"}] if protocol in ("tcp", "udp") else [{}]
        if protocol in ("icmpv4", "icmpv6", 1, 58):
            ports.append({"icmp_type_code": "8:*"})
        for named in ports:
            try:
                rule = made(protocol=protocol, remoteip=scope, **limits, **named)
            except OptionError:
                continue
            tried += 1
            assert stored(rule) == rule, (limits, named)
            assert add_back(stored(rule)), "the undo can say it again"
    assert (
        tried or scope == "fd00::9" or (protocol, scope) in (("icmpv6", "10.9.9.9"), (58, "10.9.9.9"), ("any", "any"))
    )


@pytest.mark.parametrize(
    ("protocol", "key"), [("icmpv4", "remoteip"), (1, "localip"), ("icmpv6", "remoteip"), (58, "localip")]
)
def test_a_version_of_icmp_without_an_address_of_it_is_refused(protocol: Any, key: str) -> None:
    own, others = ("4", "fd00::9") if protocol in ("icmpv4", 1) else ("6", "10.9.9.9")
    with pytest.raises(
        OptionError, match=rf"extra_rules\[0\]\.{key}: there is no IPv{own} address in it, .*name one here"
    ):
        made(protocol=protocol, **{key: others})


def test_the_scope_of_all_rules_takes_the_version_as_well() -> None:
    scope = AddressSet.parse(["10.0.0.0/8", "fd00::/8", "localsubnet"])
    assert made(scope, protocol="icmpv4").remote_addresses == scope.of_family(4)
    assert made(scope, protocol="tcp", localport=1).remote_addresses == scope
    with pytest.raises(OptionError, match="no IPv6 address in the scope of all rules, remote_addresses"):
        made(AddressSet.parse(["10.0.0.0/8"]), protocol="icmpv6")


def test_an_own_address_of_one_version_and_a_scope_of_the_other_are_refused() -> None:
    with pytest.raises(OptionError, match=r"localip: .*no version of IP in common"):
        made(localip="10.0.0.5", remoteip="fd00::9")


def test_a_scope_for_several_lines_keeps_the_version_of_its_keywords() -> None:
    many = AddressSet.parse([f"10.0.{number}.1" for number in range(100)]) | AddressSet.parse(["dns"]).of_family(4)
    parts = split(many, 200)
    assert len(parts) > 2
    assert together(parts) == many
