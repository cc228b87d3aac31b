# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that work on the controller alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils._options.table import HOST_VARIABLES
from ._variables import Templated


class ControllerAction(ActionBase):  # type: ignore[misc]
    """Base of action plugins that connect to nothing, whatever connection and user a play asks for."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def variables(self, task_vars: Mapping[str, Any]) -> Templated | None:
        """The variables that options are taken from that the task does not give; None unless it wants that.

        Args:
            task_vars: The variables of the task, as Ansible gives them.
        """
        if not boolean(self._task.args.get(HOST_VARIABLES.name) or False, strict=False):
            return None
        return Templated(task_vars, self._templar.template, {})
