# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the pools of an inventory to what their load balancers carry, for the traffic matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils._options.reading import OptionError
from ..module_utils._options.rules_table import ROW_OPTIONS
from ..module_utils._policy.balanced import balancer_listeners
from ..module_utils._policy.balanced_table import balanced_traffic
from ..module_utils._policy.matrix_balanced import of_balanced
from ..module_utils._policy.matrix_model import Traffic
from ..module_utils._policy.pools import read_pool
from ._arguments import validate
from ._pools import pools_of
from ._sources import AsWritten


def carried(
    entries: Iterable[Mapping[str, Any]], groups: Mapping[str, Any], hostvars: Mapping[str, Any]
) -> list[Traffic]:
    """What load balancers carry.

    Args:
        entries: The hosts of the matrix.
        groups: Ansible's variable of that name.
        hostvars: Likewise.

    Raises:
        OptionError: What is said of a pool is wrong.
    """
    known = _Hosts(hostvars)
    pools = [read_pool({**pool, "members": list(map(_member, pool["members"]))}) for pool in pools_of(groups, known)]
    return of_balanced(balanced_traffic(balancer_listeners(pools)), entries)


class _Hosts(Mapping[str, Mapping[str, Any]]):
    """The variables of all hosts; what is registered of them, and grows with the estate, is not looked through."""

    def __init__(self, hostvars: Mapping[str, Any]) -> None:
        self._hostvars = hostvars

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        return AsWritten(self._hostvars, host)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    """A member whose options are validated as the modules validate theirs."""
    try:
        return {**member, "options": validate(member["options"], ROW_OPTIONS)}
    except OptionError as error:
        raise OptionError(error.option, f"{member['name']}: {error.reason}") from None
