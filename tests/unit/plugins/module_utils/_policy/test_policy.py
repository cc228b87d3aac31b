# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From roles and options to rules. The expected ports are written out by hand from Microsoft's table."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.naming import ManagedName
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.netsh import add_line
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Action, FirewallRule, Profile
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy

Opening = tuple[str, str, str]


def _open(direction: str, transport: str, ports: str) -> set[Opening]:
    return {(direction, transport, port) for port in ports.split()}


# Lync Server 2013: Ports and protocols for internal servers, table 1 (English), read row by row.
SQL_BROWSER = _open("in", "udp", "1434")
FRONT_END = (
    _open(
        "in", "tcp", "5061 444 135 5062 8057 8058 5063 57501-65535 80 443 8080 4443 8060 8061 5086 5087 5064 5072 5065"
    )
    | _open("in", "tcp", "49152-65535 5073 5075 5076 5071 8404 5080 448 49152-57500")
    | _open("in", "udp", "57501-65535 49152-57500")
    | _open("out", "tcp", "5066")
    | SQL_BROWSER
)
MEDIATION = _open("in", "tcp", "5070 5067 5068 49152-57500") | _open("in", "udp", "49152-57500") | SQL_BROWSER
EXPECTED: dict[tuple[str, ...], set[Opening]] = {
    ("front_end",): FRONT_END,
    ("mediation",): MEDIATION,
    ("director",): _open("in", "tcp", "444 80 443 5061") | SQL_BROWSER,
    ("persistent_chat",): _open("in", "tcp", "5041 881 443") | SQL_BROWSER,
    ("office_web_apps",): _open("in", "tcp", "443"),
    ("front_end", "mediation"): FRONT_END | MEDIATION | _open("out", "tcp", "5081 5082"),
    ("front_end", "central_management"): FRONT_END | _open("out", "tcp", "445"),
    ("central_management",): SQL_BROWSER | _open("out", "tcp", "445"),
}


def opening(rule: FirewallRule) -> Opening:
    assert rule.direction is not None
    inbound = rule.direction.value == "in"
    here, there = (rule.local_ports, rule.remote_ports) if inbound else (rule.remote_ports, rule.local_ports)
    assert there.is_any, "the other side's ports are its own affair"
    return rule.direction.value, {6: "tcp", 17: "udp"}[rule.protocol or 0], str(here)


@pytest.mark.parametrize("roles", EXPECTED)
def test_each_role_opens_what_the_table_says_and_nothing_else(roles: tuple[str, ...]) -> None:
    policy = build_policy(roles)
    openings = [opening(desired.rule) for desired in policy.rules]
    assert sorted(openings) == sorted(EXPECTED[roles]), "one rule for each, none doubled"
    for desired in policy.rules:
        rule = desired.rule
        assert (rule.action, rule.enabled, rule.program, rule.service) == (Action.ALLOW, True, "", "")
        assert rule.remote_addresses.is_any
        assert rule.profiles == set(Profile)
    assert build_policy(list(reversed(roles))) == policy


def by_key(policy: HostPolicy) -> dict[str, FirewallRule]:
    return {desired.key: desired.rule for desired in policy.rules}


def test_rows_that_need_the_same_port_share_a_rule_that_names_them() -> None:
    policy = build_policy(["front_end"])
    assert policy.rows["in-tcp-443"] == ("server-12", "server-19")
    assert policy.rows["in-udp-1434"] == ("server-01", "server-38")
    assert by_key(policy)["in-tcp-443"].description.endswith("Rows: server-12, server-19")
    serving = {demand.requirement.id: demand.keys for demand in policy.demands}
    assert serving["server-19"] == ("in-tcp-443",)
    assert serving["server-10"] == ("in-tcp-57501-65535", "in-udp-57501-65535")
    assert all(serving.values()), "a row that no rule serves"
    assert {row for rows in policy.rows.values() for row in rows} == set(serving)


def test_remote_call_control_is_opt_in() -> None:
    with_it = build_policy(["front_end"], features=["remote_call_control"])
    extra = {opening(d.rule) for d in with_it.rules} - FRONT_END
    assert extra == {("in", "tcp", "5060")}
    assert with_it.rows["in-tcp-5060"] == ("server-02",)
    assert build_policy(["director"], features=["remote_call_control"]).rows["in-tcp-5060"] == ("server-41",)
    assert "in-tcp-5060" not in by_key(build_policy(["mediation"], features=["remote_call_control"]))


def test_rows_left_out_on_purpose() -> None:
    policy = build_policy(["front_end"], skip_rows=["server-19", "server-08", "server-40"])
    assert policy.skipped == ("server-08", "server-19"), "only rows that would have applied"
    assert {opening(d.rule) for d in policy.rules} == FRONT_END - {("in", "tcp", "8058")}
    assert policy.rows["in-tcp-443"] == ("server-12",), "the shared port stays for the other row"


def test_ports_really_configured() -> None:
    policy = build_policy(
        ["front_end"], port_overrides={"server-10": "57501-60000", "server-28": [40803, "40900-41000"]}
    )
    openings = {opening(d.rule) for d in policy.rules}
    assert {("in", "tcp", "57501-60000"), ("in", "udp", "57501-60000"), ("in", "tcp", "40803,40900-41000")} <= openings
    assert not openings & {("in", "tcp", "57501-65535"), ("in", "udp", "57501-65535"), ("in", "tcp", "49152-65535")}
    overridden = [demand.requirement.id for demand in policy.demands if demand.overridden]
    assert overridden == ["server-10", "server-28"]
    assert policy.rows["in-tcp-40803.40900-41000"] == ("server-28",)


def test_an_override_of_an_outbound_row_stays_outbound() -> None:
    policy = build_policy(["front_end"], port_overrides={"server-32": 5166})
    assert ("out", "tcp", "5166") in {opening(d.rule) for d in policy.rules}
    assert ("in", "tcp", "5166") not in {opening(d.rule) for d in policy.rules}


def test_profiles_and_scope_go_to_all_rules_and_site_rules_join_in() -> None:
    policy = build_policy(
        ["director"],
        profiles=["domain"],
        remote_addresses=["10.0.0.0/8"],
        extra_rules=[
            {"name": "Agent", "protocol": "tcp", "localport": "1"},
            {"name": "B", "program": r"C:\b.exe", "remoteip": ["dns"]},
        ],
    )
    rules = by_key(policy)
    assert len(rules) == 5 + 2
    assert {rule.profiles for rule in rules.values()} == {frozenset({Profile.DOMAIN})}
    scopes = {key: str(rule.remote_addresses) for key, rule in rules.items()}
    assert scopes.pop("x-b") == "dns"
    assert set(scopes.values()) == {"10.0.0.0/8"}
    assert "x-agent" not in policy.rows


def scattered(count: int) -> list[str]:
    return [f"10.{number // 200}.{number % 200}.77" for number in range(0, count * 2, 2)]


def test_a_long_scope_goes_over_several_rules_that_are_the_whole() -> None:
    items = scattered(300)
    policy = build_policy(
        ["director"],
        remote_addresses=items,
        extra_rules=[{"name": "x" * 80, "protocol": "tcp", "localport": "2-65535"}],
    )
    groups: dict[Opening, list[FirewallRule]] = {}
    for desired in policy.rules:
        groups.setdefault(opening(desired.rule), []).append(desired.rule)
        line = add_line(desired.rule.named(str(ManagedName(desired.key, 999999))))
        assert len(line) < 1000
    assert set(groups) == {*EXPECTED[("director",)], ("in", "tcp", "2-65535")}
    for rules in groups.values():
        assert len(rules) > 1
        whole = AddressSet()
        for rule in rules:
            assert not whole & rule.remote_addresses, "an address is in two rules"
            whole |= rule.remote_addresses
        assert whole == AddressSet.parse(items)
    assert len({desired.key for desired in policy.rules}) == len(policy.rules)
    first = [demand for demand in policy.demands if demand.requirement.id == "server-45"]
    assert len(first[0].keys) == len(groups["in", "tcp", "5061"])


def test_a_site_rules_name_cannot_collide_with_a_part_of_another() -> None:
    policy = build_policy(
        ["office_web_apps"],
        extra_rules=[
            {"name": "Agent", "protocol": "tcp", "localport": "1", "remoteip": scattered(120)},
            {"name": "Agent s2", "protocol": "tcp", "localport": "2"},
        ],
    )
    assert len({desired.key for desired in policy.rules}) == len(policy.rules)


def every_second_port(count: int) -> PortSet:
    return PortSet(tuple((port, port) for port in range(1000, 1000 + 2 * count, 2)))


@pytest.mark.parametrize("count", [1, 19, 40])
def test_many_ports_make_a_key_that_fits(count: int) -> None:
    ports = every_second_port(count)
    (desired,) = build_policy(["office_web_apps"], port_overrides={"server-40": str(ports)}).rules
    assert desired.rule.local_ports == ports
    assert len(str(ManagedName(desired.key, 999999))) < 120


def test_more_ports_than_a_line_holds_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(OptionError, match=r"^port_overrides\.server-40: .*use ranges"):
        build_policy(["office_web_apps"], port_overrides={"server-40": str(every_second_port(2000))})


def test_a_site_rule_that_no_line_holds_names_its_option() -> None:
    """Everything at its limit at once is more than one line holds, and that is known before anything is sent."""
    longest = {
        "name": "n" * 80,
        "protocol": "tcp",
        "program": "C:\\" + "p" * 256,
        "localport": ",".join(str(port) for port in range(10000, 10066, 2)),
        "remoteport": ",".join(str(port) for port in range(20000, 20066, 2)),
        "remoteip": scattered(200),
    }
    with pytest.raises(OptionError, match=r"^extra_rules\[0\]: .*Shorten"):
        build_policy(["office_web_apps"], extra_rules=[longest])
    del longest["program"], longest["remoteport"]
    longest["name"] = "short"
    for desired in build_policy(["office_web_apps"], extra_rules=[longest]).rules:
        add_line(desired.rule.named(str(ManagedName(desired.key, 999999))))


def test_the_longest_override_fits_a_line_and_too_many_rows_on_it_name_their_option() -> None:
    ports = str(every_second_port(40))
    options: dict[str, Any] = {"remote_addresses": scattered(300), "profiles": ["domain", "private"]}
    two = build_policy(["front_end"], port_overrides={"server-12": ports, "server-19": ports}, **options)
    for desired in two.rules:
        add_line(desired.rule.named(str(ManagedName(desired.key, 999999))))
    many = {f"server-{number:02}": ports for number in (3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)}
    with pytest.raises(OptionError, match=r"^port_overrides: "):
        build_policy(["front_end"], port_overrides=many, **options)


ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("roles", {"roles": []}, "roles"),
    ("roles", {"roles": ["frontend"]}, "frontend"),
    ("roles", {"roles": ["front_end", "gateway"]}, "gateway"),
    ("roles", {"roles": ["collocated_mediation"]}, "collocated_mediation"),
    ("roles", {"roles": ["phone"]}, "phone"),
    ("roles", {"roles": ["client", "director"]}, "beside director"),
    ("roles", {"roles": "front_end"}, "list"),
    ("features", {"features": ["rcc"]}, "remote_call_control"),
    ("skip_rows", {"skip_rows": ["server-53"]}, "did you mean"),
    ("skip_rows", {"skip_rows": ["5061"]}, "no row"),
    ("port_overrides", {"port_overrides": {"server-99": 1}}, "no row"),
    ("port_overrides", {"port_overrides": {10: 1}}, "no row"),
    ("port_overrides.server-46", {"port_overrides": {"server-46": 1}}, "does not apply"),
    ("port_overrides.server-02", {"port_overrides": {"server-02": 1}}, "features"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": 1}, "skip_rows": ["server-03"]}, "skip_rows"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": 0}}, "port 0"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": 65536}}, "65536"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": "9-1"}}, "backwards"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": "1-9,9"}}, "overlaps"),
    ("port_overrides.server-03", {"port_overrides": {"server-03": None}}, "no port"),
    ("remote_addresses", {"remote_addresses": ["10.0.0.1/24"]}, "host bits"),
    ("remote_addresses", {"remote_addresses": ["0.0.0.0/0"]}, "every IPv4"),
    ("profiles", {"profiles": []}, "no profile"),
    ("profiles", {"profiles": ["work"]}, "work"),
    ("extra_rules[0]", {"extra_rules": [{"name": "a"}]}, "everything"),
    ("extra_rules[0].name", {"extra_rules": [{"name": "a|b", "program": "C:\\a"}]}, "not allowed"),
]


@pytest.mark.parametrize(("option", "changes", "word"), ERRORS)
def test_every_error_names_its_option(option: str, changes: dict[str, Any], word: str) -> None:
    with pytest.raises(OptionError, match=word) as caught:
        build_policy(**{"roles": ["front_end"], **changes})
    assert caught.value.option == option
    assert str(caught.value).startswith(f"{option}: ")
