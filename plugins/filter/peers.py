# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that works out from the inventory who a host's peers are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._policy.peers import POOL, PeerError, peers_of
from ..plugin_utils._estate import surveyed
from ..plugin_utils._plain import plain


def lync_peers(
    groups: Any,
    hostvars: Mapping[str, Any],
    host: str,
    extra_peers: Mapping[str, Any] | None = None,
    *,
    resolve: bool = False,
    by_name: bool = False,
) -> dict[str, list[str]]:
    """Addresses by kind of peer; see the documentation beside this file."""
    if not isinstance(groups, Mapping):
        raise AnsibleFilterError(
            f"lyncops.firewall.lync_peers: the input must be 'groups', not {type(groups).__name__}"
        )
    try:
        estate = surveyed(groups, hostvars, resolve=resolve)
        pool = str(hostvars[str(host)].get(POOL) or "")
        found = peers_of(estate, pool, plain(extra_peers or {}), by_name=by_name)
    except PeerError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_peers: {error}") from error
    return dict(plain(found))


class FilterModule:
    """The filter by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What Ansible asks for."""
        return {"lync_peers": lync_peers}
