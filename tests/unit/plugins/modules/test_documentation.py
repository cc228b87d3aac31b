# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, argument specifications and the role's specification say the same, sub-options included.

validate-modules does not look at the documentation of action plugins, so nothing else would notice.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall as enforcing_action
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info as info_action
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_report
from ansible_collections.lyncops.firewall.plugins.doc_fragments import desired_state
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import HOST_ROLES
from ansible_collections.lyncops.firewall.plugins.module_utils._options.enforcing_table import ENFORCING_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading_table import INFO_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.rules_table import RULE_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.assignment import GROUP_ROLES, OF_GROUPS
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    POLICY,
    WindowsModel,
)

MODULES = {
    "lync_firewall": (lync_firewall, enforcing_action.ActionModule),
    "lync_firewall_info": (lync_firewall_info, info_action.ActionModule),
}
FRAGMENTS = {
    "lyncops.firewall.desired_state": desired_state.ModuleDocFragment.DOCUMENTATION,
    "lyncops.firewall.desired_state.enforcing": desired_state.ModuleDocFragment.ENFORCING,
    "lyncops.firewall.desired_state.info": desired_state.ModuleDocFragment.INFO,
    "lyncops.firewall.desired_state.rules": desired_state.ModuleDocFragment.RULES,
}
COLLECTION = Path(__file__).resolve().parents[4]
ROLE = COLLECTION / "roles" / "lync_firewall"
PREFIX = "lync_firewall_"
FROM_INVENTORY = ("known_addresses", "peers", "configured_ports", "product")
"""What the role works out from the inventory, so that its specification has no default."""


def documented(text: str) -> dict[str, Any]:
    """A plugin's documentation with its fragments worked in."""
    doc: dict[str, Any] = yaml.safe_load(text)
    doc.setdefault("options", {})
    for name in doc.get("extends_documentation_fragment", []):
        fragment = yaml.safe_load(FRAGMENTS[name])
        for part in ("options", "attributes"):
            own = doc.setdefault(part, {})
            overlap = set(fragment.get(part, {})) & set(own)
            assert not overlap, f"documented twice: {overlap}"
            own |= fragment.get(part, {})
    return doc


def loaded(*parts: str) -> Any:
    """A file of the role."""
    return yaml.safe_load(ROLE.joinpath(*parts).read_text("utf-8"))


def shape(options: dict[str, dict[str, Any]], below: str) -> dict[str, Any]:
    """What must agree of each option; texts are left out."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "choices": option.get("choices"),
            "default": option.get("default"),
            "required": option.get("required", False),
            "options": shape(option[below], below) if below in option else None,
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_documentation_and_argument_spec_agree(name: str) -> None:
    module, plugin = MODULES[name]
    doc = documented(module.DOCUMENTATION)
    assert doc["module"] == name
    assert shape(doc["options"], "suboptions") == shape(argument_spec(plugin.OPTIONS), "options")
    assert None not in (option.get("description") for option in doc["options"].values())


@pytest.mark.parametrize("name", ["netsh_gpo_script", "lync_rules_csv"])
def test_the_filters_document_what_they_validate(name: str) -> None:
    text = (COLLECTION / "plugins" / "filter" / f"{name}.yml").read_text("utf-8")
    doc = documented(yaml.safe_dump(yaml.safe_load(text)["DOCUMENTATION"]))
    own = {"_input"} | ({"gpo"} if name == "netsh_gpo_script" else set())
    assert set(doc["options"]) == own | {option.name for option in RULE_OPTIONS}


def test_every_option_is_described() -> None:
    for option in (*HOST_OPTIONS, *ENFORCING_OPTIONS, *INFO_OPTIONS):
        assert all(told.description for told in (option, *option.suboptions)), option.name


def test_the_role_takes_every_option_of_the_module() -> None:
    spec = loaded("meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    role = {name.removeprefix(PREFIX): option for name, option in spec.items() if name.startswith(PREFIX)}
    module = shape(argument_spec(enforcing_action.ActionModule.OPTIONS), "options")
    for name in FROM_INVENTORY:
        module[name]["default"] = None
    del module["host_variables"]  # what makes the others come from variables
    assert {name: found for name, found in shape(role, "options").items() if name in module} == module


def test_the_role_has_the_modules_defaults() -> None:
    defaults = loaded("defaults", "main.yml")
    for option in (*HOST_OPTIONS, *ENFORCING_OPTIONS):
        if option.name != "roles" and option.name not in FROM_INVENTORY:
            if option.default is None:  # a default would say something
                assert PREFIX + option.name not in defaults, option.name
            else:
                assert defaults[PREFIX + option.name] == option.specification()["default"], option.name


def test_the_role_says_nothing_but_that_variables_count() -> None:
    """No template of an option, which each worker would compile anew; and no default of a play beside them."""
    for entry, module in (("main", "lync_firewall"), ("read", "lync_firewall_info")):
        (task,) = [task for task in loaded("tasks", f"{entry}.yml") if f"lyncops.firewall.{module}" in task]
        assert task[f"lyncops.firewall.{module}"] == {"host_variables": True}
        assert task["module_defaults"] == {
            "group/lyncops.firewall.lync_firewall": {},
            f"lyncops.firewall.{module}": {},
        }
        assert "{{" not in str(task)


def test_the_roles_of_groups_are_what_the_modules_take_for_them() -> None:
    assert loaded("defaults", "main.yml")[f"{PREFIX}roles"] == OF_GROUPS


def test_the_role_takes_the_reports_options_as_they_are() -> None:
    """But for files that it derives from the current directory, and what it works out itself."""
    spec = loaded("meta", "argument_specs.yml")["argument_specs"]["audit"]["options"]
    report = argument_spec(lync_firewall_report.ActionModule.OPTIONS)
    for name in ("name", "formats", "title", "previous"):
        told = spec[f"{PREFIX}report_{name}"]
        assert told["type"] == report[name]["type"]
        assert told.get("choices") == report[name].get("choices")
        assert told.get("default") == report[name].get("default")
    (task,) = loaded("tasks", "report.yml")
    assert task["lyncops.firewall.lync_firewall_report"] == {"host_variables": True, "artifacts": True}


@pytest.mark.parametrize("playbook", ["audit.yml", "verify.yml"])
def test_the_audit_works_on_the_hosts_that_the_role_names(playbook: str) -> None:
    """It has the role's tasks without the role, so it has to repeat the pattern."""
    plays = yaml.safe_load((COLLECTION / "playbooks" / playbook).read_text("utf-8"))
    (of_play,) = [play["vars"] for play in plays if "tasks" in play]
    of_role = loaded("vars", "main.yml")
    said = {f"{PREFIX}{name}": of_play[f"{PREFIX}{name}"] for name in ("default_pattern", "pattern", "seen")}
    # It looks at users' computers as well, which no run changes unless that is asked for.
    of_role[f"{PREFIX}default_pattern"] = of_role[f"{PREFIX}default_pattern"].replace(")$", "|client)$")
    assert said == {name: of_role[name] for name in said}


def test_every_host_role_has_its_group_and_the_pattern_knows_all_but_sql() -> None:
    assert {f"lync_{role.value}": role.value for role in HOST_ROLES} == GROUP_ROLES
    hosts = loaded("vars", "main.yml")
    named = re.search(r"~lync_\((\S+)\)\$", hosts[f"{PREFIX}default_pattern"])
    assert named is not None
    assert {f"lync_{word}" for word in named[1].split("|")} == set(GROUP_ROLES) - {"lync_sql"}


def test_the_roles_readme_names_every_option() -> None:
    text = (ROLE / "README.md").read_text("utf-8")
    table = text.partition("| option | default |")[2].partition("\n\n")[0]
    named = {word for line in table.splitlines()[2:] for word in re.findall(r"`(\w+)`", line.split("|")[1])}
    specs = loaded("meta", "argument_specs.yml")["argument_specs"]
    assert named == {name.removeprefix(PREFIX) for name in specs["main"]["options"]}
    entries = text.partition("The entry points")[2]
    assert [name for name in specs if f"`{name}`" not in entries] == []


@pytest.mark.parametrize("name", MODULES)
def test_attributes_are_declared_as_they_are(name: str) -> None:
    module, plugin = MODULES[name]
    attributes = documented(module.DOCUMENTATION)["attributes"]
    assert attributes["check_mode"]["support"] == "full"
    assert plugin._supports_check_mode is True
    assert attributes["async"]["support"] == "none"
    assert plugin._supports_async is False
    assert attributes["become"]["support"] == "none"
    assert attributes["diff_mode"]["support"] == ("full" if name == "lync_firewall" else "N/A")
    assert attributes["idempotent"]["support"] == ("full" if name == "lync_firewall" else "N/A")
    assert attributes["action_group"]["membership"] == ["lyncops.firewall.lync_firewall"]


def test_the_action_group_has_the_modules_that_say_so() -> None:
    """https://docs.ansible.com/ansible/latest/user_guide/playbooks_module_defaults.html"""
    groups = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text("utf-8"))["action_groups"]
    assert groups == {"lync_firewall": sorted(MODULES)}


def pages() -> list[Path]:
    """What each page is made of: a file of YAML, or a module or plugin whose documentation is a text in it."""
    plugins = COLLECTION / "plugins"
    texts = [*plugins.glob("filter/*.yml")]
    for kind in ("modules", "lookup", "inventory", "callback"):
        texts += [path for path in plugins.glob(f"{kind}/*.py") if not path.name.startswith("_")]
    return sorted(texts)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_every_page_leads_to_a_guide(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.suffix == ".yml":
        doc = yaml.safe_load(text)["DOCUMENTATION"]
    else:
        doc = yaml.safe_load(re.findall(r'^DOCUMENTATION = r"""\n(.*?)^"""', text, re.DOTALL | re.MULTILINE)[0])
    docsite = "ansible_collections.lyncops.firewall.docsite."
    guides = [entry["ref"].removeprefix(docsite) for entry in doc["seealso"] if "ref" in entry]
    assert guides
    assert [name for name in guides if not (COLLECTION / "docs" / "docsite" / "rst" / f"{name}.rst").is_file()] == []
    # What validate-modules of ansible-core 2.16 takes.
    choices = [option["choices"] for option in doc.get("options", {}).values() if "choices" in option]
    assert [said for said in choices if not isinstance(said, list)] == []
    if path.parent.name == "modules":
        # What nothing is changed by is neither shown nor repeated.
        said = {doc["attributes"][name]["support"] == "N/A" for name in ("diff_mode", "idempotent")}
        assert len(said) == 1


def example_tasks() -> list[Any]:
    found = []
    for name, (module, plugin) in MODULES.items():
        for task in yaml.safe_load(module.EXAMPLES):
            if f"lyncops.firewall.{name}" in task:
                found.append(pytest.param(plugin, task[f"lyncops.firewall.{name}"] or {}, id=task["name"]))
    return found


@pytest.mark.parametrize(("plugin", "args"), example_tasks())
def test_every_example_works(
    plugin: Any, args: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "fe01.reg").write_text(f"REGEDIT4\n\n[{POLICY}]\n", "utf-8")
    validate(args, plugin.OPTIONS, plugin.REQUIRED_IF)
    result = action(plugin, WindowsModel(), args, check_mode=True).run(task_vars={"inventory_hostname": "h"})
    assert not result.get("failed"), result.get("msg")


def fields(value: Any, documentation: dict[str, Any], where: str) -> None:
    """Fail for a result key that the documentation does not list, where it lists any."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, dict) and "contains" in documentation:
            unknown = set(item) - set(documentation["contains"]) - {"changes"}
            assert not unknown, f"{where} returns {unknown}, which is not documented"
            for key, inner in item.items():
                if key in documentation["contains"]:
                    fields(inner, documentation["contains"][key], f"{where}.{key}")


@pytest.mark.parametrize(("name", "args"), [("lync_firewall", {"roles": ["director"]}), ("lync_firewall_info", {}),
                                            ("lync_firewall_info", {"roles": ["director"]})])  # fmt: skip
def test_what_is_returned_is_documented(name: str, args: dict[str, Any]) -> None:
    module, plugin = MODULES[name]
    documentation = yaml.safe_load(module.RETURN)
    result = action(plugin, WindowsModel(), args).run(task_vars={"inventory_hostname": "h"})
    own = {key: value for key, value in result.items() if key not in ("changed", "failed", "msg", "diff", "warnings")}
    assert set(own) <= set(documentation)
    always = {key for key, told in documentation.items() if "O(" not in told["returned"]}
    assert always <= set(own)
    types = {"dict": dict, "list": list, "str": str, "bool": bool, "int": int}
    for key, value in own.items():
        assert isinstance(value, types[documentation[key]["type"]]), key
        fields(value, documentation[key], key)
        sample = documentation[key].get("sample")
        if isinstance(sample, dict) and isinstance(value, dict):
            assert set(sample) == set(value) or key == "profiles", f"the sample of {key} has other keys"
        if isinstance(sample, list) and sample and isinstance(sample[0], dict) and value:
            assert set(sample[0]) == set(value[0]), f"the sample of {key} has other keys"


def test_a_plan_is_for_the_hosts_that_a_remediation_works_on() -> None:
    first = [
        yaml.safe_load((COLLECTION / "playbooks" / f"{name}.yml").read_text("utf-8"))[0]
        for name in ("plan", "remediate")
    ]
    of_the_plan = first[1]["vars"].pop("lync_firewall_preflight_plan")
    assert "lync_firewall_plan " in of_the_plan, "and only the remediation is held to one"
    for play in first:  # their work is not the same, nor need it be
        assert play["vars"].pop("lync_firewall_preflight_work")
    assert first[1]["vars"].pop("lync_firewall_preflight_changes") is True
    assert first[0]["vars"] == first[1]["vars"]
