# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that write the traffic matrix of an estate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._options.reading import OptionError
from ..module_utils._policy.matrix import matrix_of
from ..module_utils._policy.matrix_markdown import as_markdown
from ..module_utils._policy.matrix_model import Matrix
from ..module_utils._policy.matrix_texts import as_csv, as_json
from ..plugin_utils._matrix import read_hosts


def _matrix(name: str, hosts: Any) -> Matrix:
    if isinstance(hosts, (str, Mapping)) or not isinstance(hosts, Sequence):
        raise AnsibleFilterError(f"lyncops.firewall.{name}: the input must be a list of hosts")
    try:
        return matrix_of(read_hosts(hosts))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.{name}: {error}") from None


def lync_matrix_csv(hosts: Any) -> str:
    """The matrix as CSV; see the documentation beside this file."""
    return as_csv(_matrix("lync_matrix_csv", hosts))


def lync_matrix_json(hosts: Any) -> str:
    """The matrix as JSON; see the documentation beside this file."""
    return as_json(_matrix("lync_matrix_json", hosts))


def lync_matrix_markdown(hosts: Any) -> str:
    """The matrix as Markdown; see the documentation beside this file."""
    return as_markdown(_matrix("lync_matrix_markdown", hosts))


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """What Ansible asks for."""
        return {
            "lync_matrix_csv": lync_matrix_csv,
            "lync_matrix_json": lync_matrix_json,
            "lync_matrix_markdown": lync_matrix_markdown,
        }
