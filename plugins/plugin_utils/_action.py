# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins for hosts share: the connection, the policy, and every error as a result."""

from __future__ import annotations

import gc
import multiprocessing
from dataclasses import replace
from typing import Any, ClassVar

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._firewall.change.netsh_text import UnsupportedValueError
from ..module_utils._firewall.state.reading import NotElevated, ReadError
from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.reading_table import INFO_OPTIONS
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import NO_RULE
from ..module_utils._policy.edge_notes import notes as edge_notes
from ..module_utils._policy.edge_own import check_own, with_own
from ..module_utils._policy.host_policy import HostPolicy
from ..module_utils._policy.listening import Bound, bind_media, media_services
from ..module_utils._policy.peers import PeerError
from ..module_utils._policy.rpc import unmapped_note
from ..module_utils._texts import printable, said
from ._arguments import validate
from ._dumps import NO_HOSTS
from ._host.bounds import MEGABYTE, Bounds
from ._host.commands import ConnectionLost, NotWinrm
from ._host.outcome import Failed
from ._host.reading import read_programs
from ._host.remote_host import RemoteHost
from ._plain import plain
from ._said import harmless
from ._telling import skipped, tell
from ._variables import HostVariables

display = Display()

_NOT_ITS_OWN = (
    "roles and variables are those of {variables}, since host_variables is true, and the connection is that of {host}. "
    "Nothing was done: take delegate_to out, or name the roles in the task, without host_variables"
)

LONGEST_ERROR = 8000
"""Characters of an error; a list of what a rollback restores is the longest."""


class FirewallAction(ActionBase):  # type: ignore[misc]
    """Base of the action plugins. A subclass names its options and does its work in `work`."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = True

    OPTIONS: ClassVar[tuple[Option, ...]] = ()
    REQUIRED_IF: ClassVar[list[list[Any]]] = []

    host_variables: HostVariables | None = None
    """The variables of the host, where options are taken from them."""
    ENFORCES: ClassVar[bool] = False
    """Whether it changes hosts: users' computers are left alone then, unless they are to be enforced."""

    _remote: RemoteHost | None = None

    task_vars: dict[str, Any]
    """The variables of the task, as Ansible gives them."""

    host_name: str
    """The host the task works on, for messages: with delegate_to not the play's."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: validate, work, and report errors as results that name the host."""
        if multiprocessing.parent_process() is not None:
            gc.disable()  # a fork for one task: collecting what it has inherited would only copy it
        known = self.task_vars = task_vars or {}
        result: dict[str, Any] = super().run(tmp, known)
        self.host_name = str(self._task.delegate_to or known.get("inventory_hostname", "host"))
        given = self._task.args
        try:
            if boolean(given.get(HOST_VARIABLES.name) or False, strict=False):
                host = HostVariables(known, self._templar.template, str(self._task._uuid), given)
                self.host_variables = host
                if self.ENFORCES and host.known.written(f"{PREFIX}dumps"):
                    raise OptionError(f"{PREFIX}dumps", NO_HOSTS)
                clients = not self.ENFORCES or host.enforces_clients or host.is_taken_away
                assigned = host.assigned(connecting=True, clients=clients)
                if assigned.idle:
                    return {**result, **skipped(NO_RULE.format(assigned.name), self._task)}
                if assigned.mistakes:
                    return {**result, "failed": True, "changed": False, "msg": assigned.message}
                own = [option for option in self.OPTIONS if option not in (HOST_VARIABLES, *INFO_OPTIONS)]
                given = {**host.options(assigned.roles, own), **given}
            result.update(plain(self.work(validate(given, self.OPTIONS, self.REQUIRED_IF))))
        except ConnectionLost as error:
            # Without its cause: from 2.19 on Ansible would put the words of that behind ours, and a part of them is the
            # host's, as long as it likes and as it likes.
            raise AnsibleConnectionFailure(self._told(error)) from None
        except Failed as error:
            known = plain(self.known(error)) if error.outcome else {}
            result.update({**known, "failed": True, "msg": self._told(error)})
        except (OptionError, PeerError, NotWinrm, ReadError, NotElevated, UnsupportedValueError) as error:
            result.update({"failed": True, "changed": False, "msg": self._told(error)})
        finally:
            if self._remote is not None:
                self._remote.close()
        return self.shaped(harmless(result))

    def _told(self, error: Exception) -> str:
        """An error as a message that names the host; what it says may be the host's own words."""
        return f"{self.host_name}: {said(str(error), LONGEST_ERROR)}"

    def shaped(self, result: dict[str, Any]) -> dict[str, Any]:
        """The result as it is given to Ansible."""
        return result

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        """Do the task's work and return its results."""
        raise NotImplementedError

    def known(self, error: Failed) -> dict[str, Any]:
        """Results of a task that failed after it began to write."""
        raise NotImplementedError

    def remote_host(self, options: dict[str, Any]) -> RemoteHost:
        """The host behind the task's connection.

        Args:
            options: The task's options.

        Raises:
            OptionError: The task asks for become, or would judge the host that it is delegated to by another's roles.
            NotWinrm: Its connection is another one.
        """
        variables = str(self.task_vars.get("inventory_hostname", "host"))
        if self.host_variables and self.host_name != variables:
            raise OptionError("delegate_to", _NOT_ITS_OWN.format(variables=variables, host=self.host_name))
        if getattr(self._connection, "become", None) is not None:
            raise OptionError(
                "become",
                "it would be ignored, because no PowerShell is started on the host. Take it out and connect as an "
                "administrator",
            )
        self._remote = RemoteHost(self._connection, self._log, bounds=Bounds(options["largest_answer"] * MEGABYTE))
        return self._remote

    def bound(self, host: RemoteHost, policy: HostPolicy, options: dict[str, Any]) -> Bound:
        """The policy with its media rules limited to programs, if that is wished; the host is asked which they are.

        Raises:
            ConnectionLost, ReadError, NotElevated: The host could not be asked.
            OptionError: The rules are bound to an address that the host does not have.
        """
        notes: tuple[str, ...] = ()
        if any(not demand.local.is_any for demand in policy.demands):
            bound = [(demand.requirement.interface, demand.local) for demand in policy.demands]
            own = host.addresses()
            policy = with_own(policy, own, host.networks_by_address())
            reached = (host.connected_to().partition(" ")[0], *host.reached())
            check_own(bound, own, reached, policy.management)
            notes = edge_notes(policy, own, reached)
        services = media_services(policy) if options["program"] == "listener" else ()
        found = bind_media(policy, read_programs(host, services)) if services else Bound(policy)
        return noted(found, *notes)

    def say(self, sentence: str) -> None:
        """Tell the user something about the host at once: a task's result comes only when it is over."""
        self.tell(f"{self.host_name}: {sentence}")

    def tell(self, line: str) -> None:
        """Show a line as it is."""
        tell(line, self._task)

    def _log(self, line: str) -> None:
        if not self._task.no_log:
            display.vvvv(printable(line), host=self.host_name)


def noted(found: Bound, *more: str) -> Bound:
    """A policy with all that is to be said of it, whatever the host is and wherever it is judged from.

    Args:
        found: The policy.
        more: What was found about it; empty texts are left out.
    """
    notes = [note for note in (*more, unmapped_note(found.policy.unmapped)) if note]
    return replace(found, notes=(*found.notes, *notes)) if notes else found
