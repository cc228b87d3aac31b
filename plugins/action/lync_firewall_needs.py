# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_needs: what a host needs by its variables, with no connection."""

from __future__ import annotations

from typing import Any, ClassVar

from ..module_utils._catalogue.words import Role
from ..module_utils._options.host_table import ROLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.rules_table import ROW_OPTIONS, RULE_OPTIONS
from ..module_utils._options.site import BUILTIN_GROUPS, PROFILE_SETTINGS
from ..module_utils._options.variables import PREFIX
from ..module_utils._options.words import BLOCK_OTHERS
from ..module_utils._policy.assignment import NO_RULE
from ..module_utils._policy.handover_files import NO_DOMAIN, handover_files
from ..module_utils._policy.peers import POOL, PeerError
from ..module_utils._policy.wanted import described_policy
from ..plugin_utils._arguments import validate
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._plain import plain
from ..plugin_utils._telling import skipped
from ..plugin_utils._variables import HostVariables

_CLIENT_NETWORKS = "client_networks"
_NO_POLICY = (
    r"name the Group Policy that the rules are for, its domain and name, for all hosts (-e 'lync_firewall_gpo="
    '"example.com\\Lync Servers"' + r"'), or as a variable of each group that gets a policy of its own"
)
_NO_BLOCKS = (
    "lync_firewall_on_wider: block_others has no effect on what is written for a Group Policy: it gets no block rules. "
    "Where they are needed, its owner has to make them"
)
_NO_SETTINGS = (
    "Not in what is written for a Group Policy, which is rules alone: {}. Its owner has to set that in the policy, or "
    "lyncops.firewall.site on the hosts"
)
_OF_EDGE = (
    f"{Role.EDGE.value}: {NO_DOMAIN[0].lower()}{NO_DOMAIN[1:]} lyncops.firewall.site gives it its rules; to have no "
    "files for such hosts, leave them out with --limit '!lync_edge'"
)
_NOT_CARRIED = tuple(f"{PREFIX}{option.name}" for option in (PROFILE_SETTINGS, BUILTIN_GROUPS))


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (Option("gpo"),)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: work, and report errors as results that name the host."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        host = HostVariables(known, self._templar.template, str(self._task._uuid))
        try:
            gpo = validate(self._task.args, self.OPTIONS)["gpo"]
            assigned = host.assigned(connecting=False)
            if assigned.idle:
                return {**result, **skipped(NO_RULE.format(host.name), self._task)}
            if assigned.mistakes:
                return {**result, "failed": True, "msg": assigned.message}
            if gpo is not None and not gpo.strip():
                # No failure yet: it would be one for each host, and is one mistake.
                return {**result, "no_policy": f"lync_firewall_gpo: {_NO_POLICY}"}
            found: dict[str, Any] = {}
            if gpo is None:
                found["host"] = _entry(host, assigned.roles)
            else:
                found["files"] = _files(host, assigned.roles, gpo)
                left = [name for name in _NOT_CARRIED if host.known.get(name)]
                found["notes"] = [
                    *([_NO_BLOCKS] if host.known.get(f"{PREFIX}on_wider") == BLOCK_OTHERS else []),
                    *([_OF_EDGE] if Role.EDGE.value in assigned.roles else []),
                    *([_NO_SETTINGS.format(", ".join(left))] if left else []),
                ]
        except (OptionError, PeerError) as error:
            return {**result, "failed": True, "msg": f"{host.name}: {error}"}
        return {**result, **plain(found)}


def _entry(host: HostVariables, roles: Any) -> dict[str, Any]:
    """What the traffic matrix takes of a host. Its options are checked here, so that an error is this host's alone."""
    options = host.options(None, ROW_OPTIONS)
    checked = validate({**options, "roles": roles}, (ROLES, *RULE_OPTIONS))
    described_policy(checked["roles"], checked)
    return {
        "name": host.name,
        "addresses": host.addresses(),
        "roles": checked["roles"],
        "pool": str(host.known.get(POOL) or ""),
        "peers": host.peers(by_name=True),
        _CLIENT_NETWORKS: host.known.get(f"lync_firewall_{_CLIENT_NETWORKS}"),
        "options": options,
    }


def _files(host: HostVariables, roles: Any, gpo: str) -> list[dict[str, Any]]:
    """What the owner of a policy gets for the host."""
    options = validate(host.options(roles, (ROLES, *RULE_OPTIONS)), (ROLES, *RULE_OPTIONS))
    return handover_files(described_policy(options["roles"], options), options["roles"], gpo, host.name)
