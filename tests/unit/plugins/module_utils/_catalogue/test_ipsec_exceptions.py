# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's recommended exceptions from IPsec, and which fits a row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.ipsec_exceptions import (
    IPSEC_EXCEPTIONS,
    fitting,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Product


def test_each_is_the_datas(shared_dir: Path) -> None:
    path = shared_dir / "seed" / "ipsec_rows.json"
    if not path.is_file():
        pytest.skip(f"the source's rows are not here: {path}")
    told = [
        {
            "id": found.id,
            "rule": found.rule,
            "source_ip": found.source,
            "destination_ip": found.destination,
            "protocol": found.protocol,
            "source_port": found.source_port,
            "destination_port": found.destination_port,
            "authentication": found.authentication,
            "products": [product.value for product in found.products],
        }
        for found in IPSEC_EXCEPTIONS
    ]
    data = json.loads(path.read_text(encoding="utf-8"))
    assert told == [{key: value for key, value in row.items() if key != "source"} for row in data]


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        ("server-10", ["ipsec-09"]),
        ("server-39", ["ipsec-05", "ipsec-09"]),
        ("server-47", ["ipsec-05"]),
        ("server-23", ["ipsec-05"]),
        ("server-25", ["ipsec-06"]),
        ("server-21", ["ipsec-07"]),
        ("server-28", ["ipsec-12"]),
        ("add-19", ["ipsec-12"]),
        ("client-08", ["ipsec-15"]),
        ("client-07", []),
        ("server-03", []),
        ("server-01", []),
        ("add-10", []),
        ("edge-listen-01", []),
        ("edge-listen-05", ["ipsec-02"]),
        ("edge-listen-06", ["ipsec-02"]),
        ("edge-listen-12", ["ipsec-01"]),
        ("edge-listen-13", ["ipsec-01"]),
        ("edge-listen-14", []),
    ],
)
def test_a_row_has_the_exceptions_of_its_traffic(row: str, ids: list[str]) -> None:
    found = catalogue.by_id(row, Product.SKYPE_2019)
    assert [exception.id for exception in fitting(found, Product.SKYPE_2019)] == ids
    assert fitting(found, Product.LYNC_2013) == (), "the data has the table for Skype for Business Server only"
