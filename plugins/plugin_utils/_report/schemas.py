# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and versions of the documents that are written."""

from __future__ import annotations

SCHEMA = "urn:lyncops:firewall:report:3"
"""Names the JSON report's schema, docs/report-schema-3.json. A name, not an address: nothing is fetched."""

VERSION = 3
"""Version of the JSON report. It changes when a reader of the old one would misread the new one."""

STATUS_SCHEMA = "urn:lyncops:firewall:status:1"
"""Names what `status` writes beside a report."""

RETIRED_SCHEMA = "urn:lyncops:firewall:retired:1"
"""Names what `remember` keeps beside reports."""
