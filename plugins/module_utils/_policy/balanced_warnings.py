# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a listener's plan may leave its clients without anybody, or be of no use, in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._texts import first_few
from .balanced_model import Backend
from .pools import DRAINED, Pool

_MOST_NAMED = 5


def warnings_of(
    pool: Pool, row_id: str, members: Sequence[Backend], check_row: str, unchecked: Iterable[str], port: int
) -> tuple[str, ...]:
    """The warnings of one listener; what is about all of a pool is the same text for each of its listeners.

    Args:
        pool: The pool.
        row_id: Row of the listener.
        members: Who is behind it.
        check_row: Row of the members whose port is the health check.
        unchecked: Members, by their names in the inventory, that leave that row out.
        port: The port on the virtual address.
    """
    found = []
    if len(pool.members) == 1:
        found.append(
            f"pool {pool.name} has one member, {pool.members[0].name}, so there is nothing to balance; a pool of one "
            "needs no load balancer, and a Standard Edition server cannot have one"
        )
    if all(member.drained for member in members):
        whole = len(members) == len(pool.members)
        where = f"pool {pool.name}" if whole else f"row {row_id} of pool {pool.name}"
        names = first_few([member.host for member in members], _MOST_NAMED)
        found.append(f"{where}: all members are drained ({DRAINED}: {names}), so its clients reach nobody")
    ports = sorted({member.port for member in members})
    if len(ports) > 1 and row_id not in pool.virtual_ports:
        found.append(
            f"pool {pool.name}: its members listen on different ports for {row_id}, {' and '.join(map(str, ports))}, "
            f"and the virtual address has {port}; correct them, or say lync_virtual_ports"
        )
    if left_out := list(unchecked):
        checked = ", ".join(sorted({str(member.check_port) for member in members if member.host in left_out}))
        found.append(
            f"pool {pool.name}: lync_firewall_skip_rows of {first_few(left_out, _MOST_NAMED)} leaves out {check_row}, "
            f"whose port, {checked}, tells the load balancer who is up: unless a rule of somebody else's opens it, "
            f"they get no connection. Keep {check_row}, or leave out the load balancer's row"
        )
    return tuple(found)
