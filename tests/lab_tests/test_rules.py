# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule strings: reading and writing against real policies and generated ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.windows.registry import Registry
from lab.windows.rules import KEY_ORDER, REPEATABLE, RuleError, parse_rule, rule_text
from real_data import rule_strings


def real_rules(folder: Path, key_end: str) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.reg.txt")):
        registry = Registry()
        paths = registry.load_dump(path.read_bytes().decode("utf-8"))
        for key_path in paths:
            if key_path.endswith(key_end):
                key = registry.find(key_path)
                assert key is not None
                found += [value.data for value in key.values.values() if "Action=" in value.data]
    return found


def test_service_written_rules_come_back_as_they_were(registry_data: Path) -> None:
    rules = real_rules(registry_data, r"\FirewallRules")
    assert len(rules) > 2000
    different = [text for text in rules if rule_text(parse_rule(text)) != text]
    assert different == []


def test_hand_written_rules_can_be_read(registry_data: Path) -> None:
    rules = real_rules(registry_data, r"\Static\System")
    assert len(rules) > 100
    for text in rules:
        rule = parse_rule(text)
        assert rule.first("Action") in ("Allow", "Block")
        assert rule.first("Dir") in ("In", "Out")
        # Nothing is lost: as many values as the text has, comma lists counted.
        values = sum(
            len(pair.partition("=")[2].split(",")) if re.match(r"[lr]port=", pair, re.IGNORECASE) else 1
            for pair in text.split("|")[1:]
            if pair
        )
        assert len(rule.tokens) + len(rule.unknown) == values


def test_published_rule_strings_keep_their_tokens() -> None:
    readable = [text for text in rule_strings() if re.match(r"v2", text) and "Action=" in text]
    assert len(readable) > 250
    for text in readable:
        rule = parse_rule(text)
        before = sorted(pair.upper() for pair in text.split("|")[1:] if pair)
        after = sorted(pair.upper() for pair in rule_text(rule).split("|")[1:] if pair)
        assert before == after


def test_lenient_reading_of_microsofts_own_style() -> None:
    rule = parse_rule(r"V2.0|LPORT=68|app=%windir%\x.exe|Protocol=udp|rport=67,547|dir=in|action=allow|")
    assert rule.version == (2, 0)
    assert rule.first("Protocol") == "17"
    assert rule.all("RPort") == ("67", "547")
    assert not rule.active
    assert rule_text(rule) == (r"v2.0|Action=Allow|Dir=In|Protocol=17|LPort=68|RPort=67|RPort=547|App=%windir%\x.exe|")


def test_unknown_keys_are_kept() -> None:
    rule = parse_rule("v2.33|Action=Allow|Active=TRUE|Dir=In|Future=x=y|")
    assert rule.unknown == (("Future", "x=y"),)
    assert rule_text(rule).endswith("|Future=x=y|")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Action=Allow|Dir=In|",
        "v2.22|Action=Allow|",
        "v2.22|Dir=In|",
        "v2.22|Action=Maybe|Dir=In|",
        "v2.22|Action=Allow|Dir=In|Protocol=999|",
        "v2.22|Action=Allow|Dir=In|Name=a|Name=b|",
        "v2.22|Action=Allow|Dir=In|nonsense|",
    ],
)
def test_what_the_service_ignores(text: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(text)


plain = st.text(st.characters(blacklist_characters="|\r\n", blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30)
free_keys = [
    key
    for key in KEY_ORDER
    if key not in ("Action", "Active", "Dir", "Protocol", "Profile", "Edge", "Defer", "IFType", "LPort", "RPort")
]


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    tokens = [
        ("Action", draw(st.sampled_from(["Allow", "Block", "ByPass"]))),
        ("Dir", draw(st.sampled_from(["In", "Out"]))),
    ]
    if draw(st.booleans()):
        tokens.append(("Protocol", str(draw(st.integers(0, 255)))))
    for port in draw(st.lists(st.integers(0, 65535), max_size=4)):
        tokens.append((draw(st.sampled_from(["LPort", "RPort"])), str(port)))
    for key in draw(st.lists(st.sampled_from(free_keys), max_size=8)):
        if key in REPEATABLE or all(name != key for name, _unused in tokens):
            tokens.append((key, draw(plain)))
    tokens = draw(st.permutations(tokens))
    return f"v2.{draw(st.integers(0, 33))}|" + "".join(f"{key}={value}|" for key, value in tokens)


@given(rule_texts())
def test_writing_keeps_every_token_and_settles(text: str) -> None:
    rule = parse_rule(text)
    written = rule_text(rule)
    assert sorted(written.split("|")) == sorted(text.split("|"))
    assert parse_rule(written) == rule
    assert rule_text(parse_rule(written)) == written
    ranks = [KEY_ORDER.index(pair.partition("=")[0]) for pair in written.split("|")[1:] if pair]
    assert ranks == sorted(ranks)


@given(rule_texts())
def test_the_case_of_keys_does_not_matter(text: str) -> None:
    shouted = "|".join(
        pair if "=" not in pair else pair.partition("=")[0].upper() + "=" + pair.partition("=")[2]
        for pair in text.split("|")
    )
    assert parse_rule(shouted) == parse_rule(text)
