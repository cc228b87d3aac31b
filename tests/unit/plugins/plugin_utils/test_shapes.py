# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options with keys of their own in a wrong shape are refused with the part that is wrong, and what to write."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import Option
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._options.site import (
    BUILTIN_GROUPS,
    EXTRA_RULES,
    PROFILE_SETTINGS,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from ansible_collections.lyncops.firewall.plugins.plugin_utils._keys import key_sentences, wrong_keys

GOOD = {"name": "Ping"}
PASTED = {"name": "Ping", "community.windows.win_firewall_rule": {"protocol": "icmpv4"}}


@pytest.mark.parametrize(
    ("option", "value", "where", "words"),
    [
        (EXTRA_RULES, "Ping", "extra_rules", "a list is needed, such as [{name: "),
        (EXTRA_RULES, GOOD, "extra_rules", "a list is needed"),
        (EXTRA_RULES, [GOOD, "Ping"], "extra_rules[1]", "keys and values are needed, such as {name: "),
        (EXTRA_RULES, [["Ping"]], "extra_rules[0]", "keys and values are needed"),
        (EXTRA_RULES, [{"protocol": "tcp"}], "extra_rules[0].name", "missing"),
        (EXTRA_RULES, [{**GOOD, "prot": "tcp"}], "extra_rules[0]", "Did you mean protocol?"),
        (
            EXTRA_RULES,
            [GOOD, {"name": "Agent", "prot": "tcp"}],
            "extra_rules[1]",
            "'Agent': 'prot' is none of its keys",
        ),
        (EXTRA_RULES, [{"prot": "tcp"}], "extra_rules[0]", "'prot' is none of its keys"),
        (EXTRA_RULES, [{**GOOD, "force": True}], "extra_rules[0]", "'force' is none of its keys. Leave it out: "),
        (EXTRA_RULES, [PASTED], "extra_rules[0]", "Paste what stands below the module's name"),
        (EXTRA_RULES, [{**GOOD, "enabled": "often"}], "extra_rules[0].enabled", "neither true nor false"),
        (EXTRA_RULES, [{**GOOD, "remoteip": {"a": 1}}], "extra_rules[0].remoteip", "a list of texts is needed"),
        (PROFILE_SETTINGS, ["domain"], "profile_settings", "{domain: {log_dropped: true}}"),
        (PROFILE_SETTINGS, "on", "profile_settings", "{domain: {log_dropped: true}}"),
        (PROFILE_SETTINGS, {"domain": [1]}, "profile_settings.domain", "{log_dropped: true}, not a list (1)"),
        (PROFILE_SETTINGS, {"domain": {"log_droped": True}}, "profile_settings.domain", "Did you mean log_dropped?"),
        (PROFILE_SETTINGS, {"home": {}}, "profile_settings", "They are domain, private, public"),
        (PROFILE_SETTINGS, {"public": {"log_size": "big"}}, "profile_settings.public.log_size", "no whole number"),
        (PROFILE_SETTINGS, {"public": {"log_allowed": 7}}, "profile_settings.public.log_allowed", "true nor false"),
        (BUILTIN_GROUPS, ["Netlogon"], "builtin_groups", "{enabled: [Remote Event Log Management]}, not a list"),
        (BUILTIN_GROUPS, {"enable": []}, "builtin_groups", "Did you mean enabled?"),
        (BUILTIN_GROUPS, {"enabled": {"Netlogon": True}}, "builtin_groups.enabled", "a list of texts is needed"),
    ],
    ids=str,
)
def test_a_wrong_shape_names_its_place_and_the_remedy(option: Option, value: Any, where: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        validate({option.name: value}, [option])
    assert caught.value.option == where
    assert words in caught.value.reason
    assert "<class" not in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value", "meant"),
    [
        (PROFILE_SETTINGS, '{"domain": {"log_size": "4096"}}', 4096),
        (PROFILE_SETTINGS, {"domain": '{"log_size": 4096}'}, 4096),
        (PROFILE_SETTINGS, {"domain": "log_size=4096"}, 4096),
        (PROFILE_SETTINGS, {"Domain": {"Log_Size": 4096}}, 4096),
        (PROFILE_SETTINGS, '{"DOMAIN": {"LOG_SIZE": 4096}}', 4096),
    ],
)
def test_what_ansible_reads_is_taken(option: Option, value: Any, meant: int) -> None:
    assert validate({option.name: value}, [option])[option.name]["domain"]["log_size"] == meant


def test_the_playbooks_say_beforehand_which_setting_of_a_profile_there_is_not() -> None:
    wrong = wrong_keys({"lync_firewall_profile_settings": {"domain": {"log_droped": True}, "public": None}}, False)
    (told,) = key_sentences([("fe01", wrong)], ["fe01"])
    assert told.startswith(
        "lync_firewall_profile_settings.domain: 'log_droped' is none of its keys. Did you mean log_d"
    )


def test_the_playbooks_take_keys_of_settings_in_any_case() -> None:
    assert not wrong_keys({"lync_firewall_profile_settings": {"Domain": {"LOG_SIZE": 1}}}, False)
    (wrong,) = wrong_keys({"lync_firewall_profile_settings": {"Domain": {"log_droped": True}}}, False)
    assert wrong == ("lync_firewall_profile_settings.domain", "log_droped")


def test_a_profile_that_is_named_twice_is_refused() -> None:
    with pytest.raises(OptionError, match=r"profile_settings: .*'domain' twice") as caught:
        validate({"profile_settings": {"Domain": {}, "domain": {}}}, [PROFILE_SETTINGS])
    assert caught.value.option == "profile_settings"


def test_the_playbooks_name_the_rule_with_a_wrong_key() -> None:
    rules = [GOOD, {"name": "Agent", "force": True}, {"prot": "tcp"}, "text", {"name": "x", "prot": 1}]
    (named, nameless) = key_sentences([("fe01", wrong_keys({"lync_firewall_extra_rules": rules}, False))], ["fe01"])
    assert named == (
        "lync_firewall_extra_rules[1] ('Agent'): 'force' is none of its keys. Leave it out: a rule that differs is "
        "changed in any case. That is so on fe01."
    )
    assert nameless.startswith(
        "lync_firewall_extra_rules[2] and 1 more: 'prot' is none of its keys. Did you mean protocol?"
    )


def test_a_pasted_task_is_told_what_to_paste() -> None:
    (told, *_more) = key_sentences([("fe01", wrong_keys({"lync_firewall_extra_rules": [PASTED]}, False))], ["fe01"])
    assert "Paste what stands below the module's name" in told
