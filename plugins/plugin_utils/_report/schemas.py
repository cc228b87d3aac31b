# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and versions of the documents that are written, and which of them are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCHEMA = "urn:lyncops:firewall:report:3"
"""Names the JSON report's schema, docs/report-schema-3.json. A name, not an address: nothing is fetched."""

VERSION = 3
"""Version of the JSON report. It changes when a reader of the old one would misread the new one."""

SCHEMAS = {1: "urn:lyncops:firewall:report:1", 2: "urn:lyncops:firewall:report:1", VERSION: SCHEMA}
"""The versions that are read, and the schema that a report of each names; what version 3 added may be missing."""


def is_known(document: Mapping[str, Any]) -> bool:
    """Whether a JSON report is of a version that is read, under that version's name."""
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version not in SCHEMAS:
        return False
    return bool(document.get("schema") == SCHEMAS[version])


STATUS_SCHEMA = "urn:lyncops:firewall:status:1"
"""Names what `status` writes beside a report."""

RETIRED_SCHEMA = "urn:lyncops:firewall:retired:1"
"""Names what `remember` keeps beside reports."""
