# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of `lync_firewall` in check mode, as registered for many hosts, to one plan.

A result is read as data of somebody else: whatever is not as it should be makes that one host ``failed``, with a
message, and never the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils._catalogue.functions import service_in_words
from ...module_utils._texts import printable
from .._report.build import Source
from .._report.parts import ResultError, count_of, flag_of, list_of, mapping_of, text_of, texts_of
from .._settings import group_at_length, group_name, setting_in_words
from .cuts import in_words as cut_in_words
from .cuts import read_cuts
from .model import EstatePlan, PlanHost, PlanState, Work, batches
from .rules import tell_rules

_LONGEST_MESSAGE = 2000
_NOT_PLANNED = "There is no result of it."
_FOREIGN = ("rules", "sha256", "marks", "names", "settings", "touched")


def build_plan(
    title: str, created: str, version: str, sources: Iterable[Source], serial: Sequence[str], most_failing: float = 0
) -> EstatePlan:
    """Make the plan of all hosts.

    Args:
        title: Its heading.
        created: When it is made: UTC, ISO 8601.
        version: Version of the collection.
        sources: The hosts with their results, in the order in which a run takes them.
        serial: Sizes of its batches.
        most_failing: Percent of the hosts of a batch that may fail before the next one.
    """
    hosts = tuple(map(_read, sources))
    return EstatePlan(title, created, version, hosts, batches(hosts, serial), tuple(serial), most_failing)


def _read(source: Source) -> PlanHost:
    result = source.result
    if not isinstance(result, dict):
        return PlanHost(source.name, PlanState.FAILED, _NOT_PLANNED, source.roles)
    # The pages name the host before its message, as the message itself does.
    message = _message(result.get("msg", "")).removeprefix(f"{source.name}: ")
    if result.get("unreachable") is True:
        return PlanHost(source.name, PlanState.UNREACHABLE, message, source.roles)
    if result.get("skipped") is True:
        return PlanHost(source.name, PlanState.SKIPPED, message, source.roles)
    if "plan_digest" not in result:
        return PlanHost(source.name, PlanState.FAILED, message or _NOT_PLANNED, source.roles)
    try:
        return _planned(source, result, message)
    except ResultError as error:
        return PlanHost(source.name, PlanState.FAILED, f"The host's result cannot be read: {error}", source.roles)


def _planned(source: Source, result: Mapping[str, Any], message: str) -> PlanHost:
    work = _work(source.name, result)
    failed = flag_of(result, "failed")
    if failed and not flag_of(result, "changed") and work.commands:
        state = PlanState.REFUSED
    else:
        # What stays closed after the run fails the task, and is what the report is for; the run would do its work.
        state = PlanState.CHANGE if flag_of(result, "changed") else PlanState.NOTHING
    foreign = mapping_of(result, "foreign")
    return PlanHost(
        name=source.name,
        state=state,
        message=message if failed else "",
        roles=source.roles,
        digest=text_of(result, "plan_digest"),
        work=work if state is not PlanState.NOTHING else Work(refused=work.refused),
        kept=len(list_of(result, "kept")),
        connected_to=text_of(result, "connected_to"),
        foreign={key: foreign[key] for key in _FOREIGN if key in foreign},
    )


def _work(host: str, result: Mapping[str, Any]) -> Work:
    rows = [(text_of(row, "id"), text_of(row, "service")) for row in list_of(result, "requirements")]
    services = {row_id: service_in_words(row_id, service) for row_id, service in rows}
    undo, told = mapping_of(result, "undo"), tell_rules(result, services)
    groups = [(flag_of(item, "enabled"), item) for item in list_of(result, "groups_switched")]
    arms, cuts = mapping_of(result, "arms_rollback"), read_cuts(mapping_of(result, "cuts"))
    return Work(
        service=tuple(f"The Windows Firewall service: {what}" for what in texts_of(result, "service_changes")),
        opens=told.opens,
        blocks=told.blocks,
        groups_on=tuple(group_at_length(item) for on, item in groups if on),
        changes=told.changes,
        closes=told.closes,
        groups_off=tuple(group_at_length(item) for on, item in groups if not on),
        settings=(
            *map(setting_in_words, list_of(result, "settings_changed")),
            *(
                f"The firewall of the {profile} profile is switched on"
                for profile in texts_of(result, "profiles_enabled")
            ),
        ),
        switched=tuple(group_name(text_of(item, "group")) for _on, item in groups),
        warnings=tuple(
            _message(warning).removeprefix(f"{host}: ")
            for warning in (list_of(result, "warnings") if result.get("warnings") else ())
        ),
        commands=texts_of(result, "commands"),
        undo=texts_of(undo, "commands"),
        losses=texts_of(undo, "losses"),
        refused=tuple(f"{text_of(item, 'subject')}: {text_of(item, 'reason')}" for item in list_of(result, "refused")),
        impact=cut_in_words(cuts),
        cuts=cuts,
        ranges=told.ranges,
        armed=flag_of(arms, "armed"),
        armed_why=texts_of(arms, "why"),
        minutes=count_of(arms, "minutes"),
    )


def foreign_rules(host: PlanHost) -> int | None:
    """How many rules of others a host has; None where it was not read.

    Raises:
        ResultError: Its fingerprint is none.
    """
    return count_of(host.foreign, "rules") if host.foreign else None


def _message(value: Any) -> str:
    return printable(str(value))[:_LONGEST_MESSAGE]
