# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of an Edge Server that may be meant, and may as well open internal ports to the outside."""

from __future__ import annotations

from collections.abc import Iterable

from .._firewall.change.site_naming import SITE_KEY
from .._firewall.state.rule import Action, Direction, FirewallRule
from .._net.address_set import AddressSet, together
from .._net.known_addresses import PRIVATE
from .._options.variables import PREFIX
from .._texts import first_few
from .edge import MANAGEMENT, OPTION
from .edge_own import arriving, profiles_at, read_own
from .host_policy import HostPolicy

_MOST_NAMED = 5


def notes(policy: HostPolicy, own: Iterable[str] = (), reached: Iterable[str] = ()) -> tuple[str, ...]:
    """All that is to be told of an Edge Server; nothing of any other host.

    Args:
        policy: The policy, which knows what the host tells of its addresses.
        own: The addresses that the host has; none where it does not tell.
        reached: The addresses that we are connected to; a name tells nothing.
    """
    if not policy.is_edge:
        return ()
    found = (doubts(policy, own, reached), open_everywhere(policy), narrowed(policy), uncounted(policy))
    return tuple(note for note in found if note)


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
    has = read_own(own)
    if strange := arriving(has, reached) - policy.inside - policy.management:
        mapped = "" if has else ", unless a router maps it"
        return (
            f"{OPTION}.internal: we arrive at {strange}, by WinRM, which belongs on the internal side, and "
            f"{policy.inside} is said to be there. If that is an external address, internal ports are open to the "
            f"outside{mapped}. {remedy}; if it is for administration only, name it as {OPTION}.{MANAGEMENT}"
        )
    if public := together(public_beside_private(policy.inside | policy.management)):
        if inside := public & policy.inside:
            return (
                f"{OPTION}.internal: {inside} is public and other addresses inside or for {MANAGEMENT} are private. If "
                f"it is an external address, internal ports are open to the outside. {remedy}"
            )
        return (
            f"{OPTION}.{MANAGEMENT}: {public} is public and the internal address is private. If it is an external "
            f"address, nothing is told of internal ports that are open there. {remedy}"
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

    Who names own addresses one by one means them. No stranger has a private address, or comes through a network that is
    in another profile.

    Args:
        policy: The policy of an Edge Server.
    """
    named = together([policy.inside, policy.outside, policy.management, policy.own])
    outside = together([policy.outside, policy.own]) - policy.inside - policy.management

    def lets_in(rule: FirewallRule) -> bool:
        at = rule.local_addresses & outside
        return (
            bool(at) and not rule.remote_addresses <= PRIVATE and bool(rule.profiles & profiles_at(policy.networks, at))
        )

    loose = [
        desired.key.removeprefix(SITE_KEY)
        for desired in policy.rules
        if desired.key.startswith(SITE_KEY)
        and desired.rule.enabled
        and desired.rule.direction is Direction.IN
        and desired.rule.action is Action.ALLOW
        and not desired.rule.local_addresses <= named
        and lets_in(desired.rule)
    ]
    if not loose:
        return ""
    return (
        f"extra_rules: {first_few(loose, _MOST_NAMED)} {'is' if len(loose) == 1 else 'are'} bound to no address of "
        "this Edge Server alone, and so open on its external interfaces too. Give localip, its internal address, "
        "unless that is meant"
    )


def narrowed(policy: HostPolicy) -> str:
    """A note on rows for anybody outside that admit less, since the scope of all rules does.

    Args:
        policy: The policy of an Edge Server.
    """
    rows = [
        demand.requirement.id
        for demand in policy.demands
        if demand.requirement.interface
        and demand.requirement.interface.is_external
        and demand.requirement.is_for_the_world
        and not demand.scope.addresses.is_any
    ]
    if not rows:
        return ""
    return (
        f"remote_addresses: {first_few(rows, _MOST_NAMED)} {'is' if len(rows) == 1 else 'are'} for anybody on the "
        "Internet, and others than these addresses are shut out. Leave the option out for Edge Servers; scope: "
        "topology narrows the internal interface only"
    )


def uncounted(policy: HostPolicy) -> str:
    """A note on addresses whose network is in a profile that none of the rules is for.

    Args:
        policy: The policy of an Edge Server, with what the host tells.
    """
    bound = policy.inside | policy.outside
    for text, profile in policy.networks.items():
        if profile not in policy.profiles and read_own([text]) <= bound:
            return (
                f"profiles: {text} is in the {profile.value} profile, and no rule of ours is for that, so none counts "
                f"there. Add {profile.value}"
            )
    return ""
