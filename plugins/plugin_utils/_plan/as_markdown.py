# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as Markdown, for a ticket of a change board."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .model import STATES, Batch, EstatePlan, Group, PlanHost, PlanState, ends_as_failed, groups, summary
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

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def to_markdown(plan: EstatePlan) -> bytes:
    """The plan as Markdown, UTF-8; what a host says is escaped."""
    return ("\n".join(_lines(plan)) + "\n").encode("utf-8", "replace")


def _lines(plan: EstatePlan) -> Iterator[str]:
    yield f"# {_text(plan.title)}"
    yield ""
    yield f"{_text(summary(plan))}. Made {plan.created} with lyncops.firewall {_text(plan.version)}."
    yield ""
    yield f"Digest of this plan: `{plan.digest}`"
    yield from _section("How it is carried out", how(plan))
    yield from _batches(plan.batches)
    rollback = rollback_lines(plan)
    if rollback:
        yield from _section(ROLLBACK, (f"**{_text(names)}** {_text(sentence)}" for names, sentence in rollback))
    doomed = ends_as_failed(plan)
    if doomed:
        yield from _section(DOOMED, map(_other, doomed))
        yield ""
        yield STOPS
    changed = groups(plan.of(PlanState.CHANGE))
    yield from _heading("What is changed")
    if not changed:
        yield "Nothing: no host needs a change."
    else:
        yield IN_ORDER
    for group in changed:
        yield from _group(group)
    refused = plan.of(PlanState.REFUSED)
    if refused:
        yield from _section(
            STATES[PlanState.REFUSED].capitalize(), [f"**{_text(h.name)}**: {_text(h.message)}" for h in refused]
        )
    others = plan.of(PlanState.NOTHING, PlanState.SKIPPED, PlanState.UNREACHABLE, PlanState.FAILED)
    if others:
        yield from _section(LEFT_ALONE, map(_other, others))
    yield from _section("What is not touched", [*not_touched(plan), *map(_text, map(foreign_line, plan.hosts))])
    yield from _section("Approval", [f"{field}: ____________________" for field in APPROVAL])


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _section(heading: str, items: Iterable[str]) -> Iterator[str]:
    yield from _heading(heading)
    for item in items:
        if item:
            yield f"- {item}"


def _batches(batches: Sequence[Batch]) -> Iterator[str]:
    if not batches:
        return
    yield ""
    yield "| batch | hosts that are changed |"
    yield "| ---: | --- |"
    for number, batch in enumerate(batches, 1):
        yield f"| {number} | {_text(', '.join(batch.hosts))} |"


def _group(group: Group) -> Iterator[str]:
    work = group.work
    roles = " + ".join(group.hosts[0].roles)
    yield ""
    yield f"### {_text(', '.join(host.name for host in group.hosts))}"
    yield ""
    held = f"{_text(roles)}. " if roles else ""
    yield f"{held}Commands: {len(work.commands)}. Rules that stay: {group.hosts[0].kept}."
    for heading, items, _kind in sections(work):
        yield ""
        yield f"{heading}:"
        yield ""
        yield from (f"- {_text(item)}" for item in items)
    scripts = (("Commands", work.commands), ("What undoes them", work.undo))
    for heading, commands in ((RANGES, work.ranges), *scripts) if work.ranges else scripts:
        yield ""
        yield f"<details><summary>{heading} ({len(commands)})</summary>"
        yield ""
        yield from (f"    {line}" for line in commands)
        yield ""
        yield "</details>"


def _other(host: PlanHost) -> str:
    message = f": {_text(host.message)}" if host.message else ""
    return f"**{_text(host.name)}** {STATES[host.state]}{message}"


def _text(text: str) -> str:
    """Text that is no markup."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
