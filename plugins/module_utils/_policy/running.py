# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which product runs on a host: what its variables say, what its topology says, and whether the two agree."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from .._catalogue.products import ABOUT, called, of_version
from .._catalogue.words import Product
from .._options.variables import PREFIX
from .._texts import elided

VARIABLE = f"{PREFIX}product"
"""What a person says."""

OF_TOPOLOGY = "lync_product"
"""What the inventory plugin makes of the topology."""

VERSION = "lync_version"
"""``ServiceVersion`` of the service that makes the host what it is, by the topology."""


def running(said: Any, of_topology: Any, version: Any = None) -> Any:
    """The product; None where nothing says it.

    Args:
        said: The value of `VARIABLE`, for whoever validates it.
        of_topology: The value of `OF_TOPOLOGY`.
        version: The value of `VERSION`, which an inventory of an earlier plugin has alone. Of two products that have
            it, it is the older, as for the plugin.
    """
    if said is not None or of_topology:
        return said if said is not None else of_topology
    return next((product.value for product in of_version(_number(version) or 0)), None)


def _number(version: Any) -> int | None:
    """A version as a number; None where it is none."""
    text = str(version).strip()
    if isinstance(version, bool) or not isinstance(version, (int, str)) or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def product_mistakes(host: str, said: Any, version: Any) -> tuple[str, ...]:
    """What is wrong where a person says one product and the topology another, or nobody one that is known.

    Args:
        host: The host's name.
        said: The value of `VARIABLE`; None where nothing is said.
        version: The value of `VERSION`; None where nothing is said.
    """
    if said is not None and said not in tuple(Product) and "{{" not in str(said):
        return (f"{host}: {_no_product(said)}",)
    if version is None or "{{" in str(version):  # a template is somebody else's to fill
        return ()
    number = _number(version)
    if number is None:
        versions = sorted({str(about.version) for about in ABOUT.values()})
        return (
            f"{host}: {VERSION} is {version!r}, which is no ServiceVersion; give {', '.join(versions[:-1])} or "
            f"{versions[-1]}, or leave it out",
        )
    by_topology = of_version(number)
    if said is None and not by_topology:
        known = ", ".join(f"{about.version} ({about.name})" for about in ABOUT.values())
        return (
            f"{host}: the topology has ServiceVersion {version} there, which is no product that is known; they are "
            f"{known}. Say with {VARIABLE} which product's ports it has, or export the topology anew.",
        )
    if said is None or not by_topology or str(said) in by_topology or "{{" in str(said):
        return ()
    names = " or ".join(called(product.value) for product in by_topology)
    return (
        f"{host}: {VARIABLE} is {said} ({called(str(said))}), and the topology has ServiceVersion {version} there, "
        f"which is {names}. Correct {VARIABLE} or leave it out, or export the topology anew.",
    )


def _no_product(word: Any) -> str:
    near = get_close_matches(str(word).casefold(), [product.value for product in Product], 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    known = ", ".join(f"{product.value} ({about.name})" for product, about in ABOUT.items())
    return f"{VARIABLE} is {elided(repr(word))}, which is no product.{meant} They are {known}."
