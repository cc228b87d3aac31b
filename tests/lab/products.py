# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The products an estate can run, and where they differ: names, folders, Windows, what each has and has not.

From Microsoft's pages: brand, install folders of 2013, 2015 and 2019, version of the local SQL Server Express, Windows
Servers, what came and went (XMPP and Mcx left with 2019, the Video Interop Server came with 2015), ServiceVersion 7
and 8 of the topology. The lab's own: the install folder of Subscription Edition, which no page names and which is
unlike 2019's on purpose, so that nobody builds a path; that it has 2019's ServiceVersion, as it has its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A product.

    name: as in the inventory; title: what Microsoft calls it; brand: how display names of services begin; folder: name
    of the install folder; sql: name of the folder of SQL Server Express before the instance's; service_version: of its
    topology; windows: names of the releases that it runs on, the estate's first; xmpp, mcx, video_interop: whether it
    has those; screen_sharing: application sharing uses UDP too; platform_service: the web component that listens on
    6008.
    """

    name: str
    title: str
    brand: str
    folder: str
    sql: str
    service_version: int
    windows: tuple[str, ...]
    xmpp: bool = True
    mcx: bool = True
    video_interop: bool = True
    screen_sharing: bool = True
    platform_service: bool = False

    @property
    def viewer(self) -> str:
        """What shows presentations: Office Online Server came with Skype for Business Server."""
        return "Office Online" if self.video_interop else "Office Web Apps"

    @property
    def root(self) -> str:
        """The install folder."""
        return f"C:\\Program Files\\{self.folder}"

    @property
    def common(self) -> str:
        """The folder of what is installed beside it."""
        return f"C:\\Program Files\\Common Files\\{self.folder}"


LYNC_2013 = Product(
    "lync_2013",
    "Lync Server 2013",
    "Lync Server",
    "Microsoft Lync Server 2013",
    "MSSQL11",
    6,
    ("2012r2", "2008r2", "2012"),
    video_interop=False,
    screen_sharing=False,
)
_SKYPE = "Skype for Business Server"

PRODUCTS: Mapping[str, Product] = {
    product.name: product
    for product in (
        LYNC_2013,
        Product(
            "skype_2015", f"{_SKYPE} 2015", _SKYPE, f"{_SKYPE} 2015", "MSSQL12", 7, ("2012r2", "2012", "2016", "2019")
        ),
        Product(
            "skype_2019",
            f"{_SKYPE} 2019",
            _SKYPE,
            f"{_SKYPE} 2019",
            "MSSQL13",
            8,
            ("2019", "2016", "2022"),
            xmpp=False,
            mcx=False,
            platform_service=True,
        ),
        Product(
            "skype_se",
            f"{_SKYPE} Subscription Edition",
            _SKYPE,
            f"{_SKYPE} Subscription Edition",
            "MSSQL13",
            8,
            ("2022", "2016", "2019"),
            xmpp=False,
            mcx=False,
            platform_service=True,
        ),
    )
}
