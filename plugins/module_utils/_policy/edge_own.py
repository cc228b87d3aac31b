# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Edge Server itself says of its addresses, against what was said of them."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from .._catalogue.words import Interface
from .._firewall.state.rule import Profile
from .._net.address_set import AddressSet
from .._net.known_addresses import LOOPBACK
from .._options.reading import OptionError
from .._options.variables import PREFIX
from .edge import MANAGEMENT, OPTION
from .host_policy import HostPolicy

_NONE = AddressSet()
_NO_NETWORKS: Mapping[str, Profile] = MappingProxyType({})
_UNKNOWN = frozenset({Profile.PUBLIC})


def read_own(own: Iterable[str]) -> AddressSet:
    """The addresses that a host says it has, without the zones that it names for some.

    Args:
        own: The addresses; none where it does not tell.
    """
    texts = [address.partition("%")[0] for address in own]
    return AddressSet.parse(texts) if texts else AddressSet()


def with_own(policy: HostPolicy, own: Iterable[str], networks: Mapping[str, Profile] = _NO_NETWORKS) -> HostPolicy:
    """A policy that knows all addresses of its host, an Edge Server.

    Args:
        policy: The policy.
        own: The addresses that the host says it has; none where it does not tell.
        networks: Those of which it says in which profile their network is.
    """
    return replace(policy, own=read_own(own), networks=networks)


def profiles_at(networks: Mapping[str, Profile], local: AddressSet) -> frozenset[Profile]:
    """The profiles of the networks that addresses are in. An external one of which that is not known is public.

    A network without a domain is public until an administrator says that it is private.

    Args:
        networks: Addresses of the host, each with the profile of its network; those of which it is known.
        local: Some of its addresses.
    """
    known = {text: profile for text, profile in networks.items() if read_own([text]) <= local}
    told = {*known.values()}
    return frozenset(told) if told and not local - read_own(known) else frozenset(told) | _UNKNOWN


def arriving(own: AddressSet, reached: Iterable[str]) -> AddressSet:
    """Those of the addresses that we are connected to that are the host's own, or may be.

    Args:
        own: The addresses that the host has; none where it does not tell.
        reached: What we are connected to: addresses, or a name, which tells nothing. Nor does the address of a mapping,
            where the host tells its own, or of a tunnel that ends on the host.
    """
    found = _addresses(reached) - LOOPBACK
    return found & own if own else found


def _addresses(texts: Iterable[str]) -> AddressSet:
    found = []
    for text in texts:
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(text.partition("%")[0])
            found.append(str(getattr(address, "ipv4_mapped", None) or address))
    return AddressSet.parse(found) if found else AddressSet()


def check_own(
    bound: Iterable[tuple[Interface | None, AddressSet]],
    own: Iterable[str],
    reached: Iterable[str] = (),
    management: AddressSet = _NONE,
) -> None:
    """Check that the addresses that rules are bound to are the host's own, and each on the side that is said.

    A packet to any other address never gets there. WinRM is on the internal side, so an external address that we are
    connected to tells of two sides that are swapped, and rules that would open the internal ports to the Internet.

    Args:
        bound: Interfaces and the addresses that are given for them; none and any for rows that are not bound.
        own: The addresses that the host has; empty where it does not tell.
        reached: The addresses that we are connected to; a name tells nothing.
        management: The addresses that are said to be for administration.

    Raises:
        OptionError: The host does not have one of them, or we are connected to an external one.
    """
    bound = tuple(bound)
    ours = _addresses(reached)
    for interface, local in bound:
        if interface and interface.is_external and not local.is_any and (met := local & ours):
            raise OptionError(
                f"{OPTION}.{interface}",
                f"{met} is where we are connected to, by WinRM, which belongs on the internal side: with internal "
                "and external swapped, the internal ports would open to the outside. Correct the addresses, or "
                "connect to the internal address (ansible_host)",
            )
    has = read_own(own)
    if not has:
        return
    for name, local in (*bound, (MANAGEMENT, management)):
        if name and not local.is_any and (strange := local - has):
            raise OptionError(
                f"{OPTION}.{name}",
                f"{strange} is no address that this host uses now; it has {has}. No packet reaches it there, so its "
                "rules would let nobody in. Give what ipconfig shows on the host, never the public address of a router "
                f"that translates (variable {PREFIX}{OPTION}; of a topology, ConfiguredIPAddress is the public one)",
            )
