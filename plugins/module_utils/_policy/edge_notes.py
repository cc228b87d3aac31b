# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of an Edge Server that may be meant, and may as well open internal ports to the outside."""

from __future__ import annotations

from collections.abc import Iterable

from .._firewall.change.site_naming import SITE_KEY
from .._firewall.state.rule import Action, Direction
from .._net.address_set import AddressSet, together
from .._net.known_addresses import PRIVATE
from .._options.variables import PREFIX
from .._texts import first_few
from .edge import OPTION, arriving, read_own
from .host_policy import HostPolicy

_MOST_NAMED = 5


def doubts(policy: HostPolicy, own: Iterable[str], reached: Iterable[str]) -> str:
    """A note on internal addresses that may be external ones; empty where nothing speaks for that.

    Args:
        policy: The policy of an Edge Server.
        own: The addresses that the host has; none where it does not tell.
        reached: The addresses that we are connected to; a name tells nothing.
    """
    if not policy.inside:
        return ""
    remedy = f"Compare with ipconfig on the host (variable {PREFIX}{OPTION})"
    if strange := arriving(read_own(own), reached) - policy.inside:
        return (
            f"{OPTION}.internal: we arrive at {strange}, by WinRM, which belongs on the internal side, and "
            f"{policy.inside} is said to be there. If that is an external address, internal ports are open to the "
            f"outside. {remedy}; with an interface for management all may be well"
        )
    public = together(public_beside_private(policy.inside))
    if public:
        return (
            f"{OPTION}.internal: {public} is public and other internal addresses are private. If it is an external "
            f"address, internal ports are open to the outside. {remedy}"
        )
    return ""


def public_beside_private(addresses: AddressSet) -> list[AddressSet]:
    """The public addresses of each family of which there are private ones too.

    Args:
        addresses: Addresses of one interface.
    """
    families = (AddressSet(v4=addresses.v4), AddressSet(v6=addresses.v6))
    return [one - PRIVATE for one in families if one.overlaps(PRIVATE)]


def open_everywhere(policy: HostPolicy) -> str:
    """A note on site rules of an Edge Server that are bound to no address, or to networks, and so let in from outside.

    Who names the external addresses one by one means them.

    Args:
        policy: The policy of an Edge Server.
    """
    listed = policy.inside | policy.outside
    outside = (policy.outside | policy.own) - policy.inside
    loose = [
        desired.key.removeprefix(SITE_KEY)
        for desired in policy.rules
        if desired.key.startswith(SITE_KEY)
        and desired.rule.enabled
        and desired.rule.direction is Direction.IN
        and desired.rule.action is Action.ALLOW
        and desired.rule.local_addresses.overlaps(outside)
        and not desired.rule.local_addresses <= listed
    ]
    if not loose:
        return ""
    return (
        f"extra_rules: {first_few(loose, _MOST_NAMED)} {'is' if len(loose) == 1 else 'are'} bound to no address of "
        "this Edge Server alone, and so open on its external interfaces too. Give localip, its internal address, "
        "unless that is meant"
    )
