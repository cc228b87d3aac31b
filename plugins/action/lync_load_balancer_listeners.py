# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_load_balancer_listeners: the variable of that name, and one sentence where it is wrong."""

from __future__ import annotations

import re
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError

from ..module_utils._options.reading import OptionError
from ..module_utils._policy.balanced_fit import CHECK_SECONDS, see_that_they_fit
from ..module_utils._policy.balanced_model import BalancerListener, read_listener
from ..module_utils._policy.peers import SOURCE
from ..module_utils._texts import said
from ..plugin_utils._arguments import validate
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._plain import plain

_SAID = "lync_load_balancer_listeners"
_WORKED_OUT = "lync_load_balancer_worked_out"  # where nobody says it
_FILTER = re.compile(r"^lyncops\.firewall\.\w+: ")


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules.

    A template in a task would tell an error of its filters at the end of three sentences about tasks and templates, and
    so would a default that Ansible validates with the role's other arguments.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: work the variable out, and report errors as results."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        try:
            validate(self._task.args, ())
            given = _SAID if _SAID in known else _WORKED_OUT
            if given not in known:
                raise OptionError(_SAID, "the role lync_load_balancer has this variable; the task is for it alone")
            entries = plain(self._templar.template(known[given]))
            listeners = _read(entries)
            source, seconds = (self._templar.template(known.get(name)) for name in (SOURCE, CHECK_SECONDS))
            see_that_they_fit(listeners, plain(source), plain(seconds))
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}
        except AnsibleError as error:
            return {**result, "failed": True, "msg": _FILTER.sub("", said(str(_innermost(error))))}
        warnings = list(dict.fromkeys(text for listener in listeners for text in listener.warnings))
        return {**result, **({"warnings": warnings} if warnings else {}), "listeners": entries}


def _read(entries: Any) -> list[BalancerListener]:
    """The listeners.

    Raises:
        OptionError: They are none that the filter gave.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise OptionError(_SAID, "it is a list of what the filter lync_listeners gives")
    return [read_listener(entry) for entry in entries]


def _innermost(error: BaseException) -> BaseException:
    """What a filter has raised, where one has; Ansible wraps it, each release in another way."""
    found, looked_at = error, error
    while True:
        wrapped = looked_at.__cause__ or getattr(looked_at, "orig_exc", None) or looked_at.__context__
        if not isinstance(wrapped, BaseException):
            return found
        looked_at = wrapped
        if isinstance(looked_at, AnsibleFilterError):
            found = looked_at
