# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a browser. The collection is made importable by its full name, as in the unit tests' conftest."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _install_collection_loader() -> None:
    """Make ``ansible_collections.lyncops.firewall`` importable, unless it is already.

    Raises:
        RuntimeError: `make link` was not run.
    """
    if "ansible_collections" in sys.modules:
        return
    collections = ROOT / "build" / "collections"
    if ROOT.parts[-3:] == ("ansible_collections", "lyncops", "firewall"):
        collections = ROOT.parents[2]
    if not (collections / "ansible_collections" / "lyncops" / "firewall" / "galaxy.yml").is_file():
        raise RuntimeError(f"{collections} does not hold the collection; run `make link` first")
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(collections)])


_install_collection_loader()
