# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong about files that stand for hosts, before any host is looked at: said once, and not by each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ._dumps import NO_HOSTS, OPTION, folder_of
from ._plain import plain
from ._whose import whose

_VARIABLE = f"{PREFIX}{OPTION}"


def files_for(hosts: Sequence[str], known: Mapping[str, Any]) -> list[str]:
    """What is wrong where files stand for hosts that are to be asked themselves, in sentences.

    Args:
        hosts: The hosts.
        known: The variables of the task.
    """
    if not (known.get(_VARIABLE) or any(known["hostvars"].get(host, {}).get(_VARIABLE) for host in hosts)):
        return []
    owned = whose(_VARIABLE, known["groups"], known["hostvars"])
    return [f"{_VARIABLE}: {NO_HOSTS}.", *([f"{owned}."] if owned else [])]


def no_folder(known: Mapping[str, Any], template: Callable[[Any], Any]) -> list[str]:
    """A sentence about the folder of all hosts that is none. Where they have several, each host looks at its own.

    Args:
        known: The variables of the task.
        template: What fills them in.
    """
    if not known.get(_VARIABLE):
        return []
    try:
        value = plain(template(known[_VARIABLE]))
        folder_of(value)
    except OptionError as error:
        told = f"{PREFIX}{error}."
    except AnsibleError:
        return []  # for the hosts to say, whose variables are in it
    else:
        return []
    try:
        of_all = all(plain(known["hostvars"][host].get(_VARIABLE)) == value for host in known["groups"].get("all", ()))
    except AnsibleError:
        return []
    return [told] if of_all else []
