# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that are too large to be files, or are small only while they are packed."""

from __future__ import annotations

from collections.abc import Iterator

from . import archive
from .markup import BOM, DECLARATION
from .parts import TOPOLOGY


def zip_bomb(megabytes: int) -> bytes:
    """Return an archive whose document is that many megabytes of blanks, a thousandth of it packed."""
    return archive.pack({archive.MEMBER: BOM + b" " * (megabytes * 1024 * 1024)})


def huge(size: int) -> Iterator[bytes]:
    """Yield a well-formed topology of about `size` bytes, in pieces: sites without end, and no cluster."""
    head = f'{DECLARATION}\n<Topology xmlns="{TOPOLOGY}">\n<Sites>\n'.encode()
    site = b'<CentralSite SiteId="1"><Name>' + b"x" * 4096 + b"</Name></CentralSite>\n"
    yield head
    for _index in range(max(0, size - len(head)) // len(site)):
        yield site
    yield b"</Sites>\n</Topology>\n"


def deep(levels: int) -> bytes:
    """Return a topology with so many elements in each other."""
    return (
        f'{DECLARATION}\n<Topology xmlns="{TOPOLOGY}">{"<Sites>" * levels}{"</Sites>" * levels}</Topology>\n'.encode()
    )
