# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each product is called and has, and how a row reads for it.

Sources: "Port and protocol requirements for servers" of Skype for Business Server (2018-02-15), the only such page of
2015, 2019 and Subscription Edition; "What's deprecated or removed" of 2019; "System requirements" of each; published
topology documents of ServiceVersion 7 and 8. A further product is an entry here, a member of `Product`, and its name in
the rows that differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import services
from .model import Requirement
from .role_names import RoleError, parse_roles
from .words import HOST_ROLES, SINCE_2019, VIEWER_FARMS, Product, Role, Table


@dataclass(frozen=True, slots=True)
class About:
    """One product.

    Attributes:
        name: What it is called.
        brand: What the display names of its services begin with.
        document: The page with its rows.
        version: ``ServiceVersion`` of its services in a topology document.
        lacks: Roles that a user may assign to hosts of other products, and not of this one.
        viewer: What shows presentations in its conferences.
    """

    name: str
    brand: str
    document: str
    version: int
    lacks: frozenset[Role]
    viewer: str

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that a user may assign to its hosts."""
        return tuple(role for role in HOST_ROLES if role not in self.lacks)


_LYNC = "Lync Server"
_SKYPE = "Skype for Business Server"
_SKYPE_PAGE = f"{_SKYPE}: Port and protocol requirements for servers"
_EITHER = "Office Online Server or Office Web Apps Server"

ABOUT: dict[Product, About] = {
    Product.LYNC_2013: About(
        name=f"{_LYNC} 2013",
        brand=_LYNC,
        document=f"{_LYNC} 2013: Ports and protocols for internal servers",
        version=6,
        lacks=frozenset({Role.OFFICE_ONLINE, Role.VIDEO_INTEROP}),
        viewer=services.OFFICE_WEB_APPS,
    ),
    Product.SKYPE_2015: About(f"{_SKYPE} 2015", _SKYPE, _SKYPE_PAGE, 7, frozenset(), _EITHER),
    Product.SKYPE_2019: About(f"{_SKYPE} 2019", _SKYPE, _SKYPE_PAGE, 8, frozenset(), _EITHER),
    Product.SKYPE_SE: About(
        name=f"{_SKYPE} Subscription Edition",
        brand=_SKYPE,
        document=_SKYPE_PAGE,
        version=8,
        lacks=frozenset({Role.OFFICE_WEB_APPS}),
        viewer="Office Online Server",
    ),
}
"""Each product, the oldest first."""

_MCX = (
    "In doubt: the page keeps the row, 'What's deprecated' says that the mobility service (Mcx) is gone, and a "
    "topology document of ServiceVersion 8 still has the port. No client needs it."
)
_XMPP = (
    "In doubt: 'What's deprecated' says that XMPP is gone, and a topology document of ServiceVersion 8 still has the "
    "port."
)
_CHAT = "Persistent Chat comes with an installer of its own, from cumulative update 8 of 2019 on."
_CHAT_ROWS = ("server-50", "server-51", "server-52", "add-06", "add-16")

_CAVEATS: dict[str, tuple[tuple[Product, ...], str]] = {
    "server-17": (SINCE_2019, _MCX),
    "server-18": (SINCE_2019, _MCX),
    "add-05": (SINCE_2019, _XMPP),
    **dict.fromkeys(_CHAT_ROWS, (SINCE_2019, _CHAT)),
    "server-28": (
        tuple(ABOUT)[1:],
        "Video-based screen sharing uses the same range over UDP as well, which the page does not say: row add-19.",
    ),
    "server-40": (
        tuple(ABOUT)[1:],
        "The page says Office Web Apps only; Office Online Server stands in its place.",
    ),
}
"""Row id to what to know of it in some products beside what holds for all."""

_VIEWER_ROWS = frozenset({"server-40"})


def called(product: str) -> str:
    """What a product is called; of a word that is no product, the word.

    Args:
        product: Its value, as options and results have it.
    """
    return ABOUT[Product(product)].name if product in tuple(Product) else product


def of_version(version: int) -> tuple[Product, ...]:
    """The products whose services have a ``ServiceVersion``; Subscription Edition's is that of 2019."""
    return tuple(product for product, about in ABOUT.items() if about.version == version)


def roles_of(names: Iterable[str], product: Product, others: Iterable[Role] = ()) -> frozenset[Role]:
    """Parse role names of a host of a product.

    Args:
        names: As `parse_roles` takes them.
        product: The product.
        others: Roles that are accepted beside those of its hosts.

    Raises:
        RoleError: A name is no role of the product; the message names it and lists those that are.
    """
    about, names = ABOUT[product], names if isinstance(names, str) else tuple(names)
    try:
        return parse_roles(names, (*about.roles, *others), about.name)
    except RoleError as error:
        strange = {name for name in names if isinstance(name, str)} - {role.value for role in about.roles}
        wanted = sorted(one.value for one, known in ABOUT.items() if not strange.isdisjoint(known.roles))
        if not wanted:
            raise
        if strange == {Role.OFFICE_WEB_APPS} and Role.OFFICE_ONLINE in about.roles:
            raise RoleError(
                f"{error}. {about.viewer} stands in its place: role {Role.OFFICE_ONLINE}, group "
                f"lync_{Role.OFFICE_ONLINE}"
            ) from error
        older = Role.OFFICE_WEB_APPS if strange == {Role.OFFICE_ONLINE} else None
        instead = f". {about.name} has {older.value} (group lync_{older.value}) in its place" if older else ""
        raise RoleError(
            f"{error}. It is one of {', '.join(wanted)}: say with product (lync_firewall_product) which of them runs "
            f"here; it is {Product.LYNC_2013} where nothing says so{instead}"
        ) from error


def as_of(row: Requirement, product: Product, number: int) -> Requirement:
    """How a row reads for a product that has it, or has it in doubt.

    Args:
        row: The row.
        product: The product.
        number: Its place in the product's table, from 1; additions have sources of their own.
    """
    about = ABOUT[product]
    also, told = _CAVEATS.get(row.id, ((), ""))
    words = [text for text in (row.caveat, told if product in also else "") if text]
    service = about.viewer if row.id in _VIEWER_ROWS else _branded(row.service, about.brand)
    source = f"{about.document}, table {list(Table).index(row.table) + 1}, row {number}"
    shown = replace(
        row,
        roles=tuple(role for role in row.roles if role not in about.lacks),
        service=service,
        source=row.source if row.table in (Table.ADDITION, Table.EDGE) else source,
        caveat=" ".join(words) or None,
    )
    return row if shown == row else shown


def _branded(service: str, brand: str) -> str:
    return f"{brand}{service.removeprefix(_LYNC)}" if service.startswith(f"{_LYNC} ") else service


def farm_of(product: Product) -> Role:
    """The role of a viewer farm of which nothing says which of the two it is."""
    return VIEWER_FARMS[0] if product is Product.LYNC_2013 else VIEWER_FARMS[1]
