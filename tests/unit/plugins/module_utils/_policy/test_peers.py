# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inventory groups to the addresses of each kind of peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._net.address_set import AddressSet
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.peers import (
    EDGE_ADDRESSES,
    PeerError,
    peers_of,
    survey,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import WORDS

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import given
from hypothesis import strategies as st

GROUPS: dict[str, list[str]] = {
    "all": ["fe01", "fe02", "fe03", "dir01", "med01", "gw01", "lb01", "other"],
    "ungrouped": ["other"],
    "lync_front_end": ["fe01", "fe02", "fe03"],
    "lync_director": ["dir01"],
    "lync_mediation": ["fe01", "med01"],
    "lync_persistent_chat": [],
    "lync_central_management": ["fe01"],
    "lync_gateway": ["gw01"],
    "lync_load_balancer": ["lb01"],
    "lync_branch_appliance": [],
}
HOSTS: dict[str, dict[str, Any]] = {
    "fe01": {"ansible_host": "10.0.0.1", "lync_pool": "pool1"},
    "fe02": {"ansible_host": "10.0.0.2", "lync_pool": "pool1"},
    "fe03": {"ansible_host": "10.0.0.3", "lync_pool": "pool2"},
    "dir01": {"ansible_host": "10.0.0.4"},
    "med01": {"ansible_host": "10.0.0.5", "lync_addresses": ["10.0.0.5", "10.7.0.5"]},
    "gw01": {"ansible_host": "gw01.contoso.test", "lync_firewall_addresses": ["10.7.0.9"]},
    "lb01": {"ansible_host": "10.0.0.99", "lync_firewall_addresses": ["10.0.0.100", "10.0.1.0/24"]},
    "other": {},
}


def collect_peers(
    groups: Mapping[str, list[str]],
    variables: Callable[[str], Mapping[str, Any]],
    host: str,
    extra: dict[str, Any] | None = None,
    *,
    resolve: Callable[[str], list[str]] | None = None,
    by_name: bool = False,
) -> dict[str, list[str]]:
    """The peers of one host, from the inventory."""
    pool = str(variables(host).get("lync_pool") or "")
    return peers_of(survey(groups, variables, resolve), pool, extra, by_name=by_name)


def collect(
    host: str = "fe01",
    groups: dict[str, list[str]] | None = None,
    hosts: dict[str, dict[str, Any]] | None = None,
    extra: dict[str, Any] | None = None,
) -> dict[str, list[str]]:
    known = HOSTS if hosts is None else hosts
    return collect_peers(GROUPS if groups is None else groups, lambda name: known[name], host, extra)


def test_what_a_load_balancer_connects_from_is_an_address_of_it() -> None:
    """Health checks and connections arrive from there, so the members' rules have to admit it."""
    for known in ({"ansible_host": "10.0.0.99"}, {"lync_firewall_addresses": ["10.0.0.99"]}):
        hosts = {**HOSTS, "lb01": {**known, "lync_load_balancer_source": "10.0.0.120"}}
        found = collect_peers(GROUPS, lambda host, hosts=hosts: hosts[host], "fe01")  # type: ignore[misc]
        assert found["load_balancer"] == ["10.0.0.99", "10.0.0.120"]
    wrong = {**HOSTS, "lb01": {"lync_load_balancer_source": "lb01-snat"}}
    with pytest.raises(PeerError, match="lync_load_balancer_source of lb01: "):
        collect_peers(GROUPS, lambda host: wrong[host], "fe01")


def test_each_group_is_a_kind_and_nothing_else_is() -> None:
    assert collect() == {
        "branch_appliance": [],
        "central_management": ["10.0.0.1"],
        "director": ["10.0.0.4"],
        "front_end": ["10.0.0.1-10.0.0.3"],
        "gateway": ["10.7.0.9"],
        "load_balancer": ["10.0.0.100", "10.0.1.0/24"],
        "mediation": ["10.0.0.1", "10.0.0.5", "10.7.0.5"],
        "persistent_chat": [],
        "pool": ["10.0.0.1", "10.0.0.2"],
        "replica": ["10.0.0.1-10.0.0.5", "10.7.0.5"],
    }


def test_the_result_is_what_the_module_takes() -> None:
    peers = collect()
    assert set(peers) <= set(WORDS)
    policy = build_policy(["front_end"], ruleset="extended", scope="topology", peers=peers)
    scopes = {demand.requirement.id: str(demand.scope.addresses) for demand in policy.demands}
    assert scopes["add-01"] == "10.0.0.1,10.0.0.2", "Windows Fabric stays in the pool"
    assert scopes["server-06"] == "10.0.0.1-10.0.0.3"
    assert scopes["add-05"] == "10.0.0.1-10.0.0.3", "and no Edge Server"


def test_the_pool_is_the_hosts_own() -> None:
    assert collect("fe03")["pool"] == ["10.0.0.3"]
    assert "pool" not in collect("med01"), "a host without lync_pool: nothing is known"


def test_a_missing_group_is_not_known_and_an_empty_one_is_nobody() -> None:
    groups = {name: hosts for name, hosts in GROUPS.items() if name != "lync_director"}
    found = collect(groups=groups)
    assert "director" not in found
    assert "replica" not in found, "who holds a replica is known only if all roles are"
    assert collect(groups={**GROUPS, "lync_director": []})["director"] == []


def test_which_address_of_a_host_counts() -> None:
    def of(**variables: Any) -> list[str]:
        return collect("x", {"lync_gateway": ["10.9.9.9"]}, {"10.9.9.9": variables, "x": {}})["gateway"]

    everything = {"lync_firewall_addresses": ["10.1.1.1"], "lync_addresses": ["10.2.2.2"], "ansible_host": "10.3.3.3"}
    assert of(**everything) == ["10.1.1.1"]
    del everything["lync_firewall_addresses"]
    assert of(**everything) == ["10.2.2.2"]
    del everything["lync_addresses"]
    assert of(**everything) == ["10.3.3.3"]
    assert of() == ["10.9.9.9"], "the name is an address"
    assert of(lync_firewall_addresses="10.1.1.1") == ["10.1.1.1"], "one address needs no list"
    assert of(lync_firewall_addresses=[], lync_addresses=["fd00::1"]) == ["fd00::1"]
    assert of(ansible_host="gw.contoso.test") == ["10.9.9.9"]
    edge = {EDGE_ADDRESSES[0]: {"internal": "10.4.4.4", "external": ["192.0.2.4"]}, "ansible_host": "10.3.3.3"}
    assert of(**edge) == ["10.4.4.4"], "others inside know an Edge Server by its internal address"
    assert of(**edge, lync_addresses=["10.2.2.2"]) == ["10.2.2.2"]
    assert of(ansible_host="fd00::7") == ["fd00::7"]


def test_names_are_looked_up_only_where_variables_have_no_address() -> None:
    asked: list[str] = []

    def resolve(name: str) -> list[str]:
        asked.append(name)
        return {"gw01.contoso.test": ["10.7.0.9", "fd00::9"]}.get(name, [])

    groups = {"lync_gateway": ["gw01", "gw02"], "lync_edge": ["gw01"]}
    hosts = {"gw01": {"ansible_host": "gw01.contoso.test"}, "gw02": {"ansible_host": "10.7.0.10"}, "x": {}}
    found = collect_peers(groups, lambda name: hosts[name], "x", resolve=resolve)
    assert found == {"edge": ["10.7.0.9", "fd00::9"], "gateway": ["10.7.0.9", "10.7.0.10", "fd00::9"]}
    assert asked == ["gw01.contoso.test"], "once, and not for one whose address is known"
    with pytest.raises(PeerError, match="nothing says which address gw03 has"):
        collect_peers({"lync_gateway": ["gw03"]}, lambda _name: {}, "x", resolve=resolve)


def test_for_people_a_host_without_an_address_is_listed_by_its_name() -> None:
    groups = {"lync_gateway": ["gw02", "gw01", "gw03"], "lync_edge": ["gw01"], "lync_pbx": []}
    hosts: dict[str, dict[str, Any]] = {"gw01": {}, "gw02": {}, "gw03": {"ansible_host": "10.7.0.9"}, "x": {}}
    found = collect_peers(groups, lambda name: hosts[name], "x", by_name=True)
    assert found == {"edge": ["gw01"], "gateway": ["10.7.0.9", "gw01", "gw02"], "pbx": []}


def test_an_extra_kind_without_a_value_says_nothing() -> None:
    assert collect(extra={"edge": None, "gateway": None}) == collect()


def test_the_last_kind_of_server_that_is_said_on_top_makes_the_replicas_known() -> None:
    groups = {name: hosts for name, hosts in GROUPS.items() if name != "lync_director"}
    assert collect(groups=groups, extra={"director": []})["replica"] == ["10.0.0.1-10.0.0.3", "10.0.0.5", "10.7.0.5"]
    more = collect(groups=groups, extra={"director": ["10.0.0.4"]})["replica"]
    assert more == ["10.0.0.1-10.0.0.5", "10.7.0.5"]


def test_extra_peers_come_on_top_and_make_a_kind_known() -> None:
    found = collect(extra={"gateway": ["10.7.0.10"], "edge": [], "all": "10.9.0.0/24"})
    assert found["gateway"] == ["10.7.0.9", "10.7.0.10"]
    assert found["edge"] == []
    assert found["all"] == ["10.9.0.0/24"]


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, r"nothing says which address gw has, .*group lync_gateway\). Set lync_firewall_addresses for it"),
        ({"ansible_host": "gw.contoso.test"}, "nothing says which address gw has"),
        ({"ansible_host": None}, "nothing says which address gw has"),
        ({"lync_firewall_addresses": ["gw.contoso.test"]}, "lync_firewall_addresses of gw: 'gw.contoso.test'"),
        ({"lync_addresses": ["10.0.0.1/8"]}, "lync_addresses of gw: .*host bits"),
        ({"lync_addresses": ["10.0.0.1", "ff02::5"]}, "lync_addresses of gw: 'ff02::5' .*multicast"),
        ({"ansible_host": "::1"}, "the address of gw: '::1' .*loopback"),
        ({"lync_addresses": {"a": 1}}, "lync_addresses of gw: a list"),
        ({"lync_addresses": 7}, "lync_addresses of gw: a list"),
    ],
)
def test_a_peer_whose_address_is_not_known_is_an_error_that_names_it(variables: dict[str, Any], says: str) -> None:
    with pytest.raises(PeerError, match=says):
        collect("x", {"lync_gateway": ["gw"]}, {"gw": variables, "x": {}})


def test_all_peers_whose_addresses_are_not_known_are_named_at_once() -> None:
    groups = {"lync_gateway": ["gw2", "gw1"], "lync_edge": ["gw1"]}
    with pytest.raises(PeerError, match=r"nothing says which addresses gw1, gw2 have, and they are peers .*for each,"):
        collect("x", groups, {"gw1": {}, "gw2": {}, "x": {}})


def test_the_group_that_an_error_names_is_one_of_the_inventory() -> None:
    with pytest.raises(PeerError, match=r"group lync_all\)"):
        collect("x", {"lync_all": ["gw"], "all": ["gw", "x"]}, {"gw": {}, "x": {}})


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"gateways": []}, "lync_firewall_extra_peers: 'gateways' is no kind of peer; they are .*gateway"),
        ({"gateway": ["gw"]}, r"lync_firewall_extra_peers\.gateway: 'gw'"),
        ({"gateway": 7}, r"lync_firewall_extra_peers\.gateway: a list"),
        ({"gateway": ["::/8"]}, r"lync_firewall_extra_peers\.gateway: '::/8' .*unspecified"),
        ({"gateway": ""}, r"lync_firewall_extra_peers\.gateway: '' is no address"),
    ],
)
def test_a_wrong_extra_peer_is_named(extra: dict[str, Any], says: str) -> None:
    with pytest.raises(PeerError, match=says):
        collect(extra=extra)


NOBODYS = ["0.0.0.0", "0.0.0.0/8", "224.0.0.5", "240.0.0.1", "255.255.255.255", "::", "ff02::1"]


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        *(("ansible_host", address) for address in NOBODYS if "/" not in address),
        *((name, address) for address in NOBODYS for name in ("lync_addresses", "lync_firewall_addresses")),
    ],
)
def test_an_address_that_nobody_connects_from_is_named(variable: str, address: str) -> None:
    value = address if variable == "ansible_host" else ["10.7.0.9", address]
    with pytest.raises(PeerError, match=r"address(es)? of gw01: ") as raised:
        survey({"lync_gateway": ["gw01"]}, lambda _host: {variable: value})
    assert repr(address) in str(raised.value)


@pytest.mark.parametrize("address", NOBODYS)
def test_an_extra_peer_that_nobody_can_be_is_named(address: str) -> None:
    with pytest.raises(PeerError, match=r"^lync_firewall_extra_peers\.gateway: ") as raised:
        peers_of(survey({}, lambda _host: {}), extra={"gateway": [address]})
    assert repr(address) in str(raised.value)


def test_the_address_that_a_load_balancer_connects_from_is_one() -> None:
    known = {"ansible_host": "10.0.0.1", "lync_load_balancer_source": "0.0.0.0"}
    with pytest.raises(PeerError, match=r"^lync_load_balancer_source of lb01: '0\.0\.0\.0' "):
        survey({"lync_load_balancer": ["lb01"]}, lambda _host: known)


def test_hosts_in_no_group_of_ours_are_not_looked_at() -> None:
    asked: list[str] = []

    def variables(name: str) -> dict[str, Any]:
        asked.append(name)
        return HOSTS[name]

    collect_peers(GROUPS, variables, "fe01")
    assert "other" not in asked


@given(st.randoms(use_true_random=False), st.sampled_from(["fe01", "fe03", "med01"]))
def test_order_and_repetition_in_the_inventory_never_matter(random: Any, host: str) -> None:
    names = random.sample(sorted(GROUPS), len(GROUPS))
    shuffled = {
        name: random.sample(GROUPS[name] + GROUPS[name][:1], len(GROUPS[name] + GROUPS[name][:1])) for name in names
    }
    assert collect(host, shuffled) == collect(host)


@given(st.lists(st.integers(1, 250), min_size=1, max_size=12, unique=True), st.integers(1, 250))
def test_one_more_host_takes_nobody_out(numbers: list[int], one_more: int) -> None:
    def found(hosts: list[int]) -> dict[str, AddressSet]:
        names = [f"10.4.0.{number}" for number in hosts]
        groups = {"lync_front_end": names, "lync_gateway": ["10.5.0.1"]}
        peers = collect_peers(groups, lambda _name: {"lync_pool": "p"}, names[0])
        return {kind: AddressSet.parse(items) if items else AddressSet() for kind, items in peers.items()}

    before, after = found(numbers), found([*numbers, one_more])
    assert set(before) == set(after)
    assert before["gateway"] == after["gateway"]
    added = AddressSet.parse([f"10.4.0.{one_more}"])
    for kind in ("front_end", "pool"):
        assert after[kind] == before[kind] | added
