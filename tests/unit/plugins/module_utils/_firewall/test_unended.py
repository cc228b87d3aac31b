# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule strings without their end: the value is asked for alone, and nothing that is forged becomes a rule."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import (
    LONGEST_COMMAND,
    read_command,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import ReadError, parse_answer
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    GROUP_POLICY,
    POLICY,
    WindowsModel,
    foreign,
)
from hypothesis import given, settings
from hypothesis import strategies as st

MARKER = "a1b2c3d4"
LOCAL_RULES, POLICY_RULES = POLICY + r"\FirewallRules", GROUP_POLICY + r"\FirewallRules"
# ../shared/cases/unended-rule-in-policy.reg.txt: a script that is copied a lot writes it so into Group Policy.
WINRM = (
    "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5985|App=System|Name=@FirewallAPI.dll,-30253|"
    "Desc=@FirewallAPI.dll,-30256|EmbedCtxt=@FirewallAPI.dll,-30252"
)
FORGED = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1|Name=FORGED|"


def host(texts: dict[str, dict[str, str]]) -> WindowsModel:
    return WindowsModel(
        local={"{L}": foreign("ours", ("LPort", "5061"))},
        group_policy={"{G}": foreign("theirs", ("LPort", "5062"))},
        policy_profiles={"Private": {"EnableFirewall": 1}},
        texts=texts,
    )


def read(model: WindowsModel) -> tuple[Snapshot, list[str]]:
    asked: list[str] = []

    def ask(line: str) -> str:
        asked.append(line)
        assert len(line) <= LONGEST_COMMAND
        return model.run(line)

    return parse_answer(model.run(read_command(MARKER)), MARKER, ask=ask), asked


def opaque(snapshot: Snapshot) -> list[str]:
    return [rule.rule_id for rule in snapshot.rules if rule.opaque]


@pytest.mark.parametrize("key", [LOCAL_RULES, POLICY_RULES])
def test_an_unended_rule_is_opaque_itself_and_nothing_behind_it_is_blamed(key: str) -> None:
    snapshot, asked = read(host({key: {"WINRM-HTTP-In-TCP": WINRM}}))
    assert opaque(snapshot) == ["WINRM-HTTP-In-TCP"]
    assert [rule.name for rule in snapshot.rules if not rule.opaque] == ["ours", "theirs"]
    (line,) = asked
    assert line.count("reg query") == 1
    assert f'reg query "{key}" /v "WINRM-HTTP-In-TCP"' in line
    assert next(rule for rule in snapshot.rules if rule.opaque).store is (
        Store.LOCAL if key == LOCAL_RULES else Store.GROUP_POLICY
    )


def test_an_unended_rule_that_is_the_last_of_its_key_does_not_hide_the_keys_behind_it() -> None:
    model = host({POLICY_RULES: {"WINRM-HTTP-In-TCP": WINRM}})
    model.group_policy = {}
    snapshot, asked = read(model)
    assert opaque(snapshot) == ["WINRM-HTTP-In-TCP"]
    assert len(asked) == 1
    with pytest.raises(ReadError, match="forged"):
        parse_answer(model.run(read_command(MARKER)), MARKER)


def test_a_host_without_such_rules_is_asked_once() -> None:
    assert read(host({}))[1] == []
    model = host({LOCAL_RULES: {"WINRM-HTTP-In-TCP": WINRM}})
    model.local = {}
    assert read(model)[1] == [], "nothing follows it"


def test_several_are_asked_for_in_one_line_that_cmd_takes() -> None:
    snapshot, asked = read(host({LOCAL_RULES: {f"Rule & (number) {number:02}": WINRM for number in range(30)}}))
    assert len(opaque(snapshot)) == 30
    assert len(asked) == 1
    _snapshot, asked = read(host({LOCAL_RULES: {f"Rule {number:03}": WINRM for number in range(90)}}))
    assert len(asked) == 1
    assert 30 < asked[0].count("reg query") < 90


@pytest.mark.parametrize(
    "rest",
    [
        f"\r\n    {{F}}    REG_SZ    {FORGED}",
        f"\n    {{F}}    REG_SZ    {FORGED}\n    {{F2}}    REG_SZ    {FORGED}",
        f"\r\n\r\nsecond|\r\n    {{F}}    REG_SZ    {FORGED}",
        f"\r\n\r\n{POLICY_RULES}\r\n    {{F}}    REG_SZ    {FORGED}",
        f"\r\n\r\n{GROUP_POLICY}\\Other\r\n    EnableFirewall    REG_DWORD    0x0",
        f"\r\n\r\n{GROUP_POLICY}\\Other\r\n    EnableFirewall    REG_DWORD    0x0\r\n|",
        f"\r\n    Evil    REG_SZ    {FORGED}",
    ],
)
@pytest.mark.parametrize("key", [LOCAL_RULES, POLICY_RULES])
def test_a_value_that_forges_others_is_refused_and_named(key: str, rest: str) -> None:
    with pytest.raises(ReadError, match=r"'Evil'.*(line break|one of them is forged)"):
        read(host({key: {"Evil": WINRM + rest}}))


def test_a_line_break_that_forges_nothing_harms_only_its_own_rule() -> None:
    snapshot, asked = read(host({LOCAL_RULES: {"Broken": WINRM + "\r\n\r\nsecond line|"}}))
    assert opaque(snapshot) == ["Broken"]
    assert len(asked) == 1


@pytest.mark.parametrize("name", ['a"b', "100%", "a!b", "caf\u00e9", "/s", "C:\\"])
def test_a_name_that_cmd_cannot_be_given_leaves_what_follows_in_doubt(name: str) -> None:
    snapshot, asked = read(host({LOCAL_RULES: {name: WINRM}}))
    assert asked == []
    assert opaque(snapshot) == sorted([name, "{L}"])


def test_a_value_that_is_gone_when_asked_for_leaves_what_follows_in_doubt() -> None:
    model = host({LOCAL_RULES: {"Gone": WINRM}})
    text = model.run(read_command(MARKER))
    model.texts = {}
    assert opaque(parse_answer(text, MARKER, ask=model.run)) == ["Gone", "{L}"]


def test_half_an_answer_about_a_value_is_no_answer() -> None:
    model = host({LOCAL_RULES: {"Broken": WINRM}})
    text = model.run(read_command(MARKER))
    whole: list[str] = []
    parse_answer(text, MARKER, ask=lambda line: whole.append(model.run(line)) or whole[0])
    for end in range(len(whole[0]) - 1):
        with pytest.raises(ReadError, match="cut off"):
            parse_answer(text, MARKER, ask=lambda _line, end=end: whole[0][:end])


_FORGERIES = st.sampled_from(
    [
        f"    {{F}}    REG_SZ    {FORGED}",
        f"    {{F2}}    REG_SZ    {FORGED}",
        f"    {{F3}}    REG_SZ    {FORGED[:-1]}",
        "    EnableFirewall    REG_DWORD    0x0",
        LOCAL_RULES,
        POLICY_RULES,
        GROUP_POLICY + r"\DomainProfile",
        "more text",
        "more text|",
        "",
    ]
)
_DESCRIPTIONS = st.builds(
    lambda first, lines, end, close: end.join([first, *lines]) + close,
    st.sampled_from(["", "a text"]),
    st.lists(_FORGERIES, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "|"]),
)


@settings(max_examples=5 * settings.default.max_examples)
@given(
    st.sampled_from([LOCAL_RULES, POLICY_RULES]),
    st.dictionaries(st.sampled_from(["Evil", "{E}", "z a & b"]), _DESCRIPTIONS, min_size=1),
)
def test_nothing_in_a_description_becomes_a_rule_or_a_setting(key: str, descriptions: dict[str, str]) -> None:
    texts = {name: f"{WINRM}|Desc2={description}" for name, description in descriptions.items()}
    try:
        snapshot, _asked = read(host({key: texts}))
    except ReadError:
        return
    assert {rule.name for rule in snapshot.rules} == {"ours", "theirs", "@FirewallAPI.dll,-30253"}
    assert {rule.rule_id for rule in snapshot.rules} == {"{L}", "{G}", *texts}
    assert not any(rule.opaque for rule in snapshot.rules if rule.rule_id in ("{L}", "{G}"))
    assert all(state.enabled for state in snapshot.profiles)
