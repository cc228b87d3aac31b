# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox>=1.10"]
# ///
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``antsibull-nox.toml`` says what is checked, and how; ``nox --list`` lists it, ``nox -e NAME`` runs one of it."""

from __future__ import annotations

import sys

try:
    import antsibull_nox
except ImportError:
    sys.exit("antsibull-nox is needed beside nox: pip install antsibull-nox")

import nox

antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
