# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a text lacks its end that the documented commands write: what is not in it may be a block rule."""

from __future__ import annotations

import re

from .reg_file import export_parts
from .registry_dump import RegistryDump, fold_key
from .snapshot import FIREWALL_SERVICE, GROUP_POLICY, LOCAL_POLICY

_LAST = 100  # characters
_EXPORT_ENDS = re.compile(r"\n[ \t]*\r?\n[\s\ufeff]*\Z")
_CUT_OFF = (
    "it ends before the start of MpsSvc, which the documented command prints behind all rules and policies: it was cut "
    "off, or another command made it. Nothing is concluded from half an answer; make it again"
)
_CUT_EXPORT = (
    "{part} does not end in an empty line, as reg export has it behind every key: it was cut off. Nothing is concluded "
    "from half of it; make it again"
)


def cut_export(text: str) -> str:
    """Which export lacks its end, of those that were put together (``copy /b a.reg+b.reg``); empty where none does.

    ``reg export`` ends with an empty line (Wine's ``programs/reg/tests/export.c``, written to pass on real Windows).

    Args:
        text: The file.
    """
    parts = export_parts(text)
    cut = next((number for number, part in enumerate(parts, 1) if not _EXPORT_ENDS.search(part[-_LAST:])), 0)
    if not cut:
        return ""
    return _CUT_EXPORT.format(part="it" if len(parts) == 1 else f"export {cut} of the {len(parts)} in it")


def cut_query(keys: RegistryDump) -> str:
    """Why what ``reg query`` printed lacks its end: the start of MpsSvc, behind all policies; empty where it does not.

    Args:
        keys: What it printed, in its order.
    """
    policies = tuple(map(fold_key, (LOCAL_POLICY, GROUP_POLICY)))
    service = fold_key(FIREWALL_SERVICE)
    order = [key for key in keys.keys if key == service or key.startswith(policies)]
    ended = not order or (order[-1] == service and keys.value(FIREWALL_SERVICE, "Start") is not None)
    return "" if ended else _CUT_OFF
