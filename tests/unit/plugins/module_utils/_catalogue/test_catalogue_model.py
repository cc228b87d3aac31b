# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading roles from people, and the words of the model."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import model, role_names, words
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.role_names import RoleError
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import HOST_ROLES, Role
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortError, PortSet
from hypothesis import given
from hypothesis import strategies as st

NAMES = [role.value for role in HOST_ROLES]


@given(st.lists(st.sampled_from(NAMES)))
def test_roles_of_a_host(names: list[str]) -> None:
    """Order and repetition do not matter; only Front End and Mediation together add a role."""
    held = role_names.host_roles(names)
    assert held == role_names.host_roles(reversed(names))
    assert {role.value for role in held} - set(names) == (
        {"collocated_mediation"} if {"front_end", "mediation"} <= set(names) else set()
    )
    assert set(names) <= {role.value for role in held}


@given(st.frozensets(st.sampled_from(list(Role))))
def test_deriving_twice_adds_nothing(roles: frozenset[Role]) -> None:
    """What follows from the roles follows once."""
    once = role_names.with_derived(roles)
    assert roles <= once
    assert role_names.with_derived(once) == once


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("front-end", "'front-end' is no role of Lync Server 2013"),
        ("Director", "'Director' is no role of Lync Server 2013"),
        ("", "'' is no role of Lync Server 2013"),
        ("client", "'client' is no role of a Windows host"),
        ("director_load_balancer", "'director_load_balancer' is no role of a Windows host"),
        ("collocated_mediation", "'collocated_mediation' is not given, it follows from front_end and mediation"),
        (7, "7 is no role"),
        (None, "None is no role"),
        (["director"], "['director'] is no role"),
    ],
)
def test_a_wrong_role_is_named_with_the_right_ones(name: Any, reason: str) -> None:
    """The message says which name, why, and what could stand there."""
    with pytest.raises(RoleError) as caught:
        role_names.host_roles(["director", name])
    assert str(caught.value).startswith(reason)
    assert str(caught.value).endswith("; the roles are " + ", ".join(NAMES))


def test_one_text_is_no_list_of_roles() -> None:
    """Otherwise its letters would be taken for names."""
    with pytest.raises(RoleError, match="must be a list of names, not the text 'director'"):
        role_names.host_roles("director")


@given(st.text().filter(lambda text: text not in NAMES))
def test_no_other_text_is_a_role(name: str) -> None:
    """Case and blanks are not guessed at."""
    with pytest.raises(RoleError):
        role_names.host_roles([name])


def test_accepted_roles_can_be_widened() -> None:
    """Whoever asks about devices and clients says so."""
    assert role_names.parse_roles(["client"], known=(Role.CLIENT, Role.PHONE)) == {Role.CLIENT}


@pytest.mark.parametrize("kind", [Role, words.Peer, words.Transport, words.Disposition, words.Feature, words.Table])
def test_words_read_as_plain_strings(kind: type[Enum]) -> None:
    """In every Python, however a word is put into a text."""
    for word in kind:
        assert f"{word}" == str(word) == word.value == "".join([word.value])
        assert word == word.value


def test_every_role_can_be_a_peer() -> None:
    """Roles of hosts have the same name on either end of a row."""
    assert {role.value for role in HOST_ROLES} <= {peer.value for peer in words.Peer}


def test_a_slip_in_a_port_cell_is_an_error() -> None:
    """Who edits a table hears of it when the table is loaded."""

    def row(ports: str) -> model.Requirement:
        return model.documented(
            words.Table.SERVER,
            7,
            (Role.DIRECTOR,),
            "A service",
            ports,
            "TCP",
            (words.Transport.TCP,),
            words.Disposition.LISTEN,
            peers=(words.Peer.ANY,),
            note="A note.",
        )

    assert row("5061").ports == PortSet.of(5061)
    assert row("5061").id == "server-07"
    assert row("").ports == PortSet()
    with pytest.raises(PortError):
        row("65535-57501")
    with pytest.raises(PortError):
        row("0-80")
