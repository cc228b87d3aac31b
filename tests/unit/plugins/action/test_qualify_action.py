# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lync_qualify: without consent it does not even connect, and it documents the options that it takes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_qualify
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.modules import lync_qualify as documentation
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel


@pytest.mark.parametrize("args", [{}, {"consent": False}, {"consent": "no"}])
def test_without_consent_nobody_is_connected_to(args: dict[str, Any]) -> None:
    model = WindowsModel()
    plugin = action(lync_qualify.ActionModule, model, args)
    result = plugin.run(task_vars={"inventory_hostname": "win1"})
    assert result["failed"]
    assert result["msg"].startswith("win1: consent (lync_firewall_qualify): ")
    assert "Nothing was done: say -e lync_firewall_qualify=yes if the host is yours to spare" in result["msg"]
    assert plugin._connection.protocol.commands == []


def test_consent_that_is_no_answer_is_refused() -> None:
    plugin = action(lync_qualify.ActionModule, WindowsModel(), {"consent": "perhaps"})
    assert "consent" in plugin.run(task_vars={"inventory_hostname": "win1"})["msg"]


def test_the_options_are_those_of_the_documentation() -> None:
    told = yaml.safe_load(documentation.DOCUMENTATION)["options"]
    real = argument_spec(lync_qualify.ActionModule.OPTIONS)
    assert {
        name: {key: value for key, value in option.items() if key != "description"} for name, option in told.items()
    } == real
