# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo estate: which simulated hosts there are, what listens on each, and with which policy they start."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lab.bystanders import BYSTANDERS, bystander_listeners
from lab.foreign_rules import ODDITIES, add_oddity, ban, pad
from lab.host import HostSpec
from lab.quirks import NO_QUIRKS, Quirks
from lab.roles import ServiceKey, client_rules, listeners, lync_rules, programs, services_of
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
from lab.windows.policy import Network
from lab.windows.registry import Registry, RegistryError
from lab.windows.services import SERVICES_KEY
from lab.windows.winrm_listeners import PORTS, listen_by_policy, set_listener, set_listeners
from lab.windows.wmi import PSTN, Interface

USER = "Administrator"
# Not a secret: the hosts exist on loopback only.
PASSWORD = "lab-only-no-secret"
DOMAIN = "contoso.test"
CERTIFICATE = "certificate"
LOGINS = ("basic", "ntlm", CERTIFICATE)
_HTTPS_RULE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5986|Name=Windows Remote Management (HTTPS-In)|"
"""As an administrator makes it with netsh: Windows has none for 5986."""
NETWORK = "127.77"
FIRST_PLACE = 11
HOSTS_PER_BLOCK = 200
MOST_HOSTS = 1000
MOST_BANNED = 65536
_MANY_HOSTS = 100

LYNC_RULES = ("one-disabled", "disabled", "enabled", "none")
"""Only `CS RTCSRV` where there is a registrar, disabled; the rules of all services of the roles; none."""

GROUP_POLICIES = (
    "none", "merge-off", "off", "block", "standard-profile", "ipsec-required", "remote-admin", "public-merge-off",
)  # fmt: skip
"""No firewall policy; local rules void; firewall off; a block rule on Lync ports; only the older StandardProfile;
inbound traffic must be authenticated; RemoteAdminSettings of XP's time; local rules void in Public only."""

_PATTERN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("fe", ("lync_front_end", "lync_central_management")),
    ("fe", ("lync_front_end", "lync_mediation")),
    ("dir", ("lync_director",)),
    ("med", ("lync_mediation",)),
    ("chat", ("lync_persistent_chat",)),
    ("wac", ("lync_office_web_apps",)),
)


class EstateError(ValueError):
    """The estate cannot be built as asked."""


@dataclass(frozen=True)
class EstateOptions:
    """How to build an estate.

    count: number of hosts; policy: one of NAMED_POLICIES or the path of a `*.reg.txt` dump, of which every key is kept;
    registry: paths of more dumps, read on top of the policy (fragments such as a Group Policy); winrm_rule: enable
    the policy's own WinRM rules as `winrm quickconfig` does; winrm_from_any: a WinRM rule for every profile and address
    takes the place of the policy's; foreign_rules: total number of rules to pad to; services: whether Lync's ports
    listen; names: only these hosts (short or full names) of the demo estate; network: the first two numbers of all
    addresses, so that several labs can run side by side; bystanders: which services that are not
    Lync's listen too (None: all of them, but none in an estate of more than 100 hosts); lync_rules: Lync's own program
    rules, one of LYNC_RULES; group_policy: one of GROUP_POLICIES (none: what the policy's own file brings); oddities:
    some of ODDITIES; windows: one of WINDOWS; dual_homed: whether Mediation Servers that are nothing else have a
    second interface, in a public network, for their gateways; ban_list: number of one-address block rules;
    winrm_port: where WinRM listens (on 5986 its listener is called one of HTTPS, but speaks HTTP as ever);
    winrm_by_policy: the listener comes from Group Policy alone; director_web: the external web site listens on
    Directors too, as port summaries have it; clients: so many users' computers behind the hosts, pc01 and so on,
    with their policy and Windows; client_rules: whether the setup of the Lync client has made its exceptions there;
    login: one of LOGINS, how the inventory says to log in; only with basic is AllowUnencrypted on, which Windows comes
    without; https: an HTTPS listener on 5986 beside WinRM's usual one, with certificates and a rule of its own.
    """

    count: int = len(_PATTERN)
    policy: str = "default"
    registry: tuple[str, ...] = ()
    winrm_rule: bool = True
    winrm_from_any: bool = False
    foreign_rules: int = 0
    services: bool = True
    names: tuple[str, ...] = ()
    quirks: Quirks = NO_QUIRKS
    network: str = NETWORK
    bystanders: tuple[str, ...] | None = None
    lync_rules: str = "one-disabled"
    group_policy: str = "none"
    oddities: tuple[str, ...] = ()
    windows: str = "2012r2"
    dual_homed: bool = True
    ban_list: int = 0
    winrm_port: int = 5985
    winrm_by_policy: bool = False
    director_web: bool = False
    clients: int = 0
    client_rules: bool = True
    login: str = "basic"
    https: bool = False

    def bystander_names(self) -> tuple[str, ...]:
        """The bystanders that listen."""
        if self.bystanders is None:
            return tuple(BYSTANDERS) if self.count <= _MANY_HOSTS else ()
        return self.bystanders


def build_estate(options: EstateOptions) -> tuple[HostSpec, ...]:
    """The hosts. Raises EstateError when the options make no sense."""
    if not 1 <= options.count <= MOST_HOSTS:
        raise EstateError(f"an estate has 1 to {MOST_HOSTS} hosts, not {options.count}")
    subnet = f"{options.network}.0.0/16"
    try:
        loopback = ipaddress.IPv4Network(subnet).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise EstateError(f"{options.network!r} is not the first half of a loopback address such as 127.77")
    network = Network(
        local_subnet=subnet,
        gateway=f"{options.network}.0.1",
        dns=f"{options.network}.0.2",
        dhcp=f"{options.network}.0.2",
        wins=f"{options.network}.0.2",
    )
    if not 0 <= options.ban_list <= MOST_BANNED:
        raise EstateError(f"a ban list has 0 to {MOST_BANNED} addresses, not {options.ban_list}")
    _check_names("bystander", options.bystander_names(), BYSTANDERS)
    _check_names("oddity", options.oddities, ODDITIES)
    _check_names("set of Lync's rules", (options.lync_rules,), LYNC_RULES)
    _check_names("group policy", (options.group_policy,), GROUP_POLICIES)
    _check_names("version of Windows", (options.windows,), WINDOWS)
    _check_names("login", (options.login,), LOGINS)
    if options.login == CERTIFICATE and not options.https:
        raise EstateError("a login by certificate needs HTTPS")
    quirks = replace(options.quirks, refuse_unencrypted=options.quirks.refuse_unencrypted or options.login != "basic")
    release = WINDOWS[options.windows]
    registries: dict[tuple[str, ...], Registry] = {}
    specs = []
    numbers: dict[str, int] = {}
    for index in range(options.count + options.clients):
        prefix, groups = _PATTERN[index % len(_PATTERN)] if index < options.count else ("pc", ("lync_client",))
        if index >= len(_PATTERN):  # there is one Central Management store in an organisation
            groups = tuple(group for group in groups if group != "lync_central_management")
        numbers[prefix] = numbers.get(prefix, 0) + 1
        name = f"{prefix}{numbers[prefix]:02d}"
        if groups not in registries:
            registries[groups] = starting_registry(options, groups)
        address = host_address(options.network, index)
        heard = listeners(address, groups, director_web=options.director_web) if options.services else ()
        specs.append(
            HostSpec(
                name=f"{name}.{DOMAIN}",
                address=address,
                groups=groups,
                registry=registries[groups],
                listeners=heard + bystander_listeners(address, options.bystander_names()),
                services=tuple(service.name for service in _services(options, groups)),
                quirks=quirks,
                schema_version=release.schema,
                version=release.version,
                network=network,
                winrm_port=options.winrm_port,
                https=options.https,
                interfaces=_interfaces(options, groups),
                programs=programs(groups),
            )
        )
    if not options.names:
        return tuple(specs)
    chosen = {name.partition(".")[0] for name in options.names}
    unknown = chosen - {spec.name.partition(".")[0] for spec in specs}
    if unknown:
        raise EstateError(f"no such host in this estate: {', '.join(sorted(unknown))}")
    return tuple(spec for spec in specs if spec.name.partition(".")[0] in chosen)


def _interfaces(options: EstateOptions, groups: tuple[str, ...]) -> tuple[Interface, ...]:
    return (Interface(), PSTN) if options.dual_homed and groups == ("lync_mediation",) else (Interface(),)


def host_address(network: str, index: int) -> str:
    """The loopback address of the host at a place in the estate, from 0."""
    block, place = divmod(index, HOSTS_PER_BLOCK)
    return f"{network}.{block}.{FIRST_PLACE + place}"


def _check_names(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise EstateError(f"no {kind} is called {name!r}; there are {', '.join(known)}")


def _services(options: EstateOptions, groups: Iterable[str]) -> tuple[ServiceKey, ...]:
    return services_of(groups) + tuple(BYSTANDERS[name].service for name in options.bystander_names())


def starting_registry(options: EstateOptions, groups: tuple[str, ...] = ()) -> Registry:
    """The registry a host of these groups starts with. Raises EstateError when a dump cannot be read."""
    registry = Registry()
    registry.load_dump(dump_text(POLICIES / "system.reg.txt"))
    describe_windows(registry, options.windows)
    if options.policy in NAMED_POLICIES:
        load_named(registry, options.policy, options.windows, winrm_rule=options.winrm_rule)
    else:
        _load_file(registry, options.policy)
        if options.winrm_rule:
            enable_winrm_rules(registry)
    for path in options.registry:
        _load_file(registry, path)
    if options.winrm_from_any:
        admit_winrm_from_any(registry)
    for service in _services(options, groups):
        _install(registry, service)
    for rule_id, text in (*_rules_of_lync(options.lync_rules, groups), *_rules_of_client(options, groups)):
        _set_rule(registry, rule_id, text)
    for name in options.oddities:
        add_oddity(registry, name)
    if options.group_policy != "none":  # else what the files bring stays
        apply_group_policy(registry, options.group_policy)
    pad(registry, options.foreign_rules)
    ban(registry, options.ban_list, WINDOWS[options.windows].schema)
    _set_listeners(registry, options)
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


def _rules_of_lync(wanted: str, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if wanted == "none":
        return ()
    rules = lync_rules(groups, enabled=wanted == "enabled")
    # What setup leaves when the firewall was off or a hardening script came later: the registrar's, disabled.
    return tuple(rule for rule in rules if wanted != "one-disabled" or rule[1].endswith("|Name=CS RTCSRV|"))


def _rules_of_client(options: EstateOptions, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return client_rules() if options.client_rules and "lync_client" in groups else ()


def apply_group_policy(registry: Registry, name: str) -> None:
    """Replace the firewall policy of Group Policy by one of GROUP_POLICIES. Raises EstateError."""
    _check_names("group policy", (name,), GROUP_POLICIES)
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
