# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to build an estate: the options, and which make sense."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from lab.bystanders import BYSTANDERS
from lab.foreign_rules import ODDITIES
from lab.products import PRODUCTS, Product
from lab.quirks import NO_QUIRKS, Quirks
from lab.roles import OFFICE_ONLINE, OFFICE_WEB_APPS, VIDEO_INTEROP
from lab.starting_policy import WINDOWS
from lab.windows.policy import Network

USER = "Administrator"
# Not a secret: the hosts exist on loopback only.
PASSWORD = "lab-only-no-secret"
DOMAIN = "contoso.test"
CERTIFICATE = "certificate"
LOGINS = ("basic", "ntlm", CERTIFICATE)
NETWORK = "127.77"
MOST_HOSTS = 1000
MOST_BANNED = 65536
MOST_EDGES = 40
EDGE_USER = "edgeadmin"
"""The local administrator of an Edge Server, which is in no domain: not the built-in one."""
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
    ("wac", (OFFICE_WEB_APPS,)),
)
_PATTERN_OF_SKYPE = (
    *_PATTERN[:-1],
    ("oos", (OFFICE_ONLINE,)),
    ("vis", (VIDEO_INTEROP,)),
)
"""Office Online Server in the place of Office Web Apps, and a Video Interop Server."""


def pattern(product: Product) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The hosts of a product's estate without its Edge Servers: prefix of the name, and groups."""
    return _PATTERN_OF_SKYPE if product.video_interop else _PATTERN


class EstateError(ValueError):
    """The estate cannot be built as asked."""


@dataclass(frozen=True)
class EstateOptions:
    """How to build an estate.

    product: one of PRODUCTS; count: number of hosts (None: one of each kind that the product has); edges: so many Edge
    Servers behind them, edge01 and so on, each in two networks and in no domain; edge_addresses: how many external ones
    each has, 3 or 1; local_account_tokens: whether LocalAccountTokenFilterPolicy is set there; extended: what no table
    of ports has listens too (`lab.roles.extended_ports`); policy: one of NAMED_POLICIES or the path of a `*.reg.txt`
    dump, of which every key is kept; registry: paths of more dumps, read on top of the policy (fragments such as a
    Group Policy); winrm_rule: enable the policy's own WinRM rules as `winrm quickconfig` does; winrm_from_any: a WinRM
    rule for every profile and address takes the place of the policy's; foreign_rules: total number of rules to pad to;
    services: whether Lync's ports listen; names: only these hosts (short or full names) of the demo estate; network:
    the first two numbers of all addresses, so that several labs can run side by side; bystanders: which services that
    are not Lync's listen too (None: all of them, but none in an estate of more than 100 hosts); lync_rules: the
    product's own program rules, one of LYNC_RULES; group_policy: one of GROUP_POLICIES (none: what the policy's own
    file brings), of members of the domain; oddities: some of ODDITIES; windows: one of WINDOWS (None: the first that
    the product runs on); dual_homed: whether Mediation Servers that are nothing else have a second interface, in a
    public network, for their gateways; ban_list: number of one-address block rules; winrm_port: where WinRM listens (on
    5986 its listener is called one of HTTPS, but speaks HTTP as ever); winrm_by_policy: the listener comes from Group
    Policy alone; director_web: the external web site listens on Directors too, as port summaries have it; clients: so
    many users' computers behind the hosts, pc01 and so on, with their policy and Windows; client_rules: whether the
    setup of the Lync client has made its exceptions there; login: one of LOGINS, how the inventory says to log in; only
    with basic is AllowUnencrypted on, which Windows comes without; https: an HTTPS listener on 5986 beside WinRM's
    usual one, with certificates and a rule of its own.
    """

    count: int | None = None
    product: str = "lync_2013"
    edges: int = 0
    edge_addresses: int = 3
    local_account_tokens: bool = True
    extended: bool = False
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
    windows: str | None = None
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
            return tuple(BYSTANDERS) if self.hosts <= _MANY_HOSTS else ()
        return self.bystanders

    @property
    def hosts(self) -> int:
        """Number of hosts without clients and Edge Servers."""
        return len(pattern(self.runs)) if self.count is None else self.count

    @property
    def runs(self) -> Product:
        """The product. Raises EstateError."""
        check_names("product", (self.product,), PRODUCTS)
        return PRODUCTS[self.product]

    @property
    def release(self) -> str:
        """The version of Windows, one of WINDOWS. Raises EstateError."""
        return self.windows or self.runs.windows[0]


def checked(options: EstateOptions) -> Network:
    """How the hosts see their network. Raises EstateError when the options make no sense."""
    if not 1 <= options.hosts <= MOST_HOSTS:
        raise EstateError(f"an estate has 1 to {MOST_HOSTS} hosts, not {options.count}")
    if not 0 <= options.edges <= MOST_EDGES:
        raise EstateError(f"an estate has 0 to {MOST_EDGES} Edge Servers, not {options.edges}")
    if options.edge_addresses not in (1, 3):
        raise EstateError(f"an Edge Server has 1 or 3 external addresses, not {options.edge_addresses}")
    subnet = f"{options.network}.0.0/16"
    try:
        loopback = ipaddress.IPv4Network(subnet).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise EstateError(f"{options.network!r} is not the first half of a loopback address such as 127.77")
    if not 0 <= options.ban_list <= MOST_BANNED:
        raise EstateError(f"a ban list has 0 to {MOST_BANNED} addresses, not {options.ban_list}")
    check_names("bystander", options.bystander_names(), BYSTANDERS)
    check_names("oddity", options.oddities, ODDITIES)
    check_names("set of Lync's rules", (options.lync_rules,), LYNC_RULES)
    check_names("group policy", (options.group_policy,), GROUP_POLICIES)
    check_names("version of Windows", (options.release,), WINDOWS)
    # Lync Server 2013 is what an estate has where the product is of no interest, and takes any.
    if options.product != "lync_2013" and options.release not in options.runs.windows:
        raise EstateError(
            f"{options.runs.title} does not run on {WINDOWS[options.release].product}; windows is one of "
            f"{', '.join(options.runs.windows)}"
        )
    check_names("login", (options.login,), LOGINS)
    if options.login == CERTIFICATE and not options.https:
        raise EstateError("a login by certificate needs HTTPS")
    return Network(
        local_subnet=subnet,
        gateway=f"{options.network}.0.1",
        dns=f"{options.network}.0.2",
        dhcp=f"{options.network}.0.2",
        wins=f"{options.network}.0.2",
    )


def check_names(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise EstateError for a name that is not known."""
    for name in names:
        if name not in known:
            raise EstateError(f"no {kind} is called {name!r}; there are {', '.join(known)}")
