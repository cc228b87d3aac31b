# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users' computers are to be changed, and what is wrong about the variable that says so: a host that is not
chosen has no task that would refuse it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import CLIENTS, CLIENTS_VARIABLE, are_enforced
from ..module_utils._texts import first_few, said
from ._plain import plain

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Handling:
    """What the variables of a user's computer say of it.

    Attributes:
        enforced: Whether it is to be changed.
        taken_away: Whether the managed rules on it are to be taken away, which an earlier run may have left there.
        mistake: What is wrong about the variable, as the rest of a sentence; empty where nothing is.
    """

    enforced: bool = False
    taken_away: bool = False
    mistake: str = ""

    @property
    def changed(self) -> bool:
        """Whether a run changes it."""
        return self.enforced or self.taken_away


def read_handling(known: Mapping[str, Any]) -> Handling:
    """Read them.

    Args:
        known: The host's variables.
    """
    try:
        absent = plain(known.get(f"{PREFIX}state")) == "absent"
        return Handling(are_enforced(plain(known.get(CLIENTS_VARIABLE))), absent)
    except AnsibleError as error:
        return Handling(mistake=f" cannot be read: {said(str(error))}")
    except OptionError as error:
        return Handling(mistake=f": {said(error.reason)}")


def handling_mistakes(clients: Iterable[tuple[str, Handling]]) -> list[str]:
    """What is wrong about the variable, a sentence for all hosts of which it is the same.

    Args:
        clients: Users' computers that no task would refuse.
    """
    found: dict[str, list[str]] = {}
    for host, handling in clients:
        if handling.mistake:
            found.setdefault(handling.mistake, []).append(host)
    return [f"{CLIENTS_VARIABLE} of {_named(hosts)}{mistake}." for mistake, hosts in found.items()]


def servers_too(hosts: Iterable[str]) -> str:
    """What to say of users' computers that are to be changed and have a role of a server; nothing where none are.

    Args:
        hosts: These.
    """
    named = _named(list(hosts))
    return named and (
        f"In {CLIENTS} with {CLIENTS_VARIABLE}: enforce, and servers too: {named}. It counts for nothing there: a "
        "server is no user's computer, so the rows of a client are left out there, and only those of its server roles "
        "are judged and managed."
    )


def _named(hosts: list[str]) -> str:
    return first_few([said(host) for host in hosts], _MOST_NAMED)
