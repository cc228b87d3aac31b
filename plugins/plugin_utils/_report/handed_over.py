# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that looked at nobody hands over to the next node of an AWX workflow."""

from __future__ import annotations

from typing import Any

from ...module_utils._options.variables import PREFIX
from .figures import names_by_class, totals
from .model import sorted_report
from .status import RunClass


def of_nobody(why: str) -> dict[str, Any]:
    """Artifacts with the names of those of an audit: it found no drift, and it was no success.

    Args:
        why: Why nobody was looked at.
    """
    empty = sorted_report("", "", ())
    named = {f"{PREFIX}{kind}_hosts": hosts for kind, hosts in names_by_class(empty).items() if kind != "not_managed"}
    return {
        **named,
        f"{PREFIX}drifted_basis": {},
        f"{PREFIX}truncated": False,
        f"{PREFIX}totals": totals(empty),
        f"{PREFIX}reasons": {},
        f"{PREFIX}summary": f"No Lync host was looked at. {why}",
        f"{PREFIX}class": RunClass.FAILED.value,
        f"{PREFIX}digest": "",
        f"{PREFIX}left": [],
    }
