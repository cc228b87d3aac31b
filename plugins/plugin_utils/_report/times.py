# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time as reports, plans and statuses have it."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_now() -> str:
    """Now: UTC, ISO 8601, whole seconds, ending in ``Z``."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
