# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options that code compares with or takes where nothing is said, and are no part of a catalogue."""

from __future__ import annotations

ANY_SCOPE = "any"
SCOPES = (ANY_SCOPE, "topology")
PROGRAMS = ("any", "listener")
FAIL, BLOCK_OTHERS = "fail", "block_others"
REPORT, ENFORCE = "report", "enforce"

LARGEST_ANSWER = 16
"""Megabytes that are taken from a host by default."""
