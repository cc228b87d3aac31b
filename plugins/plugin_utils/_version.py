# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this collection, which stands in one place: galaxy.yml, and in what is built of it MANIFEST.json."""

from __future__ import annotations

import json
import re
from pathlib import Path

_COLLECTION = Path(__file__).resolve().parents[2]
_VERSION = re.compile(r"^version:\s*(\S+)", re.MULTILINE)


def collection_version() -> str:
    """The version; ``unknown`` where neither file is there."""
    try:
        return str(json.loads((_COLLECTION / "MANIFEST.json").read_text("utf-8"))["collection_info"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        found = _VERSION.search((_COLLECTION / "galaxy.yml").read_text("utf-8"))
    except OSError:
        return "unknown"
    return found[1] if found else "unknown"
