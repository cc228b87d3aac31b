# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, argument specifications and the role's specification say the same, sub-options included.

validate-modules does not look at the documentation of action plugins, so nothing else would notice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall as enforcing_action
from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info as info_action
from ansible_collections.lyncops.firewall.plugins.doc_fragments import desired_state
from ansible_collections.lyncops.firewall.plugins.modules import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

MODULES = {
    "lync_firewall": (lync_firewall, enforcing_action.ActionModule),
    "lync_firewall_info": (lync_firewall_info, info_action.ActionModule),
}
FRAGMENTS = {"lyncops.firewall.desired_state": desired_state}
ROLE = Path(__file__).resolve().parents[4] / "roles" / "lync_firewall" / "meta" / "argument_specs.yml"
PREFIX = "lync_firewall_"
FROM_INVENTORY = ("peers", "configured_ports")
"""What the role works out from the inventory, so that its specification has no default."""


def documented(module: Any) -> dict[str, Any]:
    """A module's documentation with its fragments worked in."""
    doc: dict[str, Any] = yaml.safe_load(module.DOCUMENTATION)
    for name in doc.get("extends_documentation_fragment", []):
        fragment = yaml.safe_load(FRAGMENTS[name].ModuleDocFragment.DOCUMENTATION)
        overlap = set(fragment["options"]) & set(doc["options"])
        assert not overlap, f"documented twice: {overlap}"
        doc["options"] |= fragment["options"]
    return doc


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
    doc = documented(module)
    assert doc["module"] == name
    assert shape(doc["options"], "suboptions") == shape(plugin.ARGUMENTS, "options")
    assert None not in (option.get("description") for option in doc["options"].values())


def test_the_role_takes_every_option_of_the_module() -> None:
    if not ROLE.exists():
        pytest.skip("the role is not written yet")
    spec = yaml.safe_load(ROLE.read_text("utf-8"))["argument_specs"]["main"]["options"]
    role = {name.removeprefix(PREFIX): option for name, option in spec.items() if name.startswith(PREFIX)}
    module = shape(enforcing_action.ActionModule.ARGUMENTS, "options")
    for name in FROM_INVENTORY:
        module[name]["default"] = None
    assert {name: found for name, found in shape(role, "options").items() if name in module} == module


def test_the_roles_task_passes_every_option_on() -> None:
    tasks = ROLE.parents[1] / "tasks" / "main.yml"
    if not tasks.exists():
        pytest.skip("the role is not written yet")
    loaded = yaml.safe_load(tasks.read_text("utf-8"))
    (task,) = [task for task in loaded if "lyncops.firewall.lync_firewall" in task]
    assert set(task["lyncops.firewall.lync_firewall"]) == set(enforcing_action.ActionModule.ARGUMENTS)


@pytest.mark.parametrize("name", MODULES)
def test_attributes_are_declared_as_they_are(name: str) -> None:
    module, plugin = MODULES[name]
    attributes = documented(module)["attributes"]
    assert attributes["check_mode"]["support"] == "full"
    assert plugin._supports_check_mode is True
    assert attributes["async"]["support"] == "none"
    assert plugin._supports_async is False
    assert attributes["become"]["support"] == "none"
    assert attributes["diff_mode"]["support"] == ("full" if name == "lync_firewall" else "none")


def example_tasks() -> list[Any]:
    found = []
    for name, (module, plugin) in MODULES.items():
        for task in yaml.safe_load(module.EXAMPLES):
            if f"lyncops.firewall.{name}" in task:
                found.append(pytest.param(plugin, task[f"lyncops.firewall.{name}"] or {}, id=task["name"]))
    return found


@pytest.mark.parametrize(("plugin", "args"), example_tasks())
def test_every_example_works(plugin: Any, args: dict[str, Any]) -> None:
    checked = ArgumentSpecValidator(plugin.ARGUMENTS, required_if=plugin.REQUIRED_IF).validate(args)
    assert checked.error_messages == []
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
