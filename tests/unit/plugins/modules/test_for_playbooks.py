# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that exist for the playbooks of the collection say so: whoever calls one would want its options to stay."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.doc_fragments.on_controller import ModuleDocFragment

MODULES = Path(__file__).resolve().parents[4] / "plugins" / "modules"
FOR_USERS = (
    "lync_firewall",
    "lync_firewall_info",
    "lync_firewall_plan",
    "lync_firewall_report",
    "lync_port_probe",
    "lync_qualify",
)
"""Those that people have in playbooks of their own."""


@pytest.mark.parametrize("name", sorted(path.stem for path in MODULES.glob("*.py")))
def test_a_module_that_only_our_playbooks_need_says_so(name: str) -> None:
    module = import_module(f"ansible_collections.lyncops.firewall.plugins.modules.{name}")
    fragments = yaml.safe_load(module.DOCUMENTATION).get("extends_documentation_fragment", [])
    assert ("lyncops.firewall.on_controller.of_playbooks" in fragments) is (name not in FOR_USERS)


def test_the_note_says_what_may_change() -> None:
    fragment = yaml.safe_load(ModuleDocFragment.OF_PLAYBOOKS)
    assert "options" in fragment, "or ansible-doc refuses every page that has it"
    (note,) = fragment["notes"]
    assert "may change in a minor release" in note
