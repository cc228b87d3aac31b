# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of the batches of a remediation, as people write them."""

from __future__ import annotations

import re
from typing import Any

from ..module_utils._options.reading import OptionError

DEFAULT_BATCHES = "1,25%,100%"
"""Those of remediate.yml: the first host alone, then a quarter, then all others."""

MOST_FAILING = 0
"""Percent of the hosts of a batch of remediate.yml that may fail before the next one."""

_PERCENT = re.compile(r"([0-9]{1,2}(\.[0-9]{1,2})?|100)%?")
_BATCHES = re.compile(r"[1-9][0-9]*%?(,[1-9][0-9]*%?)*")


def batch_sizes(wanted: Any) -> list[str]:
    """The sizes of batches, as a list, as text with commas, or as one number.

    Raises:
        OptionError: It is none of these.
    """
    text = ",".join(str(batch) for batch in (wanted if isinstance(wanted, list) else [wanted])).replace(" ", "")
    if not _BATCHES.fullmatch(text):
        raise OptionError("lync_firewall_serial", f"{text} is no number of hosts, such as 5, 25% or 1,25%,100%")
    return text.split(",")


def most_failing(wanted: Any) -> float:
    """Percent of the hosts of a batch that may fail before the next one, as a number or a text.

    Raises:
        OptionError: It is none.
    """
    text = str(wanted).strip()
    if not _PERCENT.fullmatch(text):
        raise OptionError("lync_firewall_max_fail_percentage", f"{text} is no percentage, from 0 to 100")
    return float(text.removesuffix("%"))
