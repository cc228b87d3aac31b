# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that work on the controller alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ._arguments import validate
from ._plain import plain
from ._templated import Templated


class ControllerAction(ActionBase):  # type: ignore[misc]
    """Base of action plugins that connect to nothing, whatever connection and user a play asks for."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    OPTIONS: ClassVar[tuple[Option, ...]] = ()

    def given(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The options of the task, with those of variables where they count.

        Args:
            task_vars: The variables of the task, as Ansible gives them.

        Raises:
            OptionError: A variable cannot be templated.
        """
        known = self.variables(task_vars)
        found = {} if known is None else self.of_variables(known)
        return {**{option: value for option, value in found.items() if value is not None}, **self._task.args}

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """The options that variables say; None where one says nothing.

        Args:
            known: The variables.

        Raises:
            OptionError: A variable is wrong.
        """
        raise NotImplementedError

    def variables(self, task_vars: Mapping[str, Any]) -> Templated | None:
        """The variables that options are taken from that the task does not give; None unless it wants that.

        Args:
            task_vars: The variables of the task, as Ansible gives them.
        """
        if not boolean(self._task.args.get(HOST_VARIABLES.name) or False, strict=False):
            return None
        return Templated(task_vars, self._templar.template, {})


class ControllerTask(ControllerAction):
    """Base of those that do one thing with their options."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: validate, work, and report errors as results that name the option."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        try:
            result.update(plain(self.work(validate(self.given(known), self.OPTIONS), known)))
        except OptionError as error:
            result.update({"failed": True, "msg": str(error)})
        return result

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Do the task's work and return its results.

        Args:
            options: The task's options.
            task_vars: The variables of the task, as Ansible gives them.

        Raises:
            OptionError: An option is wrong.
        """
        raise NotImplementedError
