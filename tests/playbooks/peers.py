# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of other firewall modules ask of Windows (tests/peers/scenarios.yml), and whether a host shows it.

Rule strings are read here by [MS-GPFAS] 2.2.2 once more, for neither the collection's reader nor the lab's shall
decide what is equal: ports and addresses are sets, all three profiles are none, a path's variables their values.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

SCENARIOS = Path(__file__).resolve().parents[1] / "peers" / "scenarios.yml"
_MERGED = {"LPort2_10": "LPort", "RPort2_10": "RPort", "LA4": "LA", "LA6": "LA", "RA4": "RA", "RA6": "RA"}
_TOLD = ("Name", "Desc", "EmbedCtxt")  # what a rule is called, by whomever; no condition
_WINDOWS = re.compile(r"%(systemroot|windir)%", re.IGNORECASE)
_VALUE = re.compile(r"^ {4}(\S+) {4}REG_[A-Z_]+ {4}(.*)$")
_KEYS = {"domain": "DomainProfile", "private": "StandardProfile", "public": "PublicProfile"}


@dataclass(frozen=True)
class Scenario:
    """One scenario; the file says what each part is. Names of rules end in the id, so that many fit onto one host."""

    id: str
    peer: str
    source: str
    what: str
    wanted: Mapping[str, Any]
    expect: Mapping[str, Any]
    variant_of: str = ""
    start: tuple[str, ...] = ()
    earlier: Mapping[str, Any] | None = None
    mode: str = ""
    changed: bool = True
    drift: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The key of `expect` that says what it is about: rules, profiles, groups, refused or no_words."""
        return next(iter(self.expect))

    @property
    def profiles(self) -> frozenset[str]:
        """The profiles that it changes or looks at."""
        return frozenset([*self.wanted.get("profile_settings", ()), *self.expect.get("profiles", ())])

    @property
    def names(self) -> list[str]:
        """The names of the wanted rules."""
        return [str(rule.get("name", "")) for rule in self.wanted.get("extra_rules", ())]


_ONE_EACH = ("ICMP4", "ICMP6", "IFType")
_TELLS_APART = re.compile(r"(ICMP4|ICMP6|IFType|Name)=")


def scenarios() -> list[Scenario]:
    """All scenarios, in the file's order. Raises TypeError for a part that there is not."""
    return [_own(Scenario(**entry)) for entry in yaml.safe_load(SCENARIOS.read_text())]


def _own(scenario: Scenario) -> Scenario:
    def named(wanted: Mapping[str, Any]) -> dict[str, Any]:
        rules = wanted.get("extra_rules")
        if rules is None:
            return dict(wanted)
        longer = [{**rule, "name": f"{rule['name']} {scenario.id}"} if "name" in rule else rule for rule in rules]
        return {**wanted, "extra_rules": longer}

    return replace(
        scenario,
        wanted=named(scenario.wanted),
        earlier=None if scenario.earlier is None else named(scenario.earlier),
        start=tuple(scenario.start),
        drift=tuple(scenario.drift),
    )


def together(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What several scenarios write, as the variables of one host."""
    rules: list[Any] = []
    settings: dict[str, Any] = {}
    groups: dict[str, list[str]] = {}
    for part in parts:
        rules += part.get("extra_rules", ())
        settings.update(part.get("profile_settings", {}))
        for state, names in part.get("builtin_groups", {}).items():
            groups.setdefault(state, []).extend(names)
    values = {"extra_rules": rules, "profile_settings": settings, "builtin_groups": groups}
    return {f"lync_firewall_{name}": value for name, value in values.items() if value}


def tokens(rule: str) -> dict[str, list[str]]:
    """The tokens of a rule string, key to its values in order."""
    found: dict[str, list[str]] = {}
    for token in rule.split("|")[1:-1]:
        key, _equals, value = token.partition("=")
        found.setdefault(key, []).append(value)
    return found


def own_rule(name: str, rules: Mapping[str, str]) -> tuple[str, str] | None:
    """Id and string of the rule that was made for a name; where it took several, of one that says what all of them do.

    netsh takes one type of ICMP and one type of interface a rule. Raises AssertionError for any other reason.
    """
    slug = name.rpartition(" ")[2]  # a rule that somebody has renamed has lost it
    found = [
        (rule_id, text)
        for rule_id, text in rules.items()
        if f": {name}. " in f"{tokens(text).get('Desc', [''])[0]}. " and slug in tokens(text)["Name"][0]
    ]
    if len(found) < 2:
        return found[0] if found else None
    spread = [token for _id, text in found[1:] for token in text.split("|") if token.partition("=")[0] in _ONE_EACH]
    bare = {"|".join(token for token in text.split("|") if not _TELLS_APART.match(token)) for _id, text in found}
    assert len(bare) == 1, found
    return found[0][0], "|".join([*found[0][1].split("|")[:-1], *spread, ""])


def wrong_rule(wanted: Mapping[str, Any] | None, text: str | None) -> str:
    """What is wrong with a rule string, or with there being none; nothing when it is as wanted."""
    if wanted is None or text is None:
        return "" if wanted is None and text is None else f"there is {text or 'no such rule'}"
    have = _comparable({key: values for key, values in tokens(text).items() if key not in _TOLD})
    want = _comparable({key: _texts(value) for key, value in wanted.items()})
    return "" if have == want else f"{text} is not {dict(wanted)}"


def _texts(value: Any) -> list[str]:
    return [str(value).upper()] if isinstance(value, bool) else str(value).split(",")


def _comparable(values: Mapping[str, list[str]]) -> dict[str, Any]:
    merged: dict[str, list[str]] = {}
    for key, texts in values.items():
        merged.setdefault(_MERGED.get(key, key), []).extend(texts)
    if len(set(merged.get("Profile", ()))) == 3:
        del merged["Profile"]
    return {key: frozenset(_parts(key, texts)) for key, texts in merged.items()}


def _parts(key: str, texts: Iterable[str]) -> Iterator[Any]:
    if key in ("LA", "RA"):
        yield from _networks(texts)
        return
    for text in texts:
        low, dash, high = text.partition("-")
        if key in ("LPort", "RPort") and dash and low.isdecimal():
            yield from map(str, range(int(low), int(high) + 1))
        else:
            yield _WINDOWS.sub(lambda _found: r"C:\Windows", text).lower()


def _networks(texts: Iterable[str]) -> Iterator[Any]:
    networks: list[ipaddress.IPv4Network] = []
    for text in texts:
        low, dash, high = text.partition("-")
        try:
            if dash:
                networks += ipaddress.summarize_address_range(ipaddress.IPv4Address(low), ipaddress.IPv4Address(high))
            else:
                networks.append(ipaddress.IPv4Network(text, strict=False))
        except ValueError:  # a keyword, or of IP version 6, which no scenario has
            yield text
    yield from ipaddress.collapse_addresses(networks)


def profile_values(store: str) -> dict[str, dict[str, str]]:
    """The values of the profiles and of their Logging keys, of what `reg query … /s` prints of the local store."""
    found: dict[str, dict[str, str]] = {profile: {} for profile in _KEYS}
    current: dict[str, str] = {}
    for line in store.splitlines():
        if line.startswith("HKEY_"):
            path = line.removesuffix(r"\Logging").rpartition("\\")[2]
            current = next((found[profile] for profile, key in _KEYS.items() if key == path), {})
        elif value := _VALUE.match(line):
            current[value[1]] = str(int(value[2], 16)) if value[2].startswith("0x") else value[2]
    return found


def wrong_profile(wanted: Mapping[str, Any], have: Mapping[str, str]) -> str:
    """Which values of a profile are not as wanted. Values that are not there are as [MS-FASP] <13> has them."""
    defaults = {"EnableFirewall": "1", "DefaultInboundAction": "1", "DefaultOutboundAction": "0", "LogFileSize": "1024"}
    wrong = {}
    for key, value in wanted.items():
        found = have.get(key, defaults.get(key, "0"))
        if set(_parts(key, [str(value)])) != set(_parts(key, [found])):
            wrong[key] = found
    return f"{wrong}, wanted {dict(wanted)}" if wrong else ""
