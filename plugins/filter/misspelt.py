# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds misspelt variables: Ansible ignores them, and a scope that is ignored is open to anybody."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._options.table import ENFORCING_OPTIONS, HOST_OPTIONS

_OF_THE_MODULES = frozenset(f"lync_firewall_{option.name}" for option in HOST_OPTIONS + ENFORCING_OPTIONS)
_ALIKE = 0.85  # "skip_row" and "skip_rows", not "backup_servers" and any of ours


def lync_misspelt(names: Any, known: Iterable[str] = (), prefix: str = "") -> list[str]:
    """Sentences about misspelt names; see the documentation beside this file."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise AnsibleFilterError("lyncops.firewall.lync_misspelt: the input must be a list of names")
    right = {str(name) for name in known} | _OF_THE_MODULES
    endings = [name.removeprefix(prefix) for name in sorted(right)]
    found = []
    for name in sorted({str(name) for name in names} - right):
        near = difflib.get_close_matches(name.removeprefix(prefix), endings, 1, _ALIKE)
        if name.startswith(prefix) and near:
            found.append(f"{name} is no variable of this collection; did you mean {prefix}{near[0]}?")
    return found


class FilterModule:
    """The filter by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What Ansible asks for."""
        return {"lync_misspelt": lync_misspelt}
