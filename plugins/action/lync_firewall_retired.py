# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_retired: who may be retired, and who was, for the reports of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._options.words import ENFORCE
from ..module_utils._texts import said
from ..plugin_utils._controller import ControllerTask
from ..plugin_utils._left_out import left_out
from ..plugin_utils._report.asked import asked
from ..plugin_utils._report.changed import changed_in
from ..plugin_utils._report.compare import read_earlier
from ..plugin_utils._report.files import make_folder, write_file
from ..plugin_utils._report.remember import RETIRED_FILE, read_retired, to_retired
from ..plugin_utils._report.status import REPORT_NAME
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._still_served import served_roles
from ..plugin_utils._telling import tell

_HOW = (
    "Where the inventory does not have a host any more, name it beside the inventory, with what connects to it: "
    "-i inventory.yml -i '{name},' -e @connection.yml. Where the machine is gone, -e lync_firewall_forget=true takes "
    "it off the list without a connection"
)


_KEPT = (
    "not retired: {}. The task that takes the rules away did not run on it to its end, so it stays on the list. Run "
    "the playbook without --tags, --skip-tags and --start-at-task"
)

_OPTION = f"{PREFIX}retired"
_RESULT = f"{PREFIX}result"
"""What the playbook registers of the task that takes the rules away."""


class ActionModule(ControllerTask):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("hosts", type="list", elements="str", required=True),
        Option("dest", type="path", required=True),
        Option("forget", type="bool", default=False),
        Option("done", type="bool", default=False),
        HOST_VARIABLES,
    )

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            found = {
                "hosts": _names(known.get(f"{PREFIX}retired")),
                "forget": known.get(f"{PREFIX}forget") or False,
                "dest": asked(known, "", REPORT_NAME)["dest"],
            }
        except (TypeError, ValueError) as error:
            raise OptionError(HOST_VARIABLES.name, f"a variable of the report is wrong: {error}") from error
        return found

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        names = list(dict.fromkeys(options["hosts"]))
        if not names:
            raise OptionError(_OPTION, "name the hosts to retire, as in -e lync_firewall_retired=old.example.com")
        path = Path(str(self._loader.path_dwim(options["dest"]))) / RETIRED_FILE
        hostvars = task_vars.get("hostvars") or {}
        kept: list[str] = []
        if not options["done"]:
            _see_unneeded([name for name in names if name in hostvars], hostvars, task_vars.get("groups") or {})
        elif options[HOST_VARIABLES.name]:
            kept = [name for name in names if not _is_cleaned(hostvars.get(name) or {})]
            names = [name for name in names if name not in kept]
        if options["forget"]:
            _see_reported(names, path.parent)
        elif not options["done"]:
            if options[HOST_VARIABLES.name] and (without := left_out(["retire"], True, task_vars)):
                raise OptionError(_OPTION, f"{without} leaves out the task that takes the rules away. Run it without")
            _see_reachable(names, hostvars, task_vars.get("ansible_play_hosts_all"))
            return {"hosts": names, "changed": False}
        if names:
            self._note(names, path)
        if kept:
            raise OptionError(_OPTION, _KEPT.format(", ".join(map(said, kept))))
        return {"hosts": names, "changed": True}

    def _note(self, names: list[str], path: Path) -> None:
        now = utc_now()
        try:
            before = read_retired(path.read_bytes()) if path.is_file() else {}
            content = to_retired({**before, **dict.fromkeys(names, now)})
            if not self._task.check_mode:
                make_folder(path.parent)
                write_file(path, content)
        except (OSError, ValueError) as error:
            raise OptionError("dest", f"{path} cannot be written to: {error}") from error
        would = "Would be retired" if self._task.check_mode else "Retired"
        tell(f"{would}, and not in the reports of {path.parent} any more: {', '.join(map(said, names))}", self._task)


def _names(value: Any) -> list[str]:
    """A list, or text with commas, as from a survey."""
    items = value.split(",") if isinstance(value, str) else value or []
    return [name for item in items if (name := str(item).strip())]


def _see_reachable(names: Iterable[str], hostvars: Mapping[str, Any], within: Iterable[str] | None) -> None:
    """See that the hosts can be connected to.

    Raises:
        OptionError: One is not in the inventory, or the run is limited to others.
    """
    unknown = [name for name in names if name not in hostvars]
    if unknown:
        raise OptionError(
            _OPTION, f"not in the inventory: {', '.join(map(said, unknown))}. {_HOW.format(name=said(unknown[0]))}"
        )
    outside = [name for name in names if within is not None and name not in within]
    if outside:
        raise OptionError(_OPTION, f"--limit leaves out {', '.join(map(said, outside))}. Take the limit away")


def _is_cleaned(known: Mapping[str, Any]) -> bool:
    """Whether the playbook's task has taken the rules of a host away, or has seen that there is none.

    Args:
        known: The host's variables.
    """
    result = known.get(_RESULT)
    never = ("skipped", "failed", "unreachable", "left_alone")
    return isinstance(result, Mapping) and "changed" in result and not any(result.get(key) for key in never)


def _see_unneeded(
    names: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]], all_groups: Mapping[str, Iterable[str]]
) -> None:
    """See that none of the hosts is a Lync server still.

    Raises:
        OptionError: One is.
    """
    for name in names:
        roles = served_roles(name, hostvars[name], all_groups)
        if roles:
            raise OptionError(
                _OPTION,
                f"{said(name)} is a Lync server still ({', '.join(map(said, roles))}), and the next run would bring "
                f"its rules back. Take it out of the groups of its roles, and {PREFIX}roles off it; a user's computer "
                f"is served where {PREFIX}clients is {ENFORCE}, a SQL Server where {PREFIX}hosts names it. Rules of a "
                "role that it has lost go with remediate; all of them, with lync_firewall_state: absent in the "
                "inventory",
            )


def _see_reported(names: Iterable[str], folder: Path) -> None:
    """See that the reports know the hosts that are to be forgotten: a misspelt one would stay on their list.

    Raises:
        OptionError: None of them has one.
    """
    known: set[str] = set(changed_in(folder)[0])
    for path in sorted(folder.glob("*.json")):
        try:
            earlier = read_earlier(path.read_bytes())
        except (OSError, ValueError):  # what stands beside reports
            continue
        known |= {*earlier.classes, *(leaver.name for leaver in (*earlier.left, *earlier.elsewhere))}
    strangers = [name for name in names if name not in known]
    if strangers:
        raise OptionError(
            _OPTION, f"no report in {folder} has {', '.join(map(said, strangers))}, so there is nothing to forget"
        )
