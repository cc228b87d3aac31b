# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of all documents: file name to contents."""

from __future__ import annotations

import json
from pathlib import Path

from . import archive, bad, builder, expected, powershell_json, published
from .enterprise import ENTERPRISE
from .standard import BEFORE, STANDARD


def documents() -> dict[str, bytes]:
    """Every document, by its path below the folder they are written to.

    ``enterprise`` and ``standard`` say the same in all shapes. ``standard_changed.tbxml`` holds the standard estate as
    its new topology, and an older one beside it. ``bad/cases.json`` tells what is odd about each of the bad ones.
    """
    found = {
        "enterprise.xml": published.write(ENTERPRISE),
        "enterprise.tbxml": builder.write(ENTERPRISE, original=ENTERPRISE),
        "enterprise.zip": archive.write(ENTERPRISE),
        "enterprise.json": powershell_json.write(ENTERPRISE),
        "expected_enterprise.json": expected.write(ENTERPRISE),
        "expected_enterprise_cmdlets.json": expected.write_for_cmdlets(ENTERPRISE),
        "standard.xml": published.write(STANDARD),
        "standard.tbxml": builder.write(STANDARD),
        "standard_changed.tbxml": builder.write(STANDARD, original=BEFORE),
        "standard.zip": archive.write(STANDARD, namespaced=False),
        "standard_services.json": powershell_json.write_services(STANDARD),
        "standard_pools.json": powershell_json.write_pools(STANDARD),
        "expected_standard.json": expected.write(STANDARD),
        "expected_standard_cmdlets.json": expected.write_for_cmdlets(STANDARD),
    }
    cases = bad.cases()
    found |= {f"bad/{case.name}": case.data for case in cases}
    told = {case.name: {"verdict": case.verdict, "why": case.why} for case in cases}
    found["bad/cases.json"] = (json.dumps(told, indent=1) + "\n").encode()
    return found


def write(folder: Path) -> list[Path]:
    """Write all documents below a folder, and return their paths. What else is there stays."""
    written = []
    for name, data in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return written
