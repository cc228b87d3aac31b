# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule of a result in words, for people who decide about a change and do not read netsh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._report.parts import text_of, texts_of

_MOST_NAMED = 24
_ANYBODY = ("any", "*", "")
_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "any": "any protocol"}


def in_words(rule: Any, services: Mapping[str, str]) -> str:
    """Who may reach what by a rule.

    Args:
        rule: A rule as the modules return it.
        services: Id of a row of the catalogue to the service that needs it.

    Raises:
        ResultError: It is none.
    """
    inbound = text_of(rule, "direction") != "out"
    allowed = "may" if text_of(rule, "action") == "allow" else "may not"
    who = _listed(texts_of(rule, "remote_addresses"))
    ours, theirs = _ports(rule, "local_ports"), _ports(rule, "remote_ports")
    protocol = text_of(rule, "protocol")
    over = _PROTOCOLS.get(protocol, protocol)
    if inbound:
        sentence = f"{_start(who)} {allowed} connect to {over}{ours}"
        sentence += f" from its own ports{theirs}" if theirs else ""
    else:
        sentence = f"The host {allowed} connect to {over}{theirs} of {who}"
        sentence += f" from its own ports{ours}" if ours else ""
    program, profiles = text_of(rule, "program"), texts_of(rule, "profiles")
    sentence += f", only the program {program}" if program else ""
    sentence += f", in the {' and '.join(profiles)} profile" if 0 < len(profiles) < 3 else ""
    needed = _services(texts_of(rule, "rows"), services)
    return f"{sentence}: {needed}" if needed else sentence


def _ports(rule: Any, key: str) -> str:
    ports = text_of(rule, key)
    return "" if ports in _ANYBODY else f" {ports.replace(',', ', ')}"


def _listed(addresses: Iterable[str]) -> str:
    texts = list(addresses)
    if not texts or any(text in _ANYBODY for text in texts):
        return "any address"
    more = len(texts) - _MOST_NAMED
    return ", ".join(texts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _start(who: str) -> str:
    return "Any address" if who == "any address" else who


def _services(rows: Iterable[str], services: Mapping[str, str]) -> str:
    """The services of rows, each once, and the ids of the rows."""
    ids = list(rows)
    names = dict.fromkeys(services[row] for row in ids if row in services)
    return f"{', '.join(names)} ({', '.join(ids)})" if names else ", ".join(ids)
