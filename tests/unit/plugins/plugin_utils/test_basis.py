# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of drifted hosts rests on, and what is other when somebody has approved it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._basis import basis_of, differences

FRONT_END: dict[str, Any] = {
    "group_names": ["lync", "lync_front_end"],
    "lync_ports": [{"ports": "5061"}],
    "lync_firewall_ruleset": "{{ ruleset }}",
    "lync_firewall_report_title": "T",
}
ESTATE = {"fe01": FRONT_END, "fe02": FRONT_END}


def test_the_same_estate_is_the_same_basis() -> None:
    told = json.loads(json.dumps(basis_of(["fe01", "fe02", "gone"], ESTATE, "1.0.0")))
    assert (told["collection"], sorted(told["hosts"])) == ("1.0.0", ["fe01", "fe02"])
    assert differences(told, ESTATE, "1.0.0") == ""


@pytest.mark.parametrize(
    "change",
    [
        {"group_names": ["lync", "lync_director"]},
        {"lync_ports": [{"ports": "5062"}]},
        {"lync_firewall_ruleset": "extended"},
        {"lync_firewall_remote_addresses": ["10.0.0.0/8"]},
        {"lync_firewall_extra_peers": {"all": ["10.0.0.1"]}},
        {"lync_firewall_addresses": ["10.0.0.1"]},
    ],
)
def test_what_a_host_should_have_is_part_of_it(change: dict[str, Any]) -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    later = {**ESTATE, "fe02": {**FRONT_END, **change}}
    assert differences(told, later, "1.0.0") == "other groups or lync variables than then have fe02"


@pytest.mark.parametrize(
    "change",
    [
        {"group_names": ["lync_front_end", "lync"]},
        {"lync_firewall_report_title": "another"},
        {"lync_firewall_rollback": "never"},
        {"lync_firewall_audit": {"changed": True}},
        {"lync_firewall_drifted_hosts": ["fe01"]},
        {"lync_topology": {"date": "2026-01-01T00:00:00Z"}},
        {"lync_gate": "drift"},
        {"ansible_port": 5985},
    ],
)
def test_what_a_run_is_told_is_not(change: dict[str, Any]) -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    assert differences(told, {**ESTATE, "fe02": {**FRONT_END, **change}}, "1.0.0") == ""


def test_another_version_and_a_host_that_is_gone_are_told() -> None:
    told = basis_of(ESTATE, ESTATE, "1.0.0")
    assert differences(told, {"fe01": FRONT_END}, "1.1.0") == (
        "the collection is 1.1.0 now, and was 1.0.0; other groups or lync variables than then have fe02"
    )


class AnsibleValueOmittedError(AnsibleError):
    """What ansible-core 2.19 and later raise for a variable that is omitted."""


class Lazy(dict[str, Any]):
    """As Ansible's own: a host's variables are templated one by one when they are asked for."""

    def __init__(self, written: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> None:
        super().__init__({name: Templating(known, values) for name, known in written.items()})
        self.written = written

    def raw_get(self, name: str) -> Mapping[str, Any]:
        return self.written[name]


class Templating(dict[str, Any]):
    def __init__(self, known: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        super().__init__(known)
        self.values_of = values

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        found = self.values_of.get(value, value) if isinstance(value, str) else value
        if isinstance(found, Exception):
            raise found
        return found


SKIPPING = {"fe01": {"group_names": ["lync_front_end"], "lync_firewall_skip_rows": "{{ site_skips }}"}}


def lazy(value: Any, **variables: Any) -> Lazy:
    return Lazy({"fe01": {**SKIPPING["fe01"], **variables}}, {"{{ site_skips }}": value})


def test_a_variable_counts_with_its_value_and_not_as_it_is_written() -> None:
    told = basis_of(["fe01"], lazy([]), "1.0.0")
    assert differences(told, lazy([]), "1.0.0") == ""
    assert differences(told, lazy(["server-45"]), "1.0.0") == "other groups or lync variables than then have fe01"
    literal = Lazy({"fe01": {**SKIPPING["fe01"], "lync_firewall_skip_rows": []}}, {})
    assert differences(told, literal, "1.0.0") == ""


@pytest.mark.parametrize("name", ["ansible_host", "ansible_winrm_host"])
def test_another_machine_under_the_same_name_is_told(name: str) -> None:
    told = basis_of(["fe01"], lazy([], **{name: "10.0.0.1"}), "1.0.0")
    assert differences(told, lazy([], **{name: "10.0.0.1"}), "1.0.0") == ""
    assert differences(told, lazy([], **{name: "10.0.0.2"}), "1.0.0") == "another address than then has fe01"
    assert differences(told, lazy(["server-45"], **{name: "10.0.0.2"}), "1.0.0") == (
        "other groups or lync variables than then have fe01; another address than then has fe01"
    )


def test_a_host_is_at_its_name_where_nothing_says_otherwise() -> None:
    told = basis_of(["fe01"], lazy([]), "1.0.0")
    assert differences(told, lazy([], ansible_host="fe01"), "1.0.0") == ""


def test_what_cannot_be_told_is_told_with_its_variable_and_is_not_the_same() -> None:
    broken = lazy(AnsibleError("'site_skips' is undefined"))
    told = basis_of(["fe01"], broken, "1.0.0")
    for basis in (told, basis_of(["fe01"], lazy([]), "1.0.0")):
        assert differences(basis, broken, "1.0.0") == (
            "lync_firewall_skip_rows of fe01 cannot be told ('site_skips' is undefined)"
        )
    assert differences(told, lazy([]), "1.0.0") == "other groups or lync variables than then have fe01"


def test_what_is_told_of_errors_is_bounded() -> None:
    hosts = {f"fe{number:03}": SKIPPING["fe01"] for number in range(400)}
    told = basis_of(hosts, Lazy(hosts, {"{{ site_skips }}": []}), "1.0.0")
    broken = Lazy(hosts, {"{{ site_skips }}": AnsibleError("x" * 100_000)})
    found = differences(told, broken, "1.0.0")
    assert "lync_firewall_skip_rows of fe000 cannot be told" in found
    assert "and 397 more" in found
    assert len(found) < 2000


def test_what_is_omitted_is_as_if_it_was_not_there() -> None:
    told = basis_of(["fe01"], lazy(AnsibleValueOmittedError("omitted")), "1.0.0")
    mark = "__omit_place_holder__1"  # of ansible-core 2.18 and before: another text in each run
    assert differences(told, lazy(mark, omit=mark), "1.0.0") == ""
    assert differences(told, Lazy({"fe01": {"group_names": ["lync_front_end"]}}, {}), "1.0.0") == ""


@pytest.mark.parametrize("told", [None, "", {}, {"hosts": []}, [1]])
def test_a_basis_of_nothing_says_nothing(told: Any) -> None:
    assert differences(told, ESTATE, "1.0.0") == ""
