# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_plan: what a run would do on many hosts, as a plan that can be approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..plugin_utils._batches import DEFAULT_BATCHES, MOST_FAILING, batch_sizes, most_failing
from ..plugin_utils._controller import ControllerTask
from ..plugin_utils._paths import resolved
from ..plugin_utils._plan.as_html import to_html
from ..plugin_utils._plan.as_json import to_json
from ..plugin_utils._plan.as_markdown import to_markdown
from ..plugin_utils._plan.build import build_plan
from ..plugin_utils._plan.model import EstatePlan, PlanState, summary, totals
from ..plugin_utils._report.files import is_base_name, write_all
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._sources import source_of
from ..plugin_utils._telling import tell
from ..plugin_utils._version import collection_version

_WRITERS: dict[str, Callable[[EstatePlan], bytes]] = {"html": to_html, "md": to_markdown, "json": to_json}
_FOLDER = "lync_firewall_plan"
_MOST_NAMED = 20


class ActionModule(ControllerTask):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("hosts", type="list", elements="str", required=True),
        Option("variable", default="lync_firewall_planned"),
        Option("dest", type="path", required=True),
        Option("name", default="lync-firewall-plan"),
        Option("title", default="Lync Server firewall change plan"),
        Option("batches", type="raw"),
        Option("max_fail_percentage", type="raw"),
        Option("artifacts", type="bool", default=False),
        HOST_VARIABLES,
    )

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        variable = f"{PREFIX}plan_dir"
        return {
            "hosts": known.get("ansible_play_hosts_all"),
            "dest": resolved(known.get(variable) or _FOLDER, variable),
            "name": known.get(f"{PREFIX}plan_name"),
            "title": known.get(f"{PREFIX}plan_title"),
            "batches": known.get(f"{PREFIX}serial") or None,
            "max_fail_percentage": known.get(f"{PREFIX}max_fail_percentage") or None,
        }

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        if not is_base_name(options["name"]):
            raise OptionError("name", f"{options['name']!r} is no base name of a file: no folder, and no dot in front")
        sizes = batch_sizes(DEFAULT_BATCHES if options["batches"] is None else options["batches"])
        failing = options["max_fail_percentage"]
        most = most_failing(MOST_FAILING if failing is None else failing)
        now = utc_now()
        sources = [source_of(name, options["variable"], task_vars["hostvars"]) for name in options["hosts"]]
        plan = build_plan(options["title"], now, collection_version(), sources, sizes, most)
        folder = Path(str(self._loader.path_dwim(options["dest"])))
        contents = {kind: writer(plan) for kind, writer in _WRITERS.items()}
        files = {kind: str(folder / f"{options['name']}.{kind}") for kind in contents}
        write_all(folder, {f"{options['name']}.{kind}": content for kind, content in contents.items()})
        result: dict[str, Any] = {
            "changed": True,
            "files": files,
            "digest": plan.digest,
            "totals": totals(plan),
            "hosts": {state.value: [host.name for host in plan.of(state)] for state in PlanState},
            "summary": summary(plan),
        }
        for line in (result["summary"], f"Digest: {plan.digest}", *files.values()):
            tell(line, self._task)
        unknown = plan.of(PlanState.FAILED, PlanState.UNREACHABLE)
        if unknown:
            named = ", ".join(host.name for host in unknown[:_MOST_NAMED])
            more = " and more" if len(unknown) > _MOST_NAMED else ""
            result["warnings"] = [f"not in the plan, and left alone by a run that is held to it: {named}{more}"]
        if options["artifacts"]:
            data = {
                f"{PREFIX}plan": files["json"],
                f"{PREFIX}plan_digest": plan.digest,
                f"{PREFIX}plan_summary": result["summary"],
            }
            result["ansible_stats"] = {"per_host": False, "aggregate": False, "data": data}
        return result
