# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of docs/docsite that say what the code says: the catalogue, the reasons of verdicts, and parts of the pages
about products and about how it works.

`make guides` writes them; a test holds that they are up to date. They are kept in the repository, for antsibull-docs
reads guides from there.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "build" / "collections"), str(ROOT / "scripts")]

from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.catalogue import EVERY, by_id  # noqa: E402
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.edge_ports import (  # noqa: E402
    CONNECTIONS,
    EDGE_PORTS,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement  # noqa: E402
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT  # noqa: E402
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (  # noqa: E402
    EVERY_PRODUCT,
    Product,
    Table,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import TEXTS  # noqa: E402
from code_map import folders, rooms  # noqa: E402

GUIDES = ROOT / "docs" / "docsite" / "rst"
_WIDTH = 120
_LABEL = "ansible_collections.lyncops.firewall.docsite"
_HEAD = """..
  Copyright (c) 2026, the lyncops.firewall contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later
  Made by scripts/render_guides.py: change the code that it is made of, and run "make guides".

.. _{label}.{name}:

{title}
{line}

"""
_BEGIN = ".. made by scripts/render_guides.py from here on; run: make guides\n"
_END = ".. and written by hand again\n"
_TITLES = {
    Table.SERVER: "Servers (table 1)",
    Table.HLB: "Hardware load balancers (table 2)",
    Table.DNSLB: "Load balancers beside DNS load balancing (table 3)",
    Table.CLIENT: "Clients and phones (table 4)",
    Table.ADDITION: "Additions of the extended ruleset",
}


def pages() -> dict[str, str]:
    """Each page's name, without its ending, and its text."""
    return {
        "catalogue": "".join(_catalogue()),
        "reasons": "".join(_reasons()),
        "products": _between("products", "".join(_differences())),
        "how_it_works": _between("how_it_works", "".join(_where())),
    }


def _between(name: str, made: str) -> str:
    """A page that is written by hand but for one part."""
    before, begin, rest = (GUIDES / f"{name}.rst").read_text("utf-8").partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{name}.rst: the lines that enclose what is made are missing: {_BEGIN!r} and {_END!r}")
    return f"{before}{begin}\n{made}\n{end}{after}"


def _differences() -> Iterator[str]:
    """The rows that the products after the first have more, and those that they have not."""
    first, *_later = ABOUT
    rows = (*EVERY, *CONNECTIONS)
    more = [row for row in rows if first not in row.products]
    less = [row for row in rows if first in row.products and row.products != EVERY_PRODUCT]
    widths = (16, 34, 22, 28)
    yield f"Rows that {ABOUT[first].name} does not have:\n\n"
    yield from _table(("row", "service", "ports", "in"), widths, (_differing(row, row.products) for row in more))
    yield f"\nRows of {ABOUT[first].name} that later products do not all have:\n\n"
    yield from _table(("row", "service", "ports", "not in"), widths, (_differing(row, _lacking(row)) for row in less))


def _where() -> Iterator[str]:
    yield from _table(("room of plugins/", "what it is for", "may import"), (22, 43, 35), rooms())
    yield "\n"
    yield from _table(("folder", "what it is for"), (22, 78), folders())


def _lacking(row: Requirement) -> tuple[Product, ...]:
    return tuple(product for product in EVERY_PRODUCT if product not in row.products)


def _differing(row: Requirement, products: Sequence[Product]) -> tuple[str, ...]:
    shown = row if row in CONNECTIONS else by_id(row.id)
    doubt = " (in doubt)" if set(products) & set(row.in_doubt) else ""
    ports = f"{'/'.join(one.value.upper() for one in row.transports)} {row.ports}".strip()
    return (
        row.id,
        _text(shown.service) or "none: the row is blank",
        ports if row.ports else f"{ports}, not documented" if ports else "none",
        ", ".join(f"``{product.value}``" for product in products) + doubt,
    )


def _catalogue() -> Iterator[str]:
    yield _head("catalogue", "The catalogue: every row")
    yield (
        "What Microsoft's page *Lync Server 2013: Ports and protocols for internal servers* has, row by row, how\n"
        "it is read here, and what other pages of Microsoft say against a row. The words are those of the oldest\n"
        "product that has a row; *products* says which have it, where not all do, and what is said of it for some of\n"
        "them stands below the table. See :ref:`products <ansible_collections.lyncops.firewall.docsite.products>`.\n"
        ":ref:`query('lyncops.firewall.lync_ports')\n"
        "<ansible_collections.lyncops.firewall.lync_ports_lookup>` gives the same to playbooks.\n\n"
        "*listen* is inbound on the host of the row, *connect* outbound from it; an *appliance* is a load balancer.\n"
    )
    for table, title in _TITLES.items():
        yield f"\n{title}\n{'-' * len(title)}\n\n"
        rows = [replace(by_id(row.id), roles=row.roles) for row in EVERY if row.table is table]
        yield from _table(
            ("row", "roles", "service", "ports", "how", "peers", "products"),
            (12, 16, 22, 13, 9, 16, 12),
            map(_row, rows),
        )
        for row in rows:
            yield from _caveats(row)
    yield from _edge()


def _edge() -> Iterator[str]:
    """The rows of an Edge Server, with the interface in place of the roles, as all of them are its."""
    title = "Edge Servers"
    yield f"\n{title}\n{'-' * len(title)}\n\n"
    yield (
        "Node and virtual addresses together, as the Edge Server sees them. What it only connects to needs no rule on\n"
        "it, and is in the traffic matrix. See\n"
        ":ref:`Edge Servers <ansible_collections.lyncops.firewall.docsite.edge>`.\n\n"
    )
    rows = (*EDGE_PORTS, *CONNECTIONS)
    yield from _table(
        ("row", "interface", "service", "ports", "how", "peers", "products"),
        (12, 16, 22, 13, 9, 16, 12),
        ((cells[0], f"``{row.interface}``", *cells[2:]) for row in rows for cells in (_row(row),)),
    )
    for row in rows:
        if row.caveat:
            yield _note(f"*{row.id}*", row.caveat)


def _row(row: Requirement) -> tuple[str, ...]:
    transports = "/".join(transport.value.upper() for transport in row.transports)
    needs = f" (feature ``{row.feature.value}``)" if row.feature else ""
    return (
        row.id,
        ", ".join(f"``{role.value}``" for role in row.roles) or "none: the row is blank",
        (_text(row.service) or "none") + needs,
        f"{transports} {row.ports}".strip() or "none",
        row.disposition.value,
        ", ".join(f"``{peer.value}``" for peer in row.peers) or "none",
        _products(row),
    )


def _products(row: Requirement) -> str:
    if row.products == EVERY_PRODUCT:
        return "all"
    told = ", ".join(f"``{product.value}``" for product in row.products)
    doubt = ", ".join(f"``{product.value}``" for product in row.in_doubt)
    return f"{told}; in doubt: {doubt}" if doubt else told


def _caveats(row: Requirement) -> Iterator[str]:
    """What to know of a row, and what only of some products, which share it where they agree."""
    of_all = row.caveat or ""
    if of_all:
        yield _note(f"*{row.id}*", of_all)
    more: dict[str, list[Product]] = {}
    for product in (*row.products, *row.in_doubt):
        own = (by_id(row.id, product).caveat or "").removeprefix(of_all).strip()
        if own:
            more.setdefault(own, []).append(product)
    for text, products in more.items():
        yield _note(f"*{row.id}*, {', '.join(f'``{product.value}``' for product in products)}", text)


def _note(term: str, text: str) -> str:
    lines = textwrap.wrap(_text(text), _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return f"\n{term}\n" + "".join(f"    {line}\n" for line in lines)


def _reasons() -> Iterator[str]:
    yield _head("reasons", "Every reason of a verdict")
    yield (
        "Results, JSON and CSV have the value, pages and messages the words beside it. What is without advice is as\n"
        "it should be, or nothing that anybody can change.\n\n"
    )
    rows = ((f"``{reason.value}``", text.short, text.meaning, text.advice or "none") for reason, text in TEXTS.items())
    yield from _table(("value", "in short", "what it means", "what to do"), (18, 16, 33, 33), rows)


def _head(name: str, title: str) -> str:
    return _HEAD.format(label=_LABEL, name=name, title=title, line="=" * len(title))


def _table(heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f".. list-table::\n   :header-rows: 1\n   :widths: {' '.join(map(str, widths))}\n\n"
    for row in (heads, *rows):
        yield "".join(f"   {'*' if place == 0 else ' '} - {cell}\n" for place, cell in enumerate(row))


def _text(text: str) -> str:
    """Plain text for reStructuredText."""
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("`", "\\`").replace("|", "\\|").replace("_ ", "\\_ ")


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (GUIDES / f"{name}.rst").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
