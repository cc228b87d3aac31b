# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry that a host starts with: Windows' policy, then what the product and the options bring."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from lab.bystanders import bystander
from lab.estate_options import DOMAIN, GROUP_POLICIES, EstateError, EstateOptions, check_names
from lab.foreign_rules import add_oddity, ban, pad
from lab.ports import ServiceKey
from lab.roles import CLIENT, EDGE, client_rules, lync_rules, services_of
from lab.starting_policy import (
    NAMED_POLICIES,
    POLICIES,
    WINDOWS,
    admit_winrm_from_any,
    describe_windows,
    dump_text,
    enable_winrm_rules,
    load_named,
)
from lab.windows.firewall_service import GROUP_POLICY_STORE, LOCAL_STORE
from lab.windows.registry import Registry, RegistryError
from lab.windows.services import SERVICES_KEY
from lab.windows.winrm_listeners import PORTS, listen_by_policy, set_listener, set_listeners

_HTTPS_RULE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5986|Name=Windows Remote Management (HTTPS-In)|"
"""As an administrator makes it with netsh: Windows has none for 5986."""
_UAC_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"


def installed(options: EstateOptions, groups: Iterable[str]) -> tuple[ServiceKey, ...]:
    """The services of a host's roles and of the bystanders."""
    others = (bystander(name, options.runs).service for name in options.bystander_names())
    return services_of(groups, options.runs) + tuple(others)


def starting_registry(options: EstateOptions, groups: tuple[str, ...] = ()) -> Registry:
    """The registry a host of these groups starts with. Raises EstateError when a dump cannot be read."""
    registry = Registry()
    registry.load_dump(dump_text(POLICIES / "system.reg.txt"))
    describe_windows(registry, options.release)
    if options.policy in NAMED_POLICIES:
        load_named(registry, options.policy, options.release, winrm_rule=options.winrm_rule)
    else:
        _load_file(registry, options.policy)
        if options.winrm_rule:
            enable_winrm_rules(registry)
    for path in options.registry:
        _load_file(registry, path)
    if options.winrm_from_any:
        admit_winrm_from_any(registry)
    for service in installed(options, groups):
        _install(registry, service)
    for rule_id, text in (*_rules_of_lync(options, groups), *_rules_of_client(options, groups)):
        _set_rule(registry, rule_id, text)
    for name in options.oddities:
        add_oddity(registry, name)
    if options.group_policy != "none" and EDGE not in groups:  # else what the files bring stays
        apply_group_policy(registry, options.group_policy)
    pad(registry, options.foreign_rules)
    ban(registry, options.ban_list, WINDOWS[options.release].schema)
    _set_listeners(registry, options)
    _join(registry, options, groups)
    return registry


def _set_listeners(registry: Registry, options: EstateOptions) -> None:
    if options.https:
        _set_rule(registry, "{6F5E1C7A-5986-4B1D-9C55-0A6B3D0E5986}", _HTTPS_RULE)
    if options.winrm_by_policy:
        listen_by_policy(registry)
    elif options.winrm_port != PORTS["HTTP"]:
        set_listener(registry, options.winrm_port)
    elif options.https:
        set_listeners(registry, {f"*+{transport}": port for transport, port in PORTS.items()})


def _load_file(registry: Registry, path: str) -> None:
    try:
        registry.load_dump(dump_text(Path(path)))
    except (OSError, ValueError, RegistryError) as error:
        known = "" if "/" in path else f"; the policies with a name are {', '.join(NAMED_POLICIES)}"
        raise EstateError(f"cannot use {path} as a policy: {error}{known}") from error


def _join(registry: Registry, options: EstateOptions, groups: tuple[str, ...]) -> None:
    """Membership of the domain, or what is set up on a server that is in none so that it can be managed."""
    parameters = registry.create(f"{SERVICES_KEY}\\Tcpip\\Parameters")
    parameters.set("NV Domain", "REG_SZ", DOMAIN)  # an Edge Server has the suffix of its name without the domain
    if EDGE not in groups:
        parameters.set("Domain", "REG_SZ", DOMAIN)
    elif options.local_account_tokens:
        registry.create(_UAC_KEY).set_dword("LocalAccountTokenFilterPolicy", 1)


def _rules_of_lync(options: EstateOptions, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    wanted = options.lync_rules
    if wanted == "none":
        return ()
    rules = lync_rules(groups, enabled=wanted == "enabled", product=options.runs)
    # What setup leaves when the firewall was off or a hardening script came later: the registrar's, disabled.
    return tuple(rule for rule in rules if wanted != "one-disabled" or rule[1].endswith("|Name=CS RTCSRV|"))


def _rules_of_client(options: EstateOptions, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return client_rules() if options.client_rules and CLIENT in groups else ()


def apply_group_policy(registry: Registry, name: str) -> None:
    """Replace the firewall policy of Group Policy by one of GROUP_POLICIES. Raises EstateError."""
    check_names("group policy", (name,), GROUP_POLICIES)
    with contextlib.suppress(RegistryError):
        registry.delete(GROUP_POLICY_STORE)
    if name != "none":
        registry.load_dump(dump_text(POLICIES / f"group-policy-{name}.reg.txt"))


def _install(registry: Registry, service: ServiceKey) -> None:
    key = registry.create(f"{SERVICES_KEY}\\{service.name}")
    key.set("DisplayName", "REG_SZ", service.display)
    key.set("ImagePath", "REG_EXPAND_SZ", service.image_path)
    key.set_dword("Start", 2)
    key.set_dword("Type", 0x20 if "svchost.exe" in service.image_path else 0x10)


def _set_rule(registry: Registry, rule_id: str, text: str) -> None:
    registry.create(LOCAL_STORE + r"\FirewallRules").set(rule_id, "REG_SZ", text)
