# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as one HTML file that loads nothing and runs nothing; it can be printed, and signed."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from .model import STATES, EstatePlan, PlanState, ends_as_failed, groups, summary, totals
from .page import (
    APPROVAL,
    DOOMED,
    IN_ORDER,
    LEFT_ALONE,
    RANGES,
    ROLLBACK,
    STOPS,
    foreign_line,
    how,
    not_touched,
    rollback_lines,
    sections,
)

_ASSETS = Path(__file__).parent / "assets"


def to_html(plan: EstatePlan) -> bytes:
    """The plan as a page, UTF-8. What hosts say is escaped, and no script is allowed to run."""
    style = (_ASSETS / "plan.css").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string((_ASSETS / "plan.html.j2").read_text("utf-8")).render(
        plan=plan,
        summary=summary(plan),
        totals=totals(plan),
        states={state.value: meaning for state, meaning in STATES.items()},
        changed=groups(plan.of(PlanState.CHANGE)),
        refused=plan.of(PlanState.REFUSED),
        doomed=ends_as_failed(plan),
        doomed_heading=DOOMED,
        stops=STOPS,
        others=plan.of(PlanState.NOTHING, PlanState.SKIPPED, PlanState.UNREACHABLE, PlanState.FAILED),
        how=how(plan),
        rollback=rollback_lines(plan),
        rollback_heading=ROLLBACK,
        ranges_heading=RANGES,
        not_touched=not_touched(plan),
        in_order=IN_ORDER,
        sections=sections,
        left_alone=LEFT_ALONE,
        fingerprints=[line for line in map(foreign_line, plan.hosts) if line],
        approval=APPROVAL,
        policy=f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # ours
    )
    return page.encode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
