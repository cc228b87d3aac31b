# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role lync_load_balancer: what it takes, what it says of that, and what the filters give it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.lyncops.firewall.plugins.filter.load_balancer import FilterModule
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.peers import SOURCE
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import DRAINED, VARIABLES

COLLECTION = Path(__file__).resolve().parents[4]
ROLE = COLLECTION / "roles" / "lync_load_balancer"
_WORKED_OUT_IN_A_RUN = (
    "found", "installed", "written", "file", "answer", "running", "until_checked", "token",
    "worked_out",
)  # fmt: skip
WORKED_OUT = {"lync_load_balancer_dir"}
"""Whose default is a template, so that the specification has none."""


def loaded(*parts: str) -> Any:
    return yaml.safe_load(ROLE.joinpath(*parts).read_text("utf-8"))


def test_specification_and_defaults_agree() -> None:
    entries = loaded("meta", "argument_specs.yml")["argument_specs"]
    options = {name: option for entry in entries.values() for name, option in entry["options"].items()}
    defaults = loaded("defaults", "main.yml")
    assert set(options) - {"lync_load_balancer_listeners"} == set(defaults), "which is worked out in words"
    assert {name: option["default"] for name, option in options.items() if "default" in option} == {
        name: default for name, default in defaults.items() if name not in WORKED_OUT
    }
    assert all(option["description"] for option in options.values())


def test_every_variable_is_used_and_none_is_unknown() -> None:
    rooms = ("tasks", "handlers", "templates", "defaults", "vars")
    files = [path for room in rooms for path in (ROLE / room).iterdir()]
    files.append(COLLECTION / "plugins" / "action" / "lync_load_balancer_listeners.py")  # the tasks' own module
    text = "\n".join(path.read_text("utf-8") for path in files)
    used = set(re.findall(r"\b(lync_load_balancer_\w+)\b(?! *:)", text))
    assert used - {f"lync_load_balancer_{name}" for name in _WORKED_OUT_IN_A_RUN} == {
        "lync_load_balancer_listeners",
        *loaded("defaults", "main.yml"),
    }


def test_the_scope_of_the_members_knows_the_variable_that_the_role_connects_from() -> None:
    assert SOURCE in loaded("defaults", "main.yml")


def test_the_documentation_names_the_variables_that_pools_have() -> None:
    text = (COLLECTION / "plugins" / "filter" / "lync_pools.yml").read_text("utf-8")
    readme = (ROLE / "README.md").read_text("utf-8")
    for name in (*VARIABLES.values(), DRAINED):
        assert f"C({name})" in text, name
        assert f"`{name}`" in readme, name


def test_every_filter_is_documented() -> None:
    for name in FilterModule().filters():
        doc = yaml.safe_load((COLLECTION / "plugins" / "filter" / f"{name}.yml").read_text("utf-8"))
        assert doc["DOCUMENTATION"]["name"] == name
