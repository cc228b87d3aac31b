# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options to the wanted state of one host: the only place, for enforcement, audit and check mode alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._firewall.change.plan import Wanted
from .._firewall.state.profiles import ProfileSettings
from .._firewall.state.rule import ALL_PROFILES, Profile
from .._net.address_set import AddressSet
from .._options.reading import OptionError, read_addresses
from .._options.rules_table import RULE_OPTIONS
from .._options.words import ANY_SCOPE, BLOCK_OTHERS, ENFORCE
from .blocking import BLOCK_KEY, with_blocks
from .clients import CLIENT
from .host_policy import HostPolicy
from .policy import build_policy
from .site_settings import read_builtin_groups, read_profile_settings

NOTHING = HostPolicy(rules=(), demands=(), skipped=(), rows={})
"""What a host needs that is managed no more."""

_DESCRIBING = tuple(option.name for option in RULE_OPTIONS if option.name != "program")  # that one needs the host


def requested_policy(options: Mapping[str, Any]) -> HostPolicy:
    """What a host should have, as far as that can be said without asking it.

    Args:
        options: Validated values of ``HOST_OPTIONS``.

    Raises:
        OptionError: An option is wrong, two contradict each other, or there are no roles and the state is present: no
            roles are never taken for "nothing is wanted", which would delete every managed rule.
    """
    if options["state"] == "absent":
        if options["roles"]:
            raise OptionError("roles", "state absent removes all managed rules, whatever their role; leave roles out")
        return NOTHING
    policy = described_policy(options["roles"] or [], options)
    _settings(options)
    read_builtin_groups(options["builtin_groups"])
    if is_client(options) and options["clients"] == ENFORCE and not options["client_program"]:
        raise OptionError(
            "client_program",
            "the rules of a client are limited to its program: name its full path, or leave clients out, so that it is "
            "only looked at",
        )
    if options["on_wider"] == BLOCK_OTHERS:
        if options["scope"] == ANY_SCOPE and not options["remote_addresses"]:
            raise OptionError(
                "on_wider",
                f"{BLOCK_OTHERS} keeps nobody out where every row is for any address: set scope: topology, or "
                "remote_addresses; or leave it out",
            )
        policy = with_blocks(policy)
    return replace(policy, known=_known(options)) if options["tolerate_blocked_addresses"] else policy


def _known(options: Mapping[str, Any]) -> AddressSet:
    """Who is known to connect, whatever the scope is; the options were checked when the policy was made."""
    peers = [address for addresses in (options["peers"] or {}).values() for address in addresses]
    known = options["known_addresses"] or ()
    texts = [*peers, *(options["client_networks"] or ())]
    found = AddressSet.parse(texts) if texts else AddressSet()  # as a scope, no address at all would mean any
    return found | read_addresses("known_addresses", known) if known else found


def is_client(options: Mapping[str, Any]) -> bool:
    """Whether a host is a user's computer with a Lync client.

    Args:
        options: Validated values of ``HOST_OPTIONS``.
    """
    return CLIENT in (options["roles"] or ())


def described_policy(roles: list[str], options: Mapping[str, Any]) -> HostPolicy:
    """The policy of a host with these roles.

    Args:
        roles: All Lync roles of the host.
        options: Validated values of ``RULE_OPTIONS``, at least.

    Raises:
        OptionError: An option is wrong.
    """
    return build_policy(roles, **{name: options[name] for name in _DESCRIBING})


def is_only_judged(options: Mapping[str, Any]) -> bool:
    """Whether a host is a user's computer that no run changes.

    Args:
        options: Validated values of ``HOST_OPTIONS``.
    """
    return is_client(options) and options["clients"] != ENFORCE


def judged_state(policy: HostPolicy, options: Mapping[str, Any]) -> Wanted:
    """The state that an audit compares a host with.

    It is that of `wanted_state`; but on a user's computer that is only looked at no rule of ours is meant to be: those
    of a time when it was enforced are left over, and hold good for as long as nobody takes them away.

    Args:
        policy: What the host needs, limited to programs where that is asked for.
        options: Validated values of ``HOST_OPTIONS``.
    """
    wanted = wanted_state(policy, options)
    return replace(wanted, exclusive=options["exclusive"]) if is_only_judged(options) else wanted


def program_of(options: Mapping[str, Any]) -> str:
    """The client's program that rules and verdicts of a host are about; empty where there is none.

    Args:
        options: Validated values of ``HOST_OPTIONS``.
    """
    return str(options["client_program"] or "") if is_client(options) else ""


def missing_program(path: str) -> str:
    """What to say of a client's program that is not on the host.

    Args:
        path: Its path.
    """
    return (
        f"client_program: there is no {path} on this host. A rule for it lets nothing in, and verdicts that take it "
        "for the client's program are about nothing: correct the path, or install the client"
    )


def wanted_state(policy: HostPolicy, options: Mapping[str, Any]) -> Wanted:
    """The state that a host is compared with and brought to.

    Args:
        policy: What the host needs, limited to programs where that is asked for.
        options: Validated values of ``HOST_OPTIONS``.
    """
    absent = options["state"] == "absent"
    if is_only_judged(options):  # its own setup sees to it
        return Wanted(rules=(), exclusive=False, service=False, profiles_on=frozenset())
    if absent:
        return Wanted(rules=policy.rules, exclusive=True, no_blocks=BLOCK_KEY, service=False)
    settings = _settings(options)
    switched_on = {profile for profile, found in settings if found.enabled}
    return Wanted(
        rules=policy.rules,
        exclusive=options["exclusive"],
        no_blocks=BLOCK_KEY,
        service=options["firewall_service"] == "started",
        profiles_on=ALL_PROFILES if _all_enabled(options) else frozenset(switched_on),
        gone=policy.gone,
        settings=settings,
        groups=read_builtin_groups(options["builtin_groups"]),
        program=program_of(options),
    )


def _all_enabled(options: Mapping[str, Any]) -> bool:
    return bool(options["firewall_enabled"] == "enabled")


def _settings(options: Mapping[str, Any]) -> tuple[tuple[Profile, ProfileSettings], ...]:
    return read_profile_settings(options["profile_settings"], _all_enabled(options))
