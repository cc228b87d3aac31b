# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about netsh: what became of each line, as the registry shows it, and what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._texts import lines_of, printable, said
from .batches import (
    ADDRESS_COUNTS,
    FILE_LENGTHS,
    LENGTHS,
    PORT_COUNTS,
    description_length,
    good_lines,
    long_lines,
)
from .gathered import Gathered, Ran, succeeded, text_of
from .marks import rule_name, rules_in
from .parts import Heard
from .questions import FILES
from .texts import first_columns
from .words import of_netsh
from .words import program as told_program

PROMPT = "netsh>"
WHOLE, ABSENT = "whole", "absent"
_MOST_LINES = 20


def netsh_answers(gathered: Gathered) -> dict[str, Any]:
    """Every answer whose name begins with ``netsh.``."""
    rules, runs, parts = gathered.rules, gathered.runs, gathered.netsh
    sent = _file_lengths(gathered.files)
    return {
        **_way("netsh.stdin", "stdin", rules),
        **_way("netsh.file", "file", rules),
        "netsh.stdin.code_all_good": _code(runs, "good"),
        "netsh.stdin.code_bad_in_the_middle": _code(runs, "mixed"),
        "netsh.stdin.code_bad_at_the_end": _code(runs, "last"),
        "netsh.stdin.code_without_bye": _code(runs, "open"),
        "netsh.stdin.works_without_bye": _there(rules, "open-good"),
        "netsh.stdin.prompts": runs["good"].text.count(PROMPT) if "good" in runs else None,
        "netsh.stdin.echoes": _echoes(runs["good"].text) if "good" in runs else None,
        "netsh.stdin.says": _says(runs["good"].text) if "good" in runs else None,
        "netsh.stdin.lines": _lengths(rules, "stdin", LENGTHS),
        "netsh.stdin.addresses": _counts(rules, "stdin-addresses", ADDRESS_COUNTS, "RA6="),
        "netsh.stdin.ports": _counts(rules, "stdin-ports", PORT_COUNTS, "LPort="),
        "netsh.stdin.text": description(rules, "stdin-text"),
        "netsh.file.succeeds_all_good": succeeded(parts, "file-good"),
        "netsh.file.succeeds_bad_in_the_middle": succeeded(parts, "file-mixed"),
        "netsh.file.succeeds_bad_at_the_end": succeeded(parts, "file-last"),
        "netsh.file.says": _says(parts["file-good"].text) if "file-good" in parts else None,
        "netsh.file.lines": _lengths(rules, "file", sent) if sent is not None else None,
        "netsh.file.text": description(rules, "file-text"),
        "netsh.file.text_with_mark": description(rules, "bom-text"),
        "netsh.any.tokens": tokens(rules, "any"),
        "netsh.any.tokens_tcp": tokens(rules, "any-tcp"),
        "netsh.turn.succeeds": succeeded(parts, "turn"),
        "netsh.turn.direction": _direction(text_of(parts, "turn-after")),
        "netsh.turn.keeps_id": _same_id(text_of(parts, "turn-before"), text_of(parts, "turn-after")),
        "netsh.delete_missing_succeeds": succeeded(parts, "delete-missing"),
        "netsh.export.succeeds": succeeded(parts, "export"),
        "netsh.export.writes": succeeded(parts, "exported"),
        "netsh.export.over_existing_succeeds": succeeded(parts, "export-over"),
        "netsh.export.over_existing_replaces": _not(succeeded(parts, "decoy-left")),
        "netsh.global.labels": first_columns(text_of(gathered.who, "global")),
    }


def longest_sent(files: Mapping[str, Heard], names: Iterable[str]) -> int | None:
    """Characters of the longest line of ``long.txt`` that came to the host as it was sent.

    Args:
        files: The files as they were read back, by ``file-`` and their number.
        names: Their names, in order.
    """
    number = list(names).index("long.txt")
    found = files.get(f"file-{number}")
    if found is None or not found.succeeded:
        return None
    arrived = {line.removesuffix("\r") for line in found.text.split("\n")}
    return max((len(line) for line in long_lines("file", FILE_LENGTHS) if line in arrived), default=0)


def tokens(rules: Mapping[str, str] | None, label: str) -> list[str] | None:
    """The fields of a rule as they are stored, but for its name; None where the rule is not there."""
    found = (rules or {}).get(rule_name(label))
    if found is None:
        return None
    return [said(field) for field in found.split("|")[1:] if field and not field.startswith("Name=")]


def description(rules: Mapping[str, str] | None, label: str) -> str | None:
    """The description of a rule as it is stored; None where the rule is not there, or has none."""
    return _field(rules, label, "Desc=")


def _field(rules: Mapping[str, str] | None, label: str, key: str) -> str | None:
    found = (rules or {}).get(rule_name(label), "")
    stored = next((field[len(key) :] for field in found.split("|") if field.startswith(key)), None)
    return None if stored is None else printable(stored)


def _way(name: str, way: str, rules: Mapping[str, str] | None) -> dict[str, Any]:
    """Whether netsh goes on after a bad line, and what it makes of a variable."""
    begun = _there(rules, f"{way}-mixed-1")
    return {
        # Where not even the first line was carried out, nothing is known of what follows a bad one.
        f"{name}.goes_on_after_bad_word": _there(rules, f"{way}-mixed-2") if begun else None,
        f"{name}.goes_on_after_unknown_command": _there(rules, f"{way}-mixed-3") if begun else None,
        f"{name}.program": told_program(_field(rules, f"{way}-program", "App=")),
    }


def _there(rules: Mapping[str, str] | None, label: str) -> bool | None:
    return None if rules is None else rule_name(label) in rules


def _code(runs: Mapping[str, Ran], name: str) -> int | None:
    return runs[name].code if name in runs else None


def _echoes(text: str) -> bool:
    return good_lines("stdin")[0] in text


def _says(text: str) -> list[str]:
    """What netsh says of good lines: each of its lines once, without prompts and without what it was told.

    A helper by others may print its own at every start.
    """
    told = {*good_lines("stdin"), "bye"}
    lines = (line.replace(PROMPT, "").strip() for line in lines_of(text))
    shown = (of_netsh(line) for line in lines if line and line not in told)
    return list(dict.fromkeys(shown))[:_MOST_LINES]


def _file_lengths(files: Mapping[str, Heard]) -> tuple[int, ...] | None:
    longest = longest_sent(files, FILES)
    return None if longest is None else tuple(length for length in FILE_LENGTHS if length <= longest)


def _lengths(rules: Mapping[str, str] | None, way: str, lengths: Iterable[int]) -> dict[str, str] | None:
    """What became of each long line: stored whole, absent, or cut to so many characters of its description."""
    if rules is None:
        return None
    found = {}
    for length in lengths:
        label = f"{way}-long-{length}"
        stored = len(description(rules, label) or "")
        whole = stored == description_length(length, label)
        there = rule_name(label) in rules
        found[str(length)] = WHOLE if whole else f"cut to {stored}" if there else ABSENT
    return found


def _counts(rules: Mapping[str, str] | None, label: str, counts: Iterable[int], key: str) -> dict[str, int] | None:
    """How many entries of each long list are stored; 0 where the rule is not there."""
    if rules is None:
        return None
    stored = {count: rules.get(rule_name(f"{label}-{count}"), "") for count in counts}
    return {str(count): sum(field.startswith(key) for field in rule.split("|")) for count, rule in stored.items()}


def _direction(text: str | None) -> str | None:
    return next((field[4:] for field in (text or "").split("|") if field in ("Dir=In", "Dir=Out")), None)


def _same_id(before: str | None, after: str | None) -> bool | None:
    ids = [[name for name, _rule in rules_in(text or "")] for text in (before, after)]
    return ids[0] == ids[1] if all(ids) else None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
