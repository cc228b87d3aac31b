# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a playbook works on, what is misspelt, who is forgotten, and who is one machine with two names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._targets import Request, find_targets
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly

GROUPS = {
    "all": ["fe01", "fe02", "med01", "sip1", "wac9"],
    "lync": ["fe01", "fe02", "med01", "wac9"],
    "lync_front_end": ["fe01", "fe02"],
    "lync_mediation": ["med01"],
    "sip_servers": ["sip1"],
    "nobody": [],
}
DEFAULT = "~lync_(front_end|mediation)$"


def targets(named: Any = False, within: list[str] | None = None, **variables: dict[str, Any]) -> dict[str, Any]:
    """What the filter says of the estate above, with some variables of hosts."""
    known = {host: variables.get(host, {}) for host in GROUPS["all"]}
    return find_targets(GROUPS, known, Request(DEFAULT, within, named))


def test_hosts_are_those_of_the_roles_groups_unless_something_is_said() -> None:
    found = targets()
    assert (found["hosts"], found["patterns"], found["unknown"]) == (["fe01", "fe02", "med01"], [DEFAULT], [])
    assert found["forgotten"] == ["wac9"]


def test_a_variable_of_one_group_adds_what_it_names_and_the_others_keep_the_default() -> None:
    found = targets(sip1={"lync_firewall_hosts": "sip_servers"})
    assert found["hosts"] == ["sip1", "fe01", "fe02", "med01"]
    assert found["patterns"] == ["sip_servers", DEFAULT]


def test_a_variable_of_all_hosts_takes_the_place_of_the_default() -> None:
    everywhere = {host: {"lync_firewall_hosts": "fe*:!fe02"} for host in GROUPS["all"]}
    found = targets(**everywhere)
    assert (found["hosts"], found["patterns"]) == (["fe01"], ["fe*:!fe02"])


def test_hosts_that_name_a_role_are_chosen_as_those_of_its_group_are() -> None:
    found = targets(sip1={"lync_firewall_roles": ["mediation"], "ansible_host": "10.0.0.9"})
    assert found["hosts"] == ["fe01", "fe02", "med01", "sip1"]
    assert found["roles"] == {"mediation": ["sip1"]}
    assert found["addresses"] == ["10.0.0.9"], "known to connect, as all hosts of the roles' groups are"
    assert targets(sip1={"lync_firewall_roles": ["sql"]})["hosts"] == ["fe01", "fe02", "med01"], "the pattern decides"
    assert targets(wac9={"lync_firewall_roles": "front_end"})["forgotten"] == []


def test_the_name_of_a_roles_group_means_those_that_name_the_role() -> None:
    sip = {"sip1": {"lync_firewall_roles": "front_end,edge"}}
    found = targets("lync_front_end:!fe01", **sip)
    assert (found["hosts"], found["unknown"]) == (["fe02", "sip1"], [])
    groups = {"all": ["sip1"], "sip": ["sip1"]}
    found = find_targets(groups, sip, Request(DEFAULT, named="lync_front_end"))
    assert (found["hosts"], found["unknown"], found["mistakes"]) == (["sip1"], [], [])


def test_roles_of_an_extra_variable_choose_nobody() -> None:
    known = {host: {"lync_firewall_roles": ["front_end"]} for host in GROUPS["all"]}
    found = find_targets(GROUPS, known, Request(DEFAULT, roles_for_all=True))
    assert (found["hosts"], found["roles"]) == (["fe01", "fe02", "med01"], {})


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (["frontend"], "names no role: frontend. Did you mean front_end? The roles are front_end, "),
        ("Front_End", "names no role: Front_End. Did you mean front_end?"),
        (["{{ nope }}"], "names no role: {{ nope }}. The roles are "),
        (["gateway"], "names no role: gateway. "),
        (5, "is 5, and no list. "),
        ({"a": "b"}, "is {'a': 'b'}, and no list. "),
        ([None], "names no role: None. "),
    ],
    ids=repr,
)
def test_a_host_whose_roles_are_misspelt_is_not_dropped_in_silence(roles: Any, told: str) -> None:
    (mistake,) = targets(sip1={"lync_firewall_roles": roles})["mistakes"]
    assert mistake.startswith("lync_firewall_roles of sip1 ")
    assert told in mistake
    assert mistake.endswith("client.")


def test_nor_is_one_whose_roles_cannot_be_read() -> None:
    (mistake,) = targets(sip1=Broken({"lync_firewall_roles": AnsibleError("'x' is undefined")}))["mistakes"]
    assert mistake == "lync_firewall_roles of sip1 cannot be read: 'x' is undefined."


def test_misspelt_roles_count_for_hosts_of_the_run_that_no_task_will_refuse() -> None:
    wrong = {"lync_firewall_roles": ["frontend"]}
    assert targets(within=["fe01"], sip1=wrong)["mistakes"] == [], "--limit"
    assert targets("fe01", sip1=wrong)["mistakes"] == [], "it is said who is meant"
    assert targets([], sip1=wrong)["mistakes"] == [], "nobody is meant"
    assert targets(fe01=wrong)["mistakes"] == [], "its own task says so, and the others go on"
    assert targets(sip1={"lync_firewall_roles": ["client"]})["mistakes"] == []
    assert targets(sip1={"lync_firewall_roles": []})["mistakes"] == []
    many = targets(**dict.fromkeys(("sip1", "wac9"), wrong))["mistakes"]
    assert [one.split(" names")[0] for one in many] == [f"lync_firewall_roles of {host}" for host in ("sip1", "wac9")]


def test_roles_that_cannot_be_read_are_not_passed_on_as_none() -> None:
    found = targets(sip1=Broken({"lync_firewall_roles": AnsibleError("'x' is undefined")}))
    assert (found["hosts"], found["roles"]) == (["fe01", "fe02", "med01"], None)


def test_each_host_is_asked_for_once() -> None:
    asked: list[str] = []

    class Hosts(dict[str, Any]):
        def __getitem__(self, host: str) -> Any:
            asked.append(host)
            return {"lync_firewall_roles": ["front_end"]}

    find_targets(GROUPS, Hosts(), Request(DEFAULT))
    assert sorted(asked) == sorted(GROUPS["all"])


def test_many_hosts_that_name_roles_take_no_more_than_in_proportion() -> None:
    def estate(size: int) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
        hosts = {f"sip{number}": {"lync_firewall_roles": "front_end,mediation"} for number in range(size)}
        return {"all": list(hosts), "sip": list(hosts)}, hosts

    assert grows_linearly(lambda made: find_targets(*made, Request(DEFAULT)), estate, 250)


def test_a_list_is_read_as_ansible_reads_one() -> None:
    everywhere = {host: {"lync_firewall_hosts": ["fe01", "med01"]} for host in GROUPS["all"]}
    assert targets(**everywhere)["hosts"] == ["fe01", "med01"]


@pytest.mark.parametrize("named", [["fe01", "typo", "nobody"], "fe01, typo,,nobody"])
def test_misspelt_names_of_a_list_are_told_and_empty_groups_are_not(named: Any) -> None:
    found = targets(named)
    assert (found["hosts"], found["unknown"]) == (["fe01"], ["typo"])


@pytest.mark.parametrize("mismatch", ["error", "warning", "ignore"])
@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [("fe*:!typo", ["fe01", "fe02"]), ("fe*:&typo", []), ("fe*,typo", ["fe01", "fe02"]), ("typo", [])],
)
def test_what_ansible_is_told_to_do_about_a_mismatch_changes_no_host(
    pattern: str, hosts: list[str], mismatch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible.constants.HOST_PATTERN_MISMATCH", mismatch, raising=False)
    everywhere = {host: {"lync_firewall_hosts": pattern} for host in GROUPS["all"]}
    assert targets(**everywhere)["hosts"] == hosts


def test_a_misspelt_group_in_a_variable_is_told() -> None:
    everywhere = {host: {"lync_firewall_hosts": "sip_server:!typo"} for host in GROUPS["all"]}
    found = targets(**everywhere)
    assert (found["hosts"], found["unknown"]) == ([], ["sip_server"])


def test_the_empty_list_is_nobody() -> None:
    assert targets([])["hosts"] == []
    assert targets([])["unknown"] == []


def test_a_limit_leaves_some() -> None:
    found = targets(within=["fe02", "sip1"])
    assert (found["hosts"], found["forgotten"], found["unknown"]) == (["fe02"], [], [])
    assert targets(within=["sip1"])["hosts"] == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"ansible_host": "10.0.0.1"}, {"ansible_host": "10.0.0.1"}, True),
        ({"ansible_host": "FE.Example.com"}, {"ansible_winrm_host": "fe.example.com"}, True),
        ({"ansible_host": "10.0.0.1", "ansible_port": 5986}, {"ansible_host": "10.0.0.1"}, True),  # the default
        ({"ansible_host": "10.0.0.1", "ansible_port": 5986}, {"ansible_host": "10.0.0.1", "ansible_port": 5985}, True),
        (
            {"ansible_host": "10.0.0.1", "ansible_port": 25985},
            {"ansible_host": "10.0.0.1", "ansible_port": 35985},
            False,
        ),
        ({"ansible_host": "fe.example.com."}, {"ansible_host": "fe.example.com"}, True),
        ({"ansible_host": "10.0.0.1"}, {"ansible_host": "10.0.0.2"}, False),
        ({"ansible_host": "fe02"}, {}, True),
        ({}, {}, False),
    ],
)
def test_two_names_of_one_address_are_namesakes(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    assert targets(fe01=first, fe02=second)["namesakes"] == ({"fe01": ["fe02"], "fe02": ["fe01"]} if same else {})


class Broken(dict[str, Any]):
    """Variables of a host of which some cannot be templated."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if isinstance(value, Exception):
            raise value
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.keys() else default


def test_a_name_with_a_blank_is_told_and_not_left_out() -> None:
    groups = {"all": ["fe 01"], "lync_front_end": ["fe 01"]}
    (told,) = find_targets(groups, {"fe 01": {}}, Request(DEFAULT))["mistakes"]
    assert "'fe 01'" in told


def test_reports_to_put_together_may_be_named_in_the_inventory() -> None:
    known = {host: {"lync_firewall_report_sources": ["a"]} for host in GROUPS["all"]}
    found = find_targets(GROUPS, known, Request(DEFAULT, slices=True))
    assert (found["reports"], found["mistakes"]) == (True, [])
    assert len(find_targets(GROUPS, known, Request(DEFAULT, slices=False))["mistakes"]) == 1


@pytest.mark.parametrize("name", ["lync_firewall_roles", "ansible_host", "ansible_port", "lync_firewall_addresses"])
def test_wrong_variables_of_one_host_stop_nobody_else(name: str) -> None:
    found = targets(fe01=Broken({name: AnsibleError("'x' is undefined")}))
    assert (found["hosts"], found["mistakes"]) == (["fe01", "fe02", "med01"], [])


def test_many_names_of_one_address_are_cut() -> None:
    hosts = [f"fe{number:03}" for number in range(100)]
    groups = {"all": hosts, "lync_front_end": hosts}
    found = find_targets(groups, {host: {"ansible_host": "10.0.0.1"} for host in hosts}, Request(DEFAULT))
    assert len(found["namesakes"]) == 100
    assert max(len(others) for others in found["namesakes"].values()) <= 5
    assert all(host not in others for host, others in found["namesakes"].items())


def test_the_addresses_of_the_estate_are_those_that_variables_have() -> None:
    variables = {
        "fe01": {"ansible_host": "10.0.0.1"},
        "gw01": {"lync_firewall_addresses": ["10.0.2.0/28", "10.0.3.1"]},
        "lb01": {"ansible_host": "lb.example.com"},
        "lb02": {"ansible_host": "10.0.4.1", "lync_load_balancer_source": "10.0.4.9"},
        "10.0.5.1": {"ansible_host": "lb.example.com"},
        "nobody knows": {},
        "web": {"ansible_host": "10.9.9.9"},
    }
    groups = {
        "all": list(variables),
        "lync_front_end": ["fe01"],
        "lync_gateway": ["gw01"],
        "lync_load_balancer": ["lb01", "lb02", "10.0.5.1", "nobody knows"],
        "web": ["web"],
    }
    found = find_targets(groups, variables, Request(DEFAULT))
    addresses = ["10.0.0.1", "10.0.2.0/28", "10.0.3.1", "10.0.4.1", "10.0.4.9", "10.0.5.1"]
    assert (found["addresses"], found["idle"]) == (addresses, False)


@pytest.mark.parametrize(
    ("variables", "idle"), [({}, True), ({"lync_firewall_roles": ["front_end"]}, False), ({"x": 1}, True)]
)
def test_hosts_without_a_role_are_nobody_to_work_on(variables: dict[str, Any], idle: bool) -> None:
    groups = {"all": ["lb01"], "lync_load_balancer": ["lb01"]}
    found = find_targets(groups, {"lb01": variables}, Request(DEFAULT, named="lync_load_balancer"))
    assert (found["hosts"], found["idle"]) == (["lb01"], idle)


@pytest.mark.parametrize(
    ("clients", "variables", "expected"),
    [
        (False, {}, ["fe01"]),
        (True, {}, ["fe01", "pc01", "pc02"]),
        (False, {"lync_firewall_clients": "enforce"}, ["fe01", "pc01"]),
        (False, {"lync_firewall_clients": "report"}, ["fe01"]),
        (True, {"lync_firewall_hosts": "fe01"}, ["fe01", "pc02"]),
    ],
)
def test_users_computers_are_for_audits_and_for_whom_they_are_enforced(
    clients: bool, variables: dict[str, Any], expected: list[str]
) -> None:
    groups = {"all": ["fe01", "pc01", "pc02"], "lync_front_end": ["fe01"], "lync_client": ["pc01", "pc02"]}
    known = {"fe01": {}, "pc01": variables, "pc02": {}}
    found = find_targets(groups, known, Request(DEFAULT, clients=clients))
    assert (sorted(found["hosts"]), found["mistakes"]) == (expected, [])


CLIENTS = {"all": ["fe01", "pc01", "pc02"], "lync_front_end": ["fe01"], "lync_client": ["pc01", "pc02"]}


def of_clients(variables: dict[str, dict[str, Any]], **request: Any) -> dict[str, Any]:
    """What is found of a Front End Server and two users' computers with these variables."""
    known = {host: variables.get(host, {}) for host in CLIENTS["all"]}
    return find_targets(CLIENTS, known, Request(DEFAULT, **request))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Enforce", ": 'Enforce' is not possible; it takes report, enforce."),
        (True, ": True is not possible; it takes report, enforce."),
        (["enforce"], ": ['enforce'] is not possible; it takes report, enforce."),
        ("", ": '' is not possible; it takes report, enforce."),
        (AnsibleError("'x' is undefined"), " cannot be read: 'x' is undefined."),
    ],
    ids=repr,
)
def test_a_client_whose_handling_is_misspelt_is_not_left_alone_in_silence(value: Any, told: str) -> None:
    wrong = Broken({"lync_firewall_clients": value})
    assert of_clients({"pc02": wrong})["mistakes"] == [f"lync_firewall_clients of pc02{told}"]
    assert of_clients({"pc01": wrong, "pc02": wrong})["mistakes"] == [f"lync_firewall_clients of pc01, pc02{told}"]


def test_a_client_by_its_roles_alone_is_chosen_as_one_of_the_group_is() -> None:
    named = {"lync_firewall_roles": ["client"]}
    groups = {"all": ["fe01", "pc01"], "lync_front_end": ["fe01"]}

    def hosts(**more: Any) -> list[str]:
        known = {"fe01": {}, "pc01": {**named, **more}}
        return list(find_targets(groups, known, Request(DEFAULT, clients=not more))["hosts"])

    assert hosts() == ["fe01", "pc01"], "an audit judges it"
    assert hosts(lync_firewall_clients="report") == ["fe01"]
    assert hosts(lync_firewall_clients="enforce") == ["fe01", "pc01"]


def test_a_computer_that_is_only_reported_is_no_forgotten_server() -> None:
    groups = {**CLIENTS, "lync": ["fe01", "pc01", "pc02"]}
    known: dict[str, dict[str, Any]] = {host: {} for host in groups["all"]}
    assert find_targets(groups, known, Request(DEFAULT))["forgotten"] == []


def test_a_misspelt_handling_counts_for_clients_of_the_run_that_no_task_will_refuse() -> None:
    wrong: dict[str, Any] = {"lync_firewall_clients": "Enforce"}
    for_one = {"pc01": wrong}
    assert of_clients(for_one, within=["fe01", "pc02"])["mistakes"] == [], "--limit"
    assert of_clients(for_one, named="fe01")["mistakes"] == [], "it is said who is meant"
    assert of_clients(for_one, named="pc01,fe01")["mistakes"] == [], "its own task says so, and the others go on"
    assert of_clients({"fe01": {**wrong, "lync_firewall_hosts": "fe01,pc01"}, **for_one})["mistakes"] == [], "likewise"
    assert of_clients(for_one, named="pc01")["mistakes"] == [], "likewise, where there are no others"
    assert of_clients(for_one, named=[])["mistakes"] == [], "nobody is meant"
    assert of_clients(for_one, clients=True)["mistakes"] == [], "an audit looks at it, and its own task says so"
    assert of_clients({"fe01": wrong})["mistakes"] == [], "a server's own task says so"
    assert of_clients({"pc01": {"lync_firewall_clients": None}})["mistakes"] == []
    (told,) = of_clients(for_one, roles_for_all=True)["mistakes"]
    assert told.startswith("lync_firewall_clients of pc01: ")
    many = [f"pc{number:02}" for number in range(20)]
    groups = {"all": ["fe01", *many], "lync_front_end": ["fe01"], "lync_client": many}
    known = {"fe01": {}, **dict.fromkeys(many, wrong)}
    (told,) = find_targets(groups, known, Request(DEFAULT))["mistakes"]
    assert told.startswith("lync_firewall_clients of pc00, pc01, pc02, pc03, pc04 and 15 more: 'Enforce' ")
    known["pc07"] = {"lync_firewall_clients": "x" * 5000}
    assert max(map(len, find_targets(groups, known, Request(DEFAULT))["mistakes"])) < 500


def test_each_client_is_asked_for_once_too() -> None:
    asked: list[str] = []

    class Hosts(dict[str, Any]):
        def __getitem__(self, host: str) -> Any:
            asked.append(host)
            return {"lync_firewall_clients": "enforce"}

    find_targets(CLIENTS, Hosts(), Request(DEFAULT))
    assert sorted(asked) == sorted(CLIENTS["all"])


@pytest.mark.parametrize("clients", [True, False])
@pytest.mark.parametrize("by", ["group", "variable"])
def test_a_server_that_is_to_be_enforced_as_a_client_is_told_that_it_is_not(by: str, clients: bool) -> None:
    groups = {**CLIENTS, "lync_client": ["fe01", "pc01", "pc02"]}
    variables = {"lync_firewall_clients": "enforce"}
    if by == "variable":
        groups["lync_front_end"] = []
        variables["lync_firewall_roles"] = "front_end"
    known = {"fe01": variables, "pc01": {"lync_firewall_clients": "enforce"}, "pc02": {}}
    found = find_targets(groups, known, Request(DEFAULT, clients=clients))
    (note,) = found["notes"]
    assert (found["mistakes"], note.count("fe01"), note.count("pc")) == ([], 1, 0)
    assert note.startswith("In lync_client with lync_firewall_clients: enforce, and servers too: fe01. ")
    assert "a server is no user's computer, so the rows of a client are left out there" in note
    known["fe01"] = {**variables, "lync_firewall_clients": "report"}
    assert find_targets(groups, known, Request(DEFAULT, clients=clients))["notes"] == []
    known["fe01"] = variables
    assert find_targets(groups, known, Request(DEFAULT, within=["pc01"], clients=clients))["notes"] == []


@pytest.mark.parametrize(("clients", "idle"), [(True, False), (False, True)])
def test_an_audit_of_nothing_but_clients_has_somebody_to_look_at(clients: bool, idle: bool) -> None:
    groups = {"all": ["pc01"], "lync_client": ["pc01"]}
    found = find_targets(groups, {"pc01": {}}, Request(DEFAULT, named="lync_client", clients=clients))
    assert (found["hosts"], found["idle"], bool(found["mistakes"])) == (["pc01"], idle, idle)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (Request(DEFAULT, named="typo"), ["Not in the inventory (a.yml): typo.", "There is no host to work on: "]),
        (Request(DEFAULT, named="fe01,typo"), ["Not in the inventory (a.yml): typo. Correct the names, or leave them"]),
        (
            Request(DEFAULT, within=["sip1"], limit="sip1"),
            [f"nothing in the inventory (a.yml) matches {DEFAULT} and --"],
        ),
        (Request(DEFAULT, within=["sip1"], sliced=True), []),
        (Request(DEFAULT, named=[]), []),
        (Request(DEFAULT, batches="1, 25%,100%"), []),
        (Request(DEFAULT, batches=[1, "25%"]), []),
        (Request(DEFAULT, batches="a few"), ["lync_firewall_serial: afew is no number of hosts, such as 5, 25%"]),
        (Request(DEFAULT, batches=0.5), ["lync_firewall_serial: 0.5 is no number"]),
        (Request(DEFAULT, batches="0"), ["lync_firewall_serial: 0 is no number"]),
    ],
)
def test_why_not_to_begin(request_: Request, told: list[str]) -> None:
    known: dict[str, dict[str, Any]] = {host: {} for host in GROUPS["all"]}
    found = find_targets(GROUPS, known, replace(request_, sources=["a.yml"]))["mistakes"]
    assert len(found) == len(told)
    assert all(word in text for word, text in zip(told, found, strict=True)), found


def test_peers_that_nobody_names_are_told_at_once_as_a_block_to_paste() -> None:
    scoped = {host: {"lync_firewall_scope": "topology", "lync_pool": "p"} for host in GROUPS["all"]}
    assert targets()["unknown_peers"] == ""
    found = targets(**scoped)
    (note,) = [text for text in found["notes"] if "group_vars" in text]
    assert note.endswith(found["unknown_peers"])
    (variable, kinds) = next(iter(yaml.safe_load(found["unknown_peers"]).items()))
    assert variable == "lync_firewall_extra_peers"
    assert set(kinds.values()) == {None}, "to paste it says nothing yet"
    assert {"gateway", "load_balancer", "reverse_proxy", "admin", "edge", "trusted_application"} <= set(kinds)
    assert {"front_end", "mediation", "pool", "replica"}.isdisjoint(kinds), "known"
    answered = {kind: [] for kind in kinds}
    answers = {host: {**own, "lync_firewall_extra_peers": answered} for host, own in scoped.items()}
    assert targets(**answers)["unknown_peers"] == "", "in one round"
    matrix = find_targets(GROUPS, {host: {} for host in GROUPS["all"]}, Request(DEFAULT, scoped=True))
    assert set(kinds) < set(yaml.safe_load(matrix["unknown_peers"])[variable]) | {"pool"}


def test_a_limit_leaves_nothing_out_of_the_block_that_is_pasted_for_all() -> None:
    scoped = {host: {"lync_firewall_scope": "topology", "lync_pool": "p"} for host in GROUPS["all"]}
    whole = targets(**scoped)["unknown_peers"]
    assert "reverse_proxy" in whole, "med01 does not need it"
    assert targets(within=["med01"], **scoped)["unknown_peers"] == whole
    assert targets("med01", **scoped)["unknown_peers"] == whole
    answered = {kind: [] for kind in yaml.safe_load(whole)["lync_firewall_extra_peers"]}
    med01 = {**scoped["med01"], "lync_firewall_extra_peers": answered}
    assert targets(within=["med01"], **{**scoped, "med01": med01})["unknown_peers"] == "", "nothing is missing there"


def test_the_block_keeps_what_is_said_and_a_host_with_wrong_variables_is_left_to_its_task() -> None:
    own = {"lync_firewall_scope": "topology", "lync_firewall_extra_peers": {"edge": ["10.4.0.1"], "admin": None}}
    found = targets(fe01=own, fe02={**own}, med01=Broken({"lync_firewall_scope": AnsibleError("x")}))
    kinds = yaml.safe_load(found["unknown_peers"])["lync_firewall_extra_peers"]
    assert (kinds["edge"], kinds["admin"]) == (["10.4.0.1"], None)


def test_a_group_that_is_nearly_called_as_a_roles_is_named_with_the_hosts_that_nobody_looks_at() -> None:
    groups = {**GROUPS, "all": [*GROUPS["all"], "dir9", "fe9"], "lync_directors": ["dir9"], "lync_front_ends": ["fe01"]}
    known: dict[str, dict[str, Any]] = {host: {} for host in groups["all"]}
    told = "lync_directors is no role's group, so not looked at: dir9. If lync_director is meant, correct the name."
    notes = find_targets(groups, known, Request(DEFAULT))["notes"]
    assert told in notes
    assert not any("lync_front_ends" in note for note in notes), "its host is looked at"
    assert told not in find_targets(groups, known, Request(DEFAULT, within=["fe01"]))["notes"]
    assert told not in find_targets(groups, known, Request(DEFAULT, named="fe01"))["notes"], "who is meant is said"
    ways = {**known, "dir9": {"lync_firewall_roles": ["mediation"]}}
    assert told not in find_targets(groups, ways, Request(DEFAULT))["notes"]


def test_what_need_not_stop_anybody_is_said() -> None:
    assert targets()["notes"] == ["In the group lync, but in no role's group, so not looked at: wac9"]
    known: dict[str, dict[str, Any]] = {host: {} for host in GROUPS["all"]}
    (note,) = find_targets(GROUPS, known, Request(DEFAULT, within=["sip1"], sliced=True))["notes"]
    assert note.startswith(f"This slice of the job has none of the hosts that match {DEFAULT}")
    assert targets("typo")["notes"] == [], "a mistake is enough to read"


def test_a_pattern_that_is_no_template_names_whose_it_is() -> None:
    wrong = Broken({"lync_firewall_hosts": AnsibleError("'nope' is undefined")})
    hostvars, groups = {"fe01": {}, "fe02": wrong}, {"all": ["fe01", "fe02"], "lync_front_end": ["fe01", "fe02"]}
    with pytest.raises(OptionError, match=r"lync_firewall_hosts of fe02: 'nope' is undefined"):
        find_targets(groups, hostvars, Request("lync_front_end", within=["fe01"]))


def test_a_host_that_says_its_peers_itself_is_named_with_what_it_misses() -> None:
    own = {"lync_firewall_scope": "topology", "lync_firewall_peers": {"front_end": ["10.0.0.1"], "gateway": None}}
    found = targets(med01=own)
    (line,) = [line for line in found["unknown_peers"].splitlines() if line.startswith("#   med01: ")]
    kinds = line.partition(": ")[2].split(", ")
    assert "gateway" in kinds
    assert "front_end" not in kinds
    assert yaml.safe_load(found["unknown_peers"]) is None, "to paste it says nothing"
    assert any(note.startswith("Unknown peers:") for note in found["notes"])
    complete = {**own, "lync_firewall_peers": {"front_end": [], **{kind: [] for kind in kinds}}}
    assert targets(med01=complete)["unknown_peers"] == ""
    both = targets(med01=own, fe01={"lync_firewall_scope": "topology"})["unknown_peers"]
    assert line in both.splitlines()
    assert "lync_firewall_extra_peers" in yaml.safe_load(both)
    assert targets(med01={**own, "lync_firewall_peers": ["x"]})["unknown_peers"] == ""


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"lync_firewall_extra_peers": {"gatway": []}, "lync_firewall_scope": "topology"},
         "lync_firewall_extra_peers: 'gatway' is none of its keys. Did you mean gateway? They are "),
        ({"lync_firewall_peers": {"font_end": []}, "lync_firewall_scope": "topology"},
         "lync_firewall_peers: 'font_end' is none of its keys. Did you mean front_end? They are "),
        ({"lync_firewall_port_overrides": {"sever-10": "57501-60000"}},
         "lync_firewall_port_overrides: 'sever-10' is none of its keys. Did you mean server-10? That is so on"),
        ({"lync_firewall_client_media": {"ClientMediaPorts": 1}},
         "lync_firewall_client_media: 'ClientMediaPorts' is none of its keys. Did you mean ClientMediaPort? They are "),
        ({"lync_firewall_extra_rules": [{"name": "x"}, {"name": "Agent", "localprot": 1}]},
         "lync_firewall_extra_rules[1] ('Agent'): 'localprot' is none of its keys. Did you mean localport? They are "),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_said_once_before_all_of_them_fail(variables: dict[str, Any], told: str) -> None:
    found = targets(**dict.fromkeys(GROUPS["all"], variables))
    (mistake,) = found["mistakes"]
    assert mistake.startswith(told)
    assert mistake.endswith("That is so on all 3 hosts.")


def test_a_misspelt_key_of_some_hosts_stops_no_other() -> None:
    wrong = {"lync_firewall_extra_peers": {"gatway": []}, "lync_firewall_scope": "topology"}
    found = targets(fe01=wrong, sip1=wrong)
    assert found["mistakes"] == []
    assert [note for note in found["notes"] if note.endswith("That is so on fe01.")], "sip1 is not of the run"
    assert targets(None, ["fe01"], fe01=wrong)["mistakes"][0].endswith("That is so on fe01.")


@pytest.mark.parametrize(
    "variables",
    [
        {"lync_firewall_extra_peers": {"gatway": []}},
        {"lync_firewall_extra_peers": {"gatway": []}, "lync_firewall_peers": {}, "lync_firewall_scope": "topology"},
        {"lync_firewall_extra_peers": {"gateway": None, "all": ["10.0.0.1"]}, "lync_firewall_scope": "topology"},
        {"lync_firewall_extra_peers": ["gatway"], "lync_firewall_scope": "topology"},
        {"lync_firewall_extra_rules": "x", "lync_firewall_port_overrides": {"server-10": 1}},
    ],
)
def test_what_nobody_reads_or_is_wrong_otherwise_is_no_misspelt_key(variables: dict[str, Any]) -> None:
    found = targets(**dict.fromkeys(GROUPS["all"], variables))
    assert not [each for each in (*found["mistakes"], *found["notes"]) if "none of its keys" in each]


def test_what_is_named_and_has_no_row_is_said_once() -> None:
    groups = {**GROUPS, "all": [*GROUPS["all"], "vis01", "vis02", "edge01"], "lync_edge": ["edge01"]}
    groups["lync_video_interop"] = ["vis01", "vis02"]
    xmpp = {"lync_firewall_features": ["xmpp_federation"]}
    known: dict[str, Any] = dict.fromkeys(groups["all"], xmpp)
    known["vis01"] = {"lync_product": "skype_2019"}
    known["vis02"] = {"lync_product": "skype_2019", "lync_firewall_ruleset": "extended"}
    known["edge01"] = {**xmpp, "lync_firewall_product": "skype_se"}
    request = Request("~lync_(front_end|video_interop|edge)$")
    notes = find_targets(groups, known, request)["notes"]
    (video,) = [note for note in notes if "ruleset" in note]
    assert "lync_firewall_ruleset: extended" in video
    assert "video_interop" in video
    assert video.endswith("That is so on vis01.")
    (feature,) = [note for note in notes if "features" in note]
    assert "xmpp_federation, which Skype for Business Server Subscription Edition does not have" in feature
    assert feature.endswith("That is so on edge01.")
    assert not [note for note in find_targets(groups, known, replace(request, named="fe*"))["notes"] if "so on" in note]
    for wrong in ({"lync_firewall_product": "skype"}, {"lync_firewall_ruleset": 7}, {"lync_firewall_features": 7}):
        known["edge01"] = {**xmpp, "lync_firewall_product": "skype_se", **wrong}
        known["vis01"] = {"lync_product": "skype_2019", **wrong}
        told = [note for note in find_targets(groups, known, request)["notes"] if "That is so on" in note]
        assert not [note for note in told if "edge01" in note], "its own task says what is wrong"
