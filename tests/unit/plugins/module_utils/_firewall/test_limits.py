# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions of rules as words, and back; whatever spelling Windows has chosen."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.limits import (
    EDGE,
    INTERFACE_TYPES,
    SECURITY,
    Limits,
    limits_of,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule_string import parse_rule
from hypothesis import given
from hypothesis import strategies as st

_OTHERS = st.lists(st.sampled_from([("IF", "{1}"), ("LUOwn", "S-1-5-18"), ("Platform2", "GTEQ")]), unique=True)
LIMITS = st.builds(
    Limits,
    interfaces=st.frozensets(st.sampled_from(sorted(INTERFACE_TYPES))),
    edge=st.sampled_from(EDGE),
    security=st.sampled_from(SECURITY),
    others=_OTHERS.map(lambda found: tuple(sorted(found))),
)


@given(LIMITS, st.randoms(use_true_random=False))
def test_words_survive_the_registry_in_any_order(limits: Limits, random: object) -> None:
    conditions = list(limits.conditions)
    random.shuffle(conditions)  # type: ignore[attr-defined]
    assert limits_of(conditions) == limits


SAME = [
    ("Security=Authenticate|Security2_9=An-NoEncap|", "Security2_9=An-NoEncap|"),
    ("Security=Authenticate|Security2=AnE-Nego|", "Security=AuthenticateEncrypt|Security2=AnE-Nego|"),
    ("Security=Authenticate|Security2=AnE-Nego|", "Security=Authenticate|Security2_9=An-NoEncap|Security2=AnE-Nego|"),
    ("Edge=TRUE|Defer=App|", "Defer=App|"),
    ("Edge=TRUE|Defer=User|", "Edge=FALSE|Defer=User|"),
    ("IFType=Lan|IFType=Wireless|", "IFType=Wireless|IFType=Lan|"),
    ("IFType=LAN|", "IFType=Lan|"),
]
OTHERS = [
    ("Security=Authenticate|", "Security=AuthenticateEncrypt|"),
    ("Security=Authenticate|", "Security=Authenticate|Security2_9=An-NoEncap|"),
    ("Security=Authenticate|", "Security=Authenticate|Security2_9=Unheard-Of|"),
    ("Edge=TRUE|", "Edge=TRUE|Defer=App|"),
    ("Defer=App|", "Defer=User|"),
    ("IFType=Lan|IFType=Wireless|IFType=RemoteAccess|", ""),
    ("IFType=Lan|", "IFType=Tunnel|"),
    ("Edge=TRUE|", ""),
]


def rule(keys: str) -> object:
    return parse_rule("{1}", f"v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1|Name=a|{keys}")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_rules_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert rule(one) == rule(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_rules_that_say_something_else_are_not(one: str, other: str) -> None:
    assert rule(one) != rule(other)
