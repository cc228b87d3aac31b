# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that write the traffic matrix of an estate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._policy.extra_rules import OptionError
from ..module_utils._policy.matrix import Flow, as_csv, as_markdown, flows
from ..plugin_utils._results import plain


def _matrix(name: str, hosts: Any) -> Sequence[Flow]:
    if isinstance(hosts, (str, Mapping)) or not isinstance(hosts, Sequence):
        raise AnsibleFilterError(f"lyncops.firewall.{name}: the input must be a list of hosts")
    for host in hosts:
        if not isinstance(host, Mapping) or not {"name", "roles"} <= set(host):
            raise AnsibleFilterError(f"lyncops.firewall.{name}: a host is a dict with name and roles, not {host!r}")
    try:
        return flows(plain(hosts))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.{name}: {error}") from error
    except TypeError as error:  # an option that there is not
        reason = str(error).split(") ", 1)[-1]
        raise AnsibleFilterError(f"lyncops.firewall.{name}: options: {reason}") from error


def lync_matrix_csv(hosts: Any) -> str:
    """The matrix as CSV; see the documentation beside this file."""
    return as_csv(_matrix("lync_matrix_csv", hosts))


def lync_matrix_markdown(hosts: Any) -> str:
    """The matrix as Markdown; see the documentation beside this file."""
    return as_markdown(_matrix("lync_matrix_markdown", hosts))


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """What Ansible asks for."""
        return {"lync_matrix_csv": lync_matrix_csv, "lync_matrix_markdown": lync_matrix_markdown}
