# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From pool facts to listeners: which rows, on which ports, with whom behind them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced import balancer_listeners
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.balanced_model import BalancerListener
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import read_pool
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._policy.pool_facts import (
    VIRTUAL,
    member,
    pool,
)

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st

FRONT_END = [f"hlb-{number:02}" for number in range(1, 15)]


def port_of(owner: str, ports: str, usage: str = "SipServer", side: str = "primary", protocol: str = "Mtls") -> Any:
    """A listener as a topology has it."""
    return {
        "service": "x", "owner": f"urn:x:{owner}", "usage": usage, "side": side, "protocol": protocol,
        "transports": ["tcp"], "ports": ports,
    }  # fmt: skip


TOPOLOGY = [
    port_of("Registrar", "5061"),
    port_of("Registrar", "444", "WebServer"),
    port_of("OCSWebSite", "80", "WebSite", "primary", "Http"),
    port_of("OCSWebSite", "443", "WebSite", "primary", "Https"),
    port_of("OCSWebSite", "8081", "WebSite", "external", "Http"),
    port_of("OCSWebSite", "4444", "WebSite", "external", "Https"),
    port_of("Cps", "5075"),
]


def listeners(*pools: dict[str, Any]) -> tuple[BalancerListener, ...]:
    return balancer_listeners(map(read_pool, pools))


def rows(*pools: dict[str, Any]) -> list[str]:
    """The rows that have listeners, each once."""
    return list(dict.fromkeys(listener.row for listener in listeners(*pools)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (pool("hardware"), FRONT_END),
        (pool("hardware", member("fe01", "front_end", "mediation")), [*FRONT_END, "hlb-16"]),
        (pool("hardware", member("fe01", "front_end", "central_management")), FRONT_END),
        (pool("hardware", member("dir01", "director")), ["hlb-17", "hlb-18", "hlb-19", "hlb-20"]),
        (pool("hardware", member("med01", "mediation")), ["hlb-15"]),
        (pool("dns"), ["dnslb-01", "dnslb-02", "dnslb-03", "dnslb-04"]),
        (pool("dns", member("fe01", "front_end", "mediation")), ["dnslb-01", "dnslb-02", "dnslb-03", "dnslb-04"]),
        (pool("dns", member("dir01", "director")), ["dnslb-05", "dnslb-07"]),
        (pool("dns", member("med01", "mediation")), []),
    ],
)
def test_mode_and_roles_decide_the_rows(of: dict[str, Any], expected: list[str]) -> None:
    assert rows(of) == expected


def test_only_collocated_mediation_servers_are_behind_their_row() -> None:
    found = listeners(pool("hardware", member("fe01"), member("fe02", "front_end", "mediation")))
    behind = {listener.row: [each.name for each in listener.members] for listener in found}
    assert behind["hlb-16"] == ["fe02"]
    assert behind["hlb-01"] == ["fe01", "fe02"]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        (None, {("hlb-05", 80), ("hlb-05", 8080), ("hlb-07", 443), ("hlb-07", 4443)}),
        ("both", {("hlb-05", 80), ("hlb-05", 8080), ("hlb-07", 443), ("hlb-07", 4443)}),
        ("mapped", {("hlb-05", 80), ("hlb-07", 443)}),
        ("bridged", {("hlb-05", 8080), ("hlb-07", 4443)}),
    ],
)
def test_external_web_reaches_the_members_own_ports(ports: str | None, expected: set[tuple[str, int]]) -> None:
    found = [item for item in listeners(pool(external_ports=ports)) if item.virtual == "web_external"]
    assert {(item.row, item.port) for item in found} == expected
    assert {(item.row, each.port) for item in found for each in item.members} == {("hlb-05", 8080), ("hlb-07", 4443)}


def test_web_is_checked_on_5061_and_applications_on_their_own_ports() -> None:
    checks = {item.row: {each.check_port for each in item.members} for item in listeners(pool())}
    assert {row for row, ports in checks.items() if ports == {5061}} == {
        "hlb-01", "hlb-02", "hlb-04", "hlb-05", "hlb-06", "hlb-07",
    }  # fmt: skip
    assert checks["hlb-03"] == {135}
    assert checks["hlb-08"] == {5072}


def test_a_source_keeps_one_member_on_both_ports_of_web_and_of_sip() -> None:
    found = {item.row: item for item in listeners(pool())}
    assert found["hlb-04"].table == found["hlb-06"].table
    assert found["hlb-01"].table == found["hlb-02"].table != found["hlb-06"].table
    assert found["hlb-08"].table not in (found["hlb-01"].table, found["hlb-09"].table)
    assert (found["hlb-07"].table, found["hlb-07"].affinity, found["hlb-07"].affinity_seconds) == ("", "none", 0)
    mobile = {item.row: item for item in listeners(pool(external_affinity="source"))}
    assert (mobile["hlb-07"].affinity, mobile["hlb-07"].affinity_seconds) == ("source", 1800)
    assert "mobility" in mobile["hlb-07"].affinity_source
    assert mobile["hlb-07"].table == mobile["hlb-05"].table != mobile["hlb-06"].table


def test_the_topology_decides_applications_and_ports() -> None:
    behind = member(options={"configured_ports": TOPOLOGY})
    found = {item.row: item for item in listeners(pool("hardware", behind, external_ports="bridged"))}
    assert list(found) == [f"hlb-{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 10)]
    assert (found["hlb-05"].port, found["hlb-05"].members[0].port) == (8080, 8081)
    mapped = {item.row: item for item in listeners(pool("hardware", behind, external_ports="mapped"))}
    assert (mapped["hlb-07"].port, mapped["hlb-07"].members[0].port) == (443, 4444)


def test_both_ports_of_the_bandwidth_policy_follow_from_the_one_that_a_topology_shows() -> None:
    behind = member(options={"configured_ports": [*TOPOLOGY, port_of("PDP", "5080")]})
    assert {"hlb-13", "hlb-14"} <= set(rows(pool("hardware", behind)))


def test_an_override_moves_listener_and_check() -> None:
    moved = member(options={"port_overrides": {"server-03": 5065}})
    found = {item.row: item for item in listeners(pool("hardware", moved))}
    assert (found["hlb-01"].port, found["hlb-01"].members[0].port) == (5065, 5065)
    assert found["hlb-06"].members[0].check_port == 5065
    mixed = {item.row: item for item in listeners(pool("hardware", moved, member("fe02")))}
    assert mixed["hlb-01"].port == 5061, "the table's, where members differ"
    assert [each.port for each in mixed["hlb-01"].members] == [5065, 5061]


def test_web_that_moved_on_the_members_is_dialled_on_the_documented_port() -> None:
    """Listening and published ports are settings of their own (Set-CsWebServer)."""
    moved = member(options={"port_overrides": {"server-12": 8443, "server-14": "4444"}})
    for of in (pool("hardware", moved), pool("hardware", moved, member("fe02")), pool("dns", moved)):
        ends = {
            (item.virtual, item.port, item.members[0].port)
            for item in listeners(of)
            if item.row in ("hlb-06", "hlb-07", "dnslb-02", "dnslb-04")
        }
        assert ends == {("web_internal", 443, 8443), ("web_external", 443, 4444), ("web_external", 4443, 4444)}
    notes = {item.row: item.note for item in listeners(pool("hardware", moved))}
    assert "Members listen on 8443" in notes["hlb-06"]
    assert "lync_virtual_ports: {hlb-06: PORT}" in notes["hlb-06"]
    assert "Members listen on" not in notes["hlb-04"] + notes["hlb-01"]


def test_the_port_on_a_virtual_address_can_be_said() -> None:
    said = {"hlb-06": 8443, "hlb-07": "8444", "hlb-01": 5065}
    found = listeners(pool("hardware", virtual_ports=said))
    ends = [(item.row, item.port, item.members[0].port) for item in found if item.row in said]
    assert ends == [("hlb-01", 5065, 5061), ("hlb-06", 8443, 443), ("hlb-07", 8444, 4443)]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"hlb-6": 443}, r"lync_virtual_ports.hlb-6: pool pool1.example.com: table 2 has no such row; it has hlb-01, "),
        ({"dnslb-02": 443}, "lync_virtual_ports.dnslb-02: pool pool1.example.com: table 2 has no such row"),
        ({"hlb-06": "443-444"}, "lync_virtual_ports.hlb-06: pool pool1.example.com: one port is needed, not '443-444'"),
        ({"hlb-06": 0}, "lync_virtual_ports.hlb-06: pool pool1.example.com: "),
        (
            [443],
            r"lync_virtual_ports: pool pool1.example.com: a dict of rows to ports is needed, such as \{hlb",
        ),
    ],
)
def test_a_port_that_cannot_be_is_told(said: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        listeners(pool("hardware", virtual_ports=said))


def test_members_that_disagree_of_a_port_of_sip_are_warned_of() -> None:
    moved = member(options={"port_overrides": {"server-03": 5065}})
    ((text, of),) = list(warnings(pool("hardware", moved, member("fe02"))).items())
    assert of == ["hlb-01"]
    assert text.startswith("pool pool1.example.com: its members listen on different ports for hlb-01, 5061 and 5065")
    assert not warnings(pool("hardware", moved, member("fe02"), virtual_ports={"hlb-01": 5061}))


def test_several_ports_are_no_listener() -> None:
    two = member(options={"port_overrides": {"server-12": "443,8443"}})
    found = {item.row: item for item in listeners(pool("hardware", two))}
    assert found["hlb-06"].port == 443, "the table's, where it is among them"
    others = member(options={"port_overrides": {"server-12": "8443-8444"}})
    with pytest.raises(OptionError, match=r"port_overrides.server-12: fe01 has 8443-8444, and a load balancer needs"):
        listeners(pool("hardware", others))


@pytest.mark.parametrize("skipped", ["hlb-13", "server-35"])
def test_a_row_is_left_out_by_its_own_id_and_by_that_of_the_member(skipped: str) -> None:
    assert "hlb-13" not in rows(pool("hardware", member(options={"skip_rows": [skipped]})))
    behind = member(options={"skip_rows": [skipped]})
    (found,) = [item for item in listeners(pool("hardware", behind, member("fe02"))) if item.row == "hlb-13"]
    assert [each.name for each in found.members] == ["fe02"]


def warnings(*pools: dict[str, Any]) -> dict[str, list[str]]:
    """What is warned of, each text once, to the rows that say it."""
    found: dict[str, list[str]] = {}
    for listener in listeners(*pools):
        for text in listener.warnings:
            found.setdefault(text, []).append(listener.row)
    return found


def test_a_check_that_the_members_leave_out_is_warned_of() -> None:
    without = {"options": {"skip_rows": ["server-03"]}}
    found = warnings(pool("dns", member("fe01", **without), member("fe02", **without), member("fe03")))
    ((text, of),) = list(found.items())
    assert set(of) == {"dnslb-01", "dnslb-02", "dnslb-03", "dnslb-04"}
    assert text.startswith(
        "pool pool1.example.com: lync_firewall_skip_rows of fe01, fe02 leaves out server-03, whose port, 5061, tells"
    )
    both = warnings(pool("hardware", member("fe01", options={"skip_rows": ["server-22"]}), member("fe02")))
    assert not both, "a row that nothing is checked by"


def test_a_pool_whose_members_are_all_drained_is_warned_of() -> None:
    one, two = member("fe01", drained=True), member("fe02", drained=True)
    ((text, of),) = list(warnings(pool("dns", one, two)).items())
    assert text == (
        "pool pool1.example.com: all members are drained (lync_drained: fe01, fe02), so its clients reach nobody"
    )
    assert len(set(of)) == 4
    assert not warnings(pool("dns", one, member("fe02")))
    collocated = member("fe01", "front_end", "mediation", drained=True)
    ((text, of),) = list(warnings(pool("hardware", collocated, member("fe02"))).items())
    assert of == ["hlb-16"]
    assert text.startswith("row hlb-16 of pool pool1.example.com: all members are drained (lync_drained: fe01)")


def test_a_pool_of_one_is_warned_of() -> None:
    ((text, of),) = list(warnings(pool("dns")).items())
    assert text.startswith("pool pool1.example.com has one member, fe01, so there is nothing to balance")
    assert len(set(of)) == 4


def test_what_is_wrong_of_a_member_names_pool_and_member() -> None:
    with pytest.raises(OptionError, match=r"skip_rows: pool pool1.example.com: fe01: there is no row 'server-99'"):
        listeners(pool("hardware", member(options={"skip_rows": ["server-99"]})))


def test_directors_have_external_web_only_where_the_ruleset_opens_it() -> None:
    def note(**options: Any) -> str:
        found = listeners(pool("hardware", member("dir01", "director", options=options)))
        return next(item.note for item in found if item.row == "hlb-20")

    assert "only with ruleset: extended (row add-09)" in note()
    assert "only with ruleset: extended" not in note(ruleset="extended")


def test_two_listeners_on_one_port_are_refused_with_the_remedy() -> None:
    shared = {"sip": "10.1.0.100"}
    with pytest.raises(
        OptionError, match=r"10.1.0.100 port 80 is wanted twice: .*\(hlb-04\).*\(hlb-05\); give web_ext"
    ):
        listeners(pool(virtual_addresses=shared, external_ports="both"))
    second = pool("hardware", member("fe02"), name="pool2.example.com", virtual_addresses={"sip": VIRTUAL["sip"]})
    with pytest.raises(OptionError, match=r"10.1.0.100 port 5061 .*of pool pool2.example.com.*another address"):
        listeners(pool(), second)


@pytest.mark.parametrize("name", ["pool1.example.com", "pool1.example.com!"])
def test_two_pools_of_one_name_are_refused(name: str) -> None:
    with pytest.raises(OptionError, match="are one name to a load balancer; rename a pool"):
        listeners(pool(), pool(name=name, virtual_addresses={"sip": "10.1.1.1"}))


def test_two_members_of_one_name_are_refused() -> None:
    with pytest.raises(OptionError, match="two members are fe-01 to a load balancer; rename one"):
        listeners(pool("hardware", member("fe 01"), member("fe_01", address="10.0.0.2")))


NAMES = st.text(min_size=1).filter(str.isprintable)


@given(NAMES, NAMES)
def test_whatever_people_call_it_names_are_words_of_a_configuration(name: str, host: str) -> None:
    found = listeners(pool("hardware", {**member(), "name": host}, name=name))
    words = {item.name for item in found} | {item.table for item in found} | {each.name for each in found[0].members}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]*", word) for word in words)
    assert len({item.name for item in found}) == len(found)
