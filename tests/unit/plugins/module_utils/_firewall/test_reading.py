# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one command that reads a host, and what is made of whole, cut, localised and hostile answers."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.programs import (
    parse_programs,
    programs_command,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.read_command import (
    before_begin,
    read_command,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import (
    NotElevated,
    ReadError,
    parse_answer,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import Profile, Store
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    GROUP_POLICY,
    LANGUAGES,
    POLICY,
    WindowsModel,
    foreign,
)

MARKER = "a1b2c3d4"


def sample(language: str = "en") -> WindowsModel:
    return WindowsModel(
        local={
            "{A}": foreign("CS RTCSRV", ("LPort", "5061")),
            "TCP Query User{B}C:\\a b.exe": foreign("\u00dcberwachung"),
        },
        group_policy={"{G}": foreign("LyncOps in-tcp-5061 g1", ("LPort", "5061"))},
        policy_profiles={"Domain": {"AllowLocalPolicyMerge": 0, "DefaultInboundAction": 1}},
        language=language,
    )


def answer(host: WindowsModel) -> str:
    return host.run(read_command(MARKER))


def parsed(host: WindowsModel) -> Snapshot:
    return parse_answer(answer(host), MARKER)


def test_the_command_is_one_short_line_for_every_part() -> None:
    command = read_command("f" * 8)
    assert len(command) < 4000, "cmd stops at 8,191 and more keys are to come"
    for needed in (
        "whoami /groups",
        "sc query MpsSvc",
        r'FirewallPolicy" <nul',
        r"FirewallPolicy\FirewallRules",
        r"FirewallPolicy\Mdm",
        r"FirewallPolicy\ConSecRules",
        r"FirewallPolicy\DomainProfile",
        r"FirewallPolicy\StandardProfile",
        r"FirewallPolicy\PublicProfile",
        r"SOFTWARE\Policies\Microsoft\WindowsFirewall",
        r"Services\MpsSvc",
        r"Services\BFE",
        r"WSMAN\Listener",
    ):
        assert needed in command
    assert "RestrictedServices" not in command, "half of the bytes, and nobody's to manage"
    assert "powershell" not in command.lower()
    assert "%" not in command.replace("%SystemRoot%", ""), "cmd expands it before it runs anything"
    assert command.count("<nul") == command.count("(") == command.count("||echo ") == 14


def test_the_command_stays_short_with_the_services_of_a_whole_front_end() -> None:
    services = [f"A SERVICE WITH A LONG NAME {number}" for number in range(30)]
    assert len(programs_command("f" * 8, services)) < 7500


def test_programs_of_services_that_are_asked_for() -> None:
    host = sample()
    host.programs = {"RTCSRV": '"C:\\Program Files\\Lync\\RTCSrv.exe" -x', "OTHER": "C:\\o.exe"}
    services = ("MISSING", "RTCSRV")
    found = parse_programs(host.run(programs_command(MARKER, services)), MARKER, services)
    assert found == {"rtcsrv": "C:\\Program Files\\Lync\\RTCSrv.exe"}


def test_a_cut_answer_about_programs_is_none() -> None:
    host = sample()
    host.programs = {"RTCSRV": "C:\\RTCSrv.exe"}
    whole = host.run(programs_command(MARKER, ["RTCSRV"]))
    for end in range(len(whole) - 1):
        with pytest.raises(ReadError):
            parse_programs(whole[:end], MARKER, ["RTCSRV"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_answer_in_any_language(language: str) -> None:
    snapshot = parsed(sample(language))
    assert snapshot.service.running
    assert snapshot.service.automatic
    assert snapshot.filtering_start == 2
    assert [(rule.store, rule.rule_id, rule.name) for rule in snapshot.rules] == [
        (Store.LOCAL, "TCP Query User{B}C:\\a b.exe", "\u00dcberwachung"),
        (Store.LOCAL, "{A}", "CS RTCSRV"),
        (Store.GROUP_POLICY, "{G}", "LyncOps in-tcp-5061 g1"),
    ]
    assert [(listener.port, listener.transport.lower(), listener.enabled) for listener in snapshot.listeners] == [
        (5985, "http", True)
    ]
    domain, private, public = snapshot.profiles
    assert (domain.local_rules, private.local_rules, public.local_rules) == (False, True, True)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_cut_answer_is_ever_taken_for_a_snapshot(language: str) -> None:
    whole = answer(sample(language))
    parse_answer(whole, MARKER)
    for end in range(len(whole)):
        with pytest.raises((ReadError, NotElevated)):
            parse_answer(whole[:end], MARKER)


@pytest.mark.parametrize("name", ["token", "state", "service", "domain", "policy", "rules"])
def test_no_part_may_be_missing(name: str) -> None:
    lines = answer(sample()).split("\r\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(f"@{MARKER}-{name}-"))
    with pytest.raises(ReadError, match="cut off"):
        parse_answer("\r\n".join(lines[:start] + lines[start + 1 :]), MARKER)


def test_a_marker_of_another_read_is_no_marker() -> None:
    with pytest.raises(ReadError):
        parse_answer(answer(sample()), "00000000")


@pytest.mark.parametrize("name", ["service", "domain", "private", "public", "rules"])
def test_a_part_that_every_windows_has_must_succeed(name: str) -> None:
    text = answer(sample())
    with pytest.raises(ReadError, match="failed on the host"):
        parse_answer(text.replace(f"@{MARKER}-{name}-ok", f"@{MARKER}-{name}-no"), MARKER)


def with_text(text: str, name: str, body: str) -> str:
    """An answer with another text in one of its parts."""
    end = text.index(f"@{MARKER}-{name}-")
    start = text.index("\n", text.rindex("@" + MARKER, 0, end)) + 1
    return text[:start] + body + text[end:]


LISTED = POLICY + r"\FirewallRules" + "\r\n"


@pytest.mark.parametrize("body", ["", "\r\n"])
def test_an_empty_dump_of_a_key_that_its_parent_does_not_list_is_never_no_rules(body: str) -> None:
    text = with_text(answer(sample()), "rules", body)
    assert text.count(LISTED) == 1
    with pytest.raises(ReadError, match="never taken for none"):
        parse_answer(text.replace(LISTED, ""), MARKER)


def test_no_output_at_all_is_never_no_rules() -> None:
    with pytest.raises(ReadError, match="never taken for none"):
        parse_answer(with_text(answer(sample()), "rules", ""), MARKER)


def test_values_that_seem_to_be_another_keys_are_never_no_rules() -> None:
    body = f"\r\n{GROUP_POLICY}\\Sub\r\n    x    REG_SZ    y\r\n\r\n"
    with pytest.raises(ReadError, match="never taken for none"):
        parse_answer(with_text(answer(sample()), "rules", body), MARKER)


@pytest.mark.parametrize("default_value", [False, True])
def test_a_rules_key_without_rules_is_no_error(default_value: bool) -> None:
    host = WindowsModel(default_value=default_value)
    assert parsed(host).rules == ()
    rules = answer(host).split(f"@{MARKER}-rollback-no\r\n")[1]
    assert (POLICY in rules) is default_value, "real Windows prints no header of a queried key without values"


def test_a_rules_key_whose_name_is_printed_though_it_has_no_values() -> None:
    assert parse_answer(with_text(answer(sample()), "rules", f"\r\n{LISTED}\r\n"), MARKER).local_rules() == ()


def test_a_profile_without_settings_of_its_own() -> None:
    host = sample()
    host.profiles = {name: {} for name in host.profiles}
    host.policy_profiles = {}
    assert [state.enabled for state in parsed(host).profiles] == [True, True, True]
    host.logging = False
    assert [state.enabled for state in parsed(host).profiles] == [True, True, True]


AUTORUN = "Welcome\r\n\r\nMandatory Label    S-1-16-12288\r\n@a1b2-token-ok\r\n"


@pytest.mark.parametrize("ends_with_a_line_break", [True, False])
def test_what_an_autorun_line_prints_is_no_part_of_the_answer(ends_with_a_line_break: bool) -> None:
    host = sample()
    plain = parsed(host)
    host.autorun = AUTORUN if ends_with_a_line_break else AUTORUN + "C:\\>"
    host.programs = {"RTCSRV": "C:\\RTCSrv.exe"}
    assert parsed(host) == plain
    found = parse_programs(host.run(programs_command(MARKER, ["RTCSRV"])), MARKER, ["RTCSRV"])
    assert found == {"rtcsrv": "C:\\RTCSrv.exe"}
    host.level = 8192
    with pytest.raises(NotElevated):
        parsed(host)


def test_a_forged_line_is_an_error_that_names_the_command() -> None:
    host = sample()
    host.local["{X}"] = foreign("x\r\n    {A}    REG_SZ    y")
    with pytest.raises(ReadError, match=r"FirewallRules.*twice"):
        parsed(host)


ISOLATION = "v2.20|Action=SecureServer|Active=TRUE|Profile=Domain|Name=Server isolation|Auth1Set={1}|"


def test_local_rules_that_require_ipsec_are_asked_for() -> None:
    host = sample()
    host.texts = {POLICY + r"\ConSecRules": {"{1}": ISOLATION}}
    assert [state.requires_ipsec for state in parsed(host).profiles] == [("Server isolation",), (), ()]


def test_a_filtered_token() -> None:
    host = sample()
    host.level = 8192
    with pytest.raises(NotElevated, match="LocalAccountTokenFilterPolicy"):
        parsed(host)


def test_an_account_that_is_no_administrator() -> None:
    host = sample("de")
    host.level, host.groups = 8192, "VORDEFINIERT\\Benutzer    Alias    S-1-5-32-545"
    with pytest.raises(NotElevated, match="S-1-5-32-544"):
        parsed(host)


def test_rights_that_cannot_be_told() -> None:
    text = answer(sample()).replace("S-1-16-12288", "")
    with pytest.raises(ReadError, match="mandatory level"):
        parse_answer(text, MARKER)


def test_the_system_account_is_enough() -> None:
    host = sample()
    host.level = 16384
    assert parsed(host).rules


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stopped_service(language: str) -> None:
    host = sample(language)
    host.state, host.start = 1, 4
    service = parsed(host).service
    assert (service.state, service.start, service.running, service.automatic) == (1, 4, False, False)


def test_a_service_that_cannot_be_asked_is_not_taken_to_run() -> None:
    text = answer(sample())
    start, end = text.index("SERVICE_NAME"), text.index(f"@{MARKER}-state-ok")
    cut = text[:start] + text[end:].replace("-state-ok", "-state-no")
    assert not parse_answer(cut, MARKER).service.running
    assert parse_answer(cut, MARKER).service.state is None


def test_no_group_policy() -> None:
    host = sample()
    host.group_policy = None
    snapshot = parsed(host)
    assert {rule.store for rule in snapshot.rules} == {Store.LOCAL}
    assert all(state.local_rules for state in snapshot.profiles)


def test_group_policys_standard_profile_stands_for_private_and_public() -> None:
    host = sample()
    host.policy_profiles = {"Standard": {"EnableFirewall": 0}}
    found = {state.profile: state.enabled for state in parsed(host).profiles}
    assert found == {Profile.DOMAIN: True, Profile.PRIVATE: False, Profile.PUBLIC: False}
    host.policy_profiles["Public"] = {"EnableFirewall": 1}
    found = {state.profile: state.enabled for state in parsed(host).profiles}
    assert found == {Profile.DOMAIN: True, Profile.PRIVATE: True, Profile.PUBLIC: True}, "[MS-GPFAS] 2.2.3"


@pytest.mark.parametrize("before", ["", AUTORUN, f"{AUTORUN}C:\\>"])
def test_what_an_autorun_line_prints_is_told_apart(before: str) -> None:
    host = sample()
    host.autorun = before
    assert before_begin(answer(host), MARKER) == before
    assert before_begin(before, MARKER) == "", "an answer without a beginning is none"
