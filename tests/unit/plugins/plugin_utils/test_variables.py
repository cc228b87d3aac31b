# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options from a host's variables: what is templated, what is worked out, and what one worker finds out for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_needs
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.assignment import OF_GROUPS, assigned_roles
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.peers import PeerError, survey
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _estate, _named_roles
from ansible_collections.lyncops.firewall.plugins.plugin_utils._templated import Templated
from ansible_collections.lyncops.firewall.plugins.plugin_utils._variables import Assigned, HostVariables
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel
from jinja2.nativetypes import NativeEnvironment

GROUPS = {
    "all": ["fe01", "med01", "gw01"],
    "lync_front_end": ["fe01"],
    "lync_mediation": ["med01"],
    "lync_gateway": ["gw01"],
}
HOSTVARS: dict[str, dict[str, Any]] = {
    "fe01": {"ansible_host": "10.0.0.1", "lync_pool": "pool"},
    "med01": {"ansible_host": "10.0.0.2"},
    "gw01": {"lync_addresses": ["10.0.0.3"]},
}
FOUND = {"targets": {"addresses": ["10.0.0.0/30"], "namesakes": {"med01": ["med02"]}, "roles": {}}}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the folder for the temporary files of one run."""
    monkeypatch.setattr(_estate.constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)


def upper(value: Any) -> Any:
    """In place of Ansible's templating: it shows what was templated."""
    return value.upper() if isinstance(value, str) else [item.upper() for item in value]


def host(
    name: str = "fe01",
    task: str = "t1",
    template: Callable[[Any], Any] = upper,
    given: dict[str, Any] | None = None,
    **variables: Any,
) -> HostVariables:
    groups = [group for group, hosts in GROUPS.items() if name in hosts]
    known = {
        "inventory_hostname": name,
        "group_names": groups,
        "groups": GROUPS,
        "hostvars": HOSTVARS,
        "lync_firewall_found": FOUND,
    }
    return HostVariables({**known, **HOSTVARS.get(name, {}), **variables}, template, task, given)


def options(found: HostVariables) -> dict[str, Any]:
    return found.options(found.assigned(connecting=True).roles, HOST_OPTIONS)


@pytest.mark.parametrize(
    ("value", "templated"),
    [
        ("plain", False),
        ("{4A1B} of a GUID", False),
        ("{{ x }}", True),
        ("{% if x %}y{% endif %}", True),
        (["a", "{{ b }}"], True),
        (["a", "b"], False),
        (True, False),
        (None, False),
        (5, False),
    ],
)
def test_only_what_may_be_a_template_is_templated(value: Any, templated: bool) -> None:
    asked: list[Any] = []

    def template(given: Any) -> Any:
        asked.append(given)
        return given

    assert Templated({"x": value}, template, {})["x"] == value
    assert asked == ([value] if templated else [])


def test_what_the_task_says_itself_counts_in_all_that_follows_from_it() -> None:
    found = host("stranger", given={"roles": ["mediation"], "scope": "topology", "lync": None})
    assert found.assigned(connecting=True).mistakes == ()
    assert options(found)["peers"]["mediation"] == ["10.0.0.2"]
    assert host("stranger", given={"state": "absent"}).assigned(connecting=True).mistakes == ()
    assert options(host(given={"skip_rows": ["{{ as it is }}"]}))["skip_rows"] == ["{{ as it is }}"]


@pytest.mark.parametrize("networks", [["10.8.0.0/16"], []])
def test_client_networks_for_the_matrix_are_no_option_of_rules_that_have_another_scope(networks: list[str]) -> None:
    """The guide to the matrix asks for the variable; a host whose rules are open to any must still be audited."""
    known = {"lync_firewall_client_networks": networks}
    assert "client_networks" not in options(host(**known))
    assert "client_networks" not in options(host(**known, lync_firewall_scope="any"))
    assert options(host(**known, lync_firewall_scope="topology"))["client_networks"] == networks
    assert options(host(**known, given={"scope": "topology"}))["client_networks"] == networks


class AnsibleValueOmittedError(AnsibleError):
    """As ansible-core 2.19 and later has it."""


def test_what_is_omitted_is_left_to_the_defaults() -> None:
    def omitting(_value: Any) -> Any:
        raise AnsibleValueOmittedError

    assert "profiles" not in options(host(lync_firewall_profiles="{{ omit }}", template=omitting))
    older = {"omit": "__omit_place_holder__1", "template": lambda _value: "__omit_place_holder__1"}
    assert "profiles" not in options(host(lync_firewall_profiles="{{ omit }}", **older))
    rule = [{"name": "{{ x }}"}, "__omit_place_holder__1"]
    older["template"] = lambda _value: [{"name": "a", "program": "__omit_place_holder__1"}, "__omit_place_holder__1"]
    assert options(host(lync_firewall_extra_rules=rule, **older))["extra_rules"] == [{"name": "a"}]


def test_what_cannot_be_templated_is_named() -> None:
    def undefined(_value: Any) -> Any:
        raise AnsibleError("'nope' is undefined")

    with pytest.raises(OptionError, match=r"^lync_firewall_port_overrides: 'nope' is undefined$"):
        options(host(lync_firewall_port_overrides={"server-01": "{{ nope }}"}, template=undefined))


def test_a_variable_of_another_host_that_is_wrong_is_named_with_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Mapping[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise AnsibleError("'nope' is undefined")

        def __iter__(self) -> Iterator[str]:
            return iter(())

        def __len__(self) -> int:
            return 0

    monkeypatch.setitem(HOSTVARS, "gw01", Wrong())  # type: ignore[arg-type]
    with pytest.raises(PeerError, match=r"^lync_firewall_addresses of gw01: 'nope' is undefined$"):
        host().peers()


def test_hosts_that_name_a_role_are_peers_as_those_of_its_group_are(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"ansible_host": "10.0.0.7", "lync_firewall_roles": "front_end, director", "lync_pool": "pool"}
    monkeypatch.setitem(HOSTVARS, "sip1", own)
    monkeypatch.setitem(GROUPS, "all", [*GROUPS["all"], "sip1"])
    expected = {
        "director": ["10.0.0.7"],
        "front_end": ["10.0.0.1", "10.0.0.7"],
        "gateway": ["10.0.0.3"],
        "mediation": ["10.0.0.2"],
        "pool": ["10.0.0.1", "10.0.0.7"],
    }
    assert host(task="none", lync_firewall_found={}).peers() == expected
    found = {"targets": {"roles": {"front_end": ["sip1"], "director": ["sip1"]}}}
    assert host(task="asked before", lync_firewall_found=found).peers() == expected
    assert "director" not in host(task="nobody", lync_firewall_found={"targets": {"roles": {}}}).peers()


def test_roles_of_another_host_that_are_wrong_are_told_and_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise AnsibleError("'nope' is undefined")

    monkeypatch.setitem(HOSTVARS, "med01", Wrong())
    with pytest.raises(PeerError, match=r"^lync_firewall_roles of med01: 'nope' is undefined$"):
        host(lync_firewall_found={"targets": {"roles": None}}).peers()


def test_an_extra_variable_with_roles_says_nothing_of_who_is_who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_named_roles, "load_extra_vars", lambda _loader: {"lync_firewall_roles": "director"})
    monkeypatch.setitem(HOSTVARS, "fe01", {**HOSTVARS["fe01"], "lync_firewall_roles": "director"})
    assert "director" not in host(lync_firewall_found={}).peers()


def test_each_batch_of_a_play_looks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host(ansible_play_batch=["fe01"]).peers()["gateway"] == ["10.0.0.3"]
    monkeypatch.setitem(HOSTVARS, "gw01", {"lync_addresses": ["10.0.0.9"]})
    assert host(ansible_play_batch=["med01"]).peers()["gateway"] == ["10.0.0.9"]


def test_the_address_of_a_delegated_task_is_not_that_of_the_host() -> None:
    assert host(ansible_host="localhost").addresses() == ["10.0.0.1"]
    assert host("stranger", ansible_host="localhost").addresses() == []
    assert host(lync_firewall_addresses="10.9.9.9").addresses() == ["10.9.9.9"]


@pytest.mark.parametrize(
    ("known", "addresses"),
    [
        ({}, ["10.0.0.7"]),
        ({"ansible_host": "10.0.0.8"}, ["10.0.0.8"]),
        ({"ansible_host": "fe07.contoso.test"}, ["10.0.0.7"]),
    ],
)
def test_a_host_that_is_named_by_its_address_has_that_address(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, Any], addresses: list[str]
) -> None:
    """As the scopes of its peers have it."""
    monkeypatch.setitem(HOSTVARS, "10.0.0.7", known)
    assert host("10.0.0.7").addresses() == addresses
    assert survey({"lync_gateway": ["10.0.0.7"]}, HOSTVARS.__getitem__).kinds["gateway"].addresses == tuple(addresses)


@pytest.mark.parametrize("extra", ["gateway", ["10.0.0.1"], '{"gateway": []}'])
def test_extra_peers_of_another_kind_are_told(extra: Any) -> None:
    with pytest.raises(PeerError, match="lync_firewall_extra_peers: a dictionary is needed"):
        host(lync_firewall_extra_peers=extra).peers()


def test_what_is_not_said_is_left_to_the_defaults() -> None:
    assert options(host()) == {"roles": ["front_end"], "known_addresses": ["10.0.0.0/30"]}


def test_the_roles_own_default_is_not_templated_and_says_the_same() -> None:
    asked: list[Any] = []
    assert options(host(lync_firewall_roles=OF_GROUPS, template=asked.append))["roles"] == ["front_end"]
    assert asked == []
    both = ["lync_mediation", "all", "lync_front_end"]
    rendered = NativeEnvironment().from_string(OF_GROUPS).render(group_names=both)
    assert rendered == assigned_roles(None, both) == ["front_end", "mediation"]


def test_each_option_has_its_variable() -> None:
    found = options(host(lync_firewall_skip_rows=["server-01"], lync_firewall_exclusive=False, lync_ports=[{"a": "b"}]))
    assert found["skip_rows"] == ["server-01"]
    assert found["exclusive"] is False
    assert found["configured_ports"] == [{"a": "b"}]
    found = options(host(lync_firewall_configured_ports=[], lync_ports=[{"a": "b"}], lync_firewall_known_addresses=[]))
    assert (found["configured_ports"], found["known_addresses"]) == ([], [])


def test_peers_are_worked_out_for_the_scope_topology_alone() -> None:
    found = options(host(lync_firewall_scope="topology", lync_firewall_extra_peers={"all": ["10.9.9.9"]}))
    assert found["peers"] == {
        "all": ["10.9.9.9"],
        "front_end": ["10.0.0.1"],
        "gateway": ["10.0.0.3"],
        "mediation": ["10.0.0.2"],
        "pool": ["10.0.0.1"],
    }
    assert options(host(lync_firewall_scope="topology", lync_firewall_peers={"gateway": []}))["peers"] == {
        "gateway": []
    }


def test_who_takes_all_rules_away_is_asked_for_no_role() -> None:
    found = host("stranger", lync_firewall_state="absent", lync_firewall_skip_row=[])
    assert found.assigned(connecting=True).mistakes == ()
    assert "roles" not in options(found)
    assert len(host("stranger", lync_firewall_state="absent").assigned(connecting=False).mistakes) == 1


def test_mistakes_are_those_of_roles_names_and_doubles() -> None:
    assert host().assigned(connecting=True).mistakes == ()
    found = host("med01", lync_firewall_skip_row=[], lync_firewall_state="absent").assigned(connecting=True).mistakes
    assert [word in text for word, text in zip(["same address"], found, strict=True)] == [True]
    found = host("med01", lync_firewall_skip_row=[]).assigned(connecting=True).mistakes
    assert ["did you mean" in found[0], "med01 has the same address as med02" in found[1]] == [True, True]
    assert len(host("med01").assigned(connecting=False).mistakes) == 0


def test_one_worker_of_a_task_looks_at_the_estate_and_the_others_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    surveys: list[int] = []
    real = _estate.survey
    monkeypatch.setattr(_estate, "survey", lambda *args: surveys.append(1) or real(*args))
    peers = [host(name, lync_firewall_scope="topology").peers() for name in ("fe01", "med01", "gw01")]
    assert len(surveys) == 1
    assert ["pool" in found for found in peers] == [True, False, False]
    host("fe01", task="t2").peers()
    host("fe01", task="t2", lync_firewall_resolve_peers="yes").peers()
    assert len(surveys) == 3, "another task may follow on changed variables"


def test_a_wrong_address_in_the_estate_is_the_same_error_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOSTVARS, "gw01", {"lync_addresses": ["10.0.0.300"]})
    for _time in range(2):
        with pytest.raises(PeerError, match=r"lync_addresses of gw01: '10\.0\.0\.300'"):
            host().peers()


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_estate.constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "gone"), raising=False)
    assert host().peers()["gateway"] == ["10.0.0.3"]


def test_what_somebody_was_killed_over_is_written_anew(tmp_path: Path) -> None:
    assert host().peers()["gateway"] == ["10.0.0.3"]
    (written,) = tmp_path.iterdir()
    text = written.read_text()
    written.write_text(text[:20])
    assert host().peers()["gateway"] == ["10.0.0.3"]
    assert written.read_text() == text
    assert written.stat().st_mode & 0o777 == 0o600


def needs(name: str = "fe01", args: dict[str, Any] | None = None, **variables: Any) -> dict[str, Any]:
    """What the action returns for a host, with no host behind it."""
    plugin = action(lync_firewall_needs.ActionModule, WindowsModel(), args or {}, _uuid="t1")
    plugin._templar = type("Templar", (), {"template": staticmethod(upper)})
    groups = [group for group, hosts in GROUPS.items() if name in hosts]
    known = {
        "inventory_hostname": name,
        "group_names": groups,
        "groups": GROUPS,
        "hostvars": HOSTVARS,
        "lync_firewall_found": FOUND,
    }
    found: dict[str, Any] = plugin.run(task_vars={**known, **HOSTVARS.get(name, {}), **variables})
    return found


def test_what_a_host_needs_without_a_connection() -> None:
    found = needs(lync_firewall_skip_rows=["server-01"], lync_firewall_client_networks=["10.8.0.0/16"])
    assert found["host"] == {
        "name": "fe01",
        "addresses": ["10.0.0.1"],
        "roles": ["front_end"],
        "peers": {"front_end": ["10.0.0.1"], "gateway": ["10.0.0.3"], "mediation": ["10.0.0.2"], "pool": ["10.0.0.1"]},
        "client_networks": ["10.8.0.0/16"],
        "pool": "pool",
        "options": {"skip_rows": ["server-01"]},
    }
    assert found["changed"] is False


def test_no_policy_of_a_domain_reaches_an_edge_server() -> None:
    """The rules are written all the same, for whoever knows why, and each place that is read says so."""
    sides = ("internal", "external_access", "external_webconf", "external_av")
    addresses = {side: f"10.0.{number}.9" for number, side in enumerate(sides)}
    edge = {"group_names": ["lync_edge"], "groups": {"lync_edge": ["edge01"]}, "hostvars": {"edge01": {}}}
    found = needs("edge01", {"gpo": "a.b\\c"}, **edge, lync_firewall_edge_addresses=addresses)
    (note,) = found["notes"]
    assert note.startswith("edge: an Edge Server stands in no domain, so no Group Policy of a domain reaches it. ")
    assert "lyncops.firewall.site" in note
    (readme,) = [file["content"] for file in found["files"] if file["name"].endswith("README.txt")]
    assert "An Edge Server stands in no domain" in readme
    found = needs(args={"gpo": "a.b\\c"})
    assert found["notes"] == []
    assert not any("stands in no domain" in file["content"] for file in found["files"])


def test_files_for_the_owner_of_a_policy_are_named_by_what_is_in_them() -> None:
    first, second = (needs(args={"gpo": "a.b\\c"}, lync_firewall_scope=scope)["files"] for scope in ("any", "topology"))
    assert [file["name"].rpartition("-")[2] for file in first] == [
        "add.netsh", "renew.netsh", "remove.netsh", "rules.csv", "README.txt", "hosts.txt",
    ]  # fmt: skip
    assert first[0]["name"].startswith("front_end-")
    assert {file["folder"] for file in first} == {f"c-{first[0]['name'].removesuffix('-add.netsh')}"}
    assert first[-1]["content"] == "fe01\r\n"
    assert {file["name"] for file in first}.isdisjoint(file["name"] for file in second)
    assert {file["folder"] for file in first}.isdisjoint(file["folder"] for file in second)
    assert needs(args={"gpo": "a.b\\c"})["files"] == first


def test_the_owner_of_a_policy_is_told_how_to_renew_and_to_remove_and_what_to_answer() -> None:
    files = {file["name"].rpartition("-")[2]: file["content"] for file in needs(args={"gpo": "a.b\\c"})["files"]}
    added = [line for line in files["add.netsh"].splitlines() if " add rule " in line]
    names = [line.split('"')[1] for line in added]
    assert len(set(names)) == len(names) > 10
    removed = [f'advfirewall firewall delete rule name="{name}"' for name in names]
    renewed = [line for pair in zip(removed, added, strict=True) for line in pair]
    for script, lines in (("remove.netsh", removed), ("renew.netsh", renewed)):
        assert files[script].splitlines()[2:] == ['advfirewall set store gpo="a.b\\c"', *lines]
    assert all(word in files["README.txt"] for word in ("-add.netsh", "-renew.netsh", "-remove.netsh", "-hosts.txt"))
    assert "HAS TO ANSWER" in files["README.txt"]


def test_a_policy_without_a_name_is_told_at_once_with_the_line_to_try() -> None:
    found = needs(args={"gpo": ""})
    assert found["no_policy"].startswith("lync_firewall_gpo: name the Group Policy")
    assert "failed" not in found, "one mistake, and not one for each host"
    assert "-e 'lync_firewall_gpo=\"example.com\\Lync Servers\"'" in found["no_policy"]


@pytest.mark.parametrize(
    ("name", "variables", "told"),
    [
        ("stranger", {}, "stranger is in none of the groups"),
        ("fe01", {"lync_firewall_ruleset": "documentd"}, "fe01: options: value of ruleset must be one of: documented"),
        ("fe01", {"lync_firewall_skip_rows": ["server-99"]}, "fe01: skip_rows"),
        ("fe01", {"lync_firewall_extra_peers": {"gate": []}}, "fe01: lync_firewall_extra_peers: 'gate' is no kind"),
    ],
)
def test_a_mistake_is_the_hosts_own(name: str, variables: dict[str, Any], told: str) -> None:
    found = needs(name, **variables)
    assert found["failed"] is True
    assert found["msg"].startswith(told)


def test_a_client_is_skipped_with_a_word() -> None:
    found = needs("pc01", group_names=["lync_client"])
    assert (found["skipped"], "no firewall rule on pc01" in found["msg"]) == (True, True)


def test_the_product_is_what_is_said_or_what_the_topology_has() -> None:
    untouched = {"template": lambda value: value}
    options = {option.name: option for option in HOST_OPTIONS}
    asked = [options["product"]]
    assert host(lync_product="skype_2019", **untouched).options(None, asked) == {"product": "skype_2019"}
    said = host(lync_product="skype_2019", lync_firewall_product="skype_se", lync_version=8, **untouched)
    assert said.options(None, asked) == {"product": "skype_se"}
    assert said.assigned(connecting=False).mistakes == ()
    assert host(**untouched).options(None, asked) == {}
    wrong = host(lync_product="skype_2019", lync_firewall_product="skype_2015", lync_version=8, **untouched)
    (mistake,) = wrong.assigned(connecting=False).mistakes
    assert "skype_2015 (Skype for Business Server 2015)" in mistake
    assert "Skype for Business Server 2019" in mistake


def test_a_host_is_named_once_in_what_is_wrong_about_it() -> None:
    for told in ("skype_2018", "skype_2015"):
        found = needs(lync_firewall_product=told, lync_version=8)
        assert found["msg"].startswith(f"fe01: lync_firewall_product is {told if told == 'skype_2015' else repr(told)}")
    assert Assigned("fe01", (), False, ("fe01 is wrong", "fe01: more")).message == "fe01 is wrong fe01: more"
    assert Assigned("fe01", (), False, ("wrong",)).message == "fe01: wrong"


@pytest.mark.parametrize(
    "edge",
    [
        {"group_names": ["lync_edge"]},
        {"lync_firewall_edge_addresses": {"internal": "10.0.0.9"}},
        {"lync_edge_addresses": {"internal": ["10.0.0.9"]}},
    ],
)
def test_an_edge_server_that_is_said_to_be_something_else_is_refused(edge: dict[str, Any]) -> None:
    untouched = {"template": lambda value: value}
    wrong = host(lync_firewall_roles=["front_end"], **edge, **untouched)
    (mistake,) = wrong.assigned(connecting=False).mistakes
    assert "front_end" in mistake
    assert "open to the outside" in mistake
    assert host(lync_firewall_roles=["edge"], **edge, **untouched).assigned(connecting=False).mistakes == ()


@pytest.mark.parametrize("version", [5, "9", 10])
def test_a_service_version_that_is_no_known_product_is_refused_unless_one_is_said(version: Any) -> None:
    untouched = {"template": lambda value: value}
    known = {"lync_version": version, "lync_firewall_roles": ["front_end"]}
    (mistake,) = host(**known, **untouched).assigned(connecting=False).mistakes
    assert f"ServiceVersion {version}" in mistake
    assert "lync_firewall_product" in mistake
    assert "8 (Skype for Business Server 2019)" in mistake
    assert host(lync_firewall_product="lync_2013", **known, **untouched).assigned(connecting=False).mistakes == ()
