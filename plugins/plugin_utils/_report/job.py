# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX, Tower or the automation controller tells a job of itself, and what its slices tell the job after them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...module_utils._options.variables import PREFIX

PRODUCTS = ("awx", "tower")
"""What the variables begin with that tell of a job; the automation controller gives both."""

SLICE = f"{PREFIX}slice_"
"""What the variable begins with in which a slice hands over its report; its job's id follows."""

_SLICE = re.compile(rf"{SLICE}[0-9]+", re.ASCII)


def is_job(known: Mapping[str, Any]) -> bool:
    """Whether a run is a job of AWX, Tower or the automation controller, and so launched by who may not be its owner.

    Args:
        known: Variables of any host; AWX gives its own as extra variables (``awx_meta_vars`` in its source).
    """
    return any(known.get(f"{product}_job_id") is not None for product in PRODUCTS)


def is_slice(known: Mapping[str, Any]) -> bool:
    """Whether a run is one slice of a sliced job, which may hold none of the hosts.

    Args:
        known: See `is_job`. AWX passes no number of the slice, but a sliced job is a workflow of its own making with
            the job template's name (``create_unified_job`` and ``awx_meta_vars`` in its source).
    """
    return any(
        known.get(f"{product}_job_template_name") is not None
        and known.get(f"{product}_workflow_job_name") == known[f"{product}_job_template_name"]
        for product in PRODUCTS
    )


def handed_over(known: Mapping[str, Any], path: str) -> dict[str, str]:
    """What a slice hands over to the node that puts the slices' reports together; nothing of another run.

    Args:
        known: See `is_job`.
        path: Its report.
    """
    if not is_slice(known):
        return {}
    return {f"{SLICE}{known[f'{product}_job_id']}": path for product in PRODUCTS if f"{product}_job_id" in known}


def reports_of_slices(known: Mapping[str, Any]) -> dict[str, str]:
    """The reports that the slices before this node have handed over, by the variable that does.

    Raises:
        OptionError: A variable cannot be templated.
    """
    names = [name for name in known if _SLICE.fullmatch(name)]
    return {name: known[name] for name in sorted(names, key=lambda name: int(name.removeprefix(SLICE)))}
