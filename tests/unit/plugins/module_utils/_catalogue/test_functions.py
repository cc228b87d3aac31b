# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do with what a row is for."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.catalogue import EVERY
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.functions import (
    WORDS,
    Function,
    functions_of,
    service_in_words,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import HOST_ROLES, Role


def test_every_row_of_a_windows_host_is_for_something() -> None:
    hosts = {*HOST_ROLES, Role.COLLOCATED_MEDIATION}
    assert [row.id for row in EVERY if not hosts.isdisjoint(row.roles) and not functions_of(row.id)] == []


def test_every_function_has_words_and_a_row() -> None:
    used = {function for row in EVERY for function in functions_of(row.id)}
    assert set(Function) == set(WORDS) == used
    assert all(words[0].islower() or words.startswith("Lync") for words in WORDS.values())


@pytest.mark.parametrize(
    ("row", "functions"),
    [
        ("server-03", (Function.SIGN_IN,)),
        ("server-04", (Function.CONFERENCES, Function.SIGN_IN)),
        ("server-32", (Function.EMERGENCY,)),
        ("server-39", (Function.CONFERENCES, Function.PSTN)),
        ("server-47", (Function.PSTN,)),
        ("add-01", (Function.POOL,)),
        ("server-99", ()),
        ("client-01", ()),
    ],
)
def test_rows_are_for_what_their_notes_say(row: str, functions: tuple[Function, ...]) -> None:
    assert functions_of(row) == functions


@pytest.mark.parametrize(
    ("row_id", "service", "told"),
    [
        ("server-32", "Not applicable", "the document names no service"),
        ("server-39", "Various", "various services"),
        ("add-99", "Various", "various services"),
    ],
)
def test_a_service_that_the_document_does_not_name_is_told_in_our_words(row_id: str, service: str, told: str) -> None:
    found = service_in_words(row_id, service)
    assert found.endswith(told if row_id == "add-99" else f" ({told})")
    assert service not in found
    assert all(WORDS[function] in found for function in functions_of(row_id))


def test_a_service_that_has_a_name_keeps_it() -> None:
    assert service_in_words("server-03", "Lync Server Front-End service") == "Lync Server Front-End service"
