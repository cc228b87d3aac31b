# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup plugin, as Ansible calls it: options through its configuration, results walked down to the last value."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible_collections.lyncops.firewall.plugins.lookup import lync_ports
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Product, Role, Table
from hypothesis import given
from hypothesis import strategies as st

NAME = "lyncops.firewall.lync_ports"
OPTIONS: dict[str, Any] = yaml.safe_load(lync_ports.DOCUMENTATION)["options"]
DATA = [row.to_dict() for row in catalogue.ALL]
FIELDS = st.sampled_from(sorted(DATA[0]))


class Tagged(str):
    """A string that is more than a string, as newer ansible-core hands to plugins."""


def look_up(*terms: Any, **options: Any) -> list[Any]:
    """Run the plugin with its options defined the way Ansible's loader does it."""
    constants.config.initialize_plugin_configuration_definitions("lookup", NAME, OPTIONS)
    plugin = lync_ports.LookupModule()
    plugin._load_name = NAME
    plugin._original_path = lync_ports.__file__
    result = plugin.run(list(terms), variables={}, **options)
    assert_plain(result)
    return result


def assert_plain(value: Any) -> None:
    """Exactly the types that every ansible-core can carry, all the way down."""
    assert type(value) in (list, dict, str, int, float, bool, type(None)), type(value)
    for item in value if isinstance(value, list) else ():
        assert_plain(item)
    if isinstance(value, dict):
        assert {type(key) for key in value} <= {str}
        assert_plain(list(value.values()))


def test_all_rows() -> None:
    """Without terms and options: the catalogue as it is."""
    assert look_up() == DATA
    assert len(DATA) == 91


def test_rows_in_the_order_asked_for() -> None:
    """Terms are row ids, singly or in lists; an empty list asks for nothing."""
    assert [row["id"] for row in look_up("server-37", ["server-03", "dnslb-06"])] == [
        "server-37",
        "server-03",
        "dnslb-06",
    ]
    assert look_up([]) == []


def test_nobody_changes_the_catalogue_through_a_result() -> None:
    """Each call returns data of its own."""
    look_up("server-03")[0]["roles"].append("nobody")
    assert look_up("server-03")[0]["roles"] == ["front_end"]


@pytest.mark.parametrize(
    ("roles", "direction", "ports"),
    [
        (["central_management"], "out", ["445"]),
        (["front_end"], "out", ["5066"]),
        (["front_end", "mediation"], "out", ["5081", "5082", "5066"]),
        ("front_end,mediation", "out", ["5081", "5082", "5066"]),
        ("office_web_apps", "in", ["443"]),
        ("office_web_apps", "out", []),
        ("office_web_apps", None, ["443"]),
        (["mediation_load_balancer"], None, ["5070"]),
        (["phone"], None, ["67-68"]),
        (["client"], "in", []),
        ([], None, []),
    ],
)
def test_role_and_direction(roles: Any, direction: str | None, ports: list[str]) -> None:
    """What a host with exactly these roles needs, this way round."""
    assert [row["ports"] for row in look_up(role=roles, direction=direction)] == ports


def test_direction_needs_no_role() -> None:
    """In is all that listens, out all that connects."""
    assert {row["disposition"] for row in look_up(direction="in")} == {"listen"}
    assert [row["id"] for row in look_up(direction="out")] == ["server-25", "server-26", "server-32", "server-37"]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("[?ports=='5061'].id", ["server-03", "server-45", "hlb-01", "hlb-19", "client-06"]),
        ("length(@)", [91]),
        ("[0].id", ["server-01"]),
        ("[0].caveat == null", [False]),
        ("[0].{id: id, udp: transports[0]}", [{"id": "server-01", "udp": "udp"}]),
        ("[1000]", []),
        ("[0].nothing", []),
        ("[?id=='nothing']", []),
        ("`1.5`", [1.5]),
        ("'text'", ["text"]),
        ("[:2].roles[]", ["front_end", "director", "mediation", "persistent_chat", "central_management", "front_end"]),
    ],
)
def test_query_always_gives_a_list(expression: str, result: list[Any]) -> None:
    """Lists stay, everything else is wrapped, null is nothing."""
    assert look_up(query=expression) == result


@given(FIELDS)
def test_query_projects_like_a_comprehension(field: str) -> None:
    """A projection drops nulls."""
    expected = [row[field] for row in DATA if row[field] is not None]
    assert look_up(query=f"[*].{field}") == expected


@given(FIELDS, st.sampled_from(DATA))
def test_query_filters_like_a_comprehension(field: str, sample: dict[str, Any]) -> None:
    """A filter keeps exactly the rows that a loop would keep."""
    expected = [row for row in DATA if row[field] == sample[field]]
    # A JMESPath literal is JSON between backticks, of which the catalogue has none.
    assert look_up(query=f"[?{field}==`{json.dumps(sample[field])}`]") == expected


@given(st.frozensets(st.sampled_from([role.value for role in ABOUT[Product.LYNC_2013].roles])), FIELDS)
def test_query_sees_what_role_left(roles: frozenset[str], field: str) -> None:
    """Selecting first and projecting then is the same as doing both here."""
    rows = look_up(role=sorted(roles))
    assert look_up(role=sorted(roles), query=f"[*].{field}") == [row[field] for row in rows if row[field] is not None]


SYNTAX = (
    "[",
    "]",
    "[]",
    "[*]",
    "[?",
    "[0]",
    "::0",
    "{",
    "}",
    "(",
    ")",
    ".",
    ",",
    ":",
    "*",
    "@",
    "&",
    "&&",
    "||",
    "!",
    "|",
)
VALUES = ("id", "ports", "roles", "caveat", "'x'", '"', "`", "`1`", "`null`", "0", "-1", "==", ">", "<")
FUNCTIONS = ("length", "merge", "contains", "to_number", "sort_by", "sum")
TOKENS = st.sampled_from(SYNTAX + VALUES + FUNCTIONS)


@given(st.text() | st.lists(TOKENS, max_size=9).map("".join))
def test_any_text_is_answered_or_refused(text: str) -> None:
    """No expression reaches the user as a traceback of the library, or as something that is no data."""
    try:
        answer: Any = look_up(query=text)
    except AnsibleLookupError as error:
        answer = str(error)
    assert isinstance(answer, list) or answer.startswith("lync_ports, option query")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[?ports=5061]", "error at position 8 (Unknown token '=')"),
        ("[?ports", "ends too early at position 8"),
        ("foo bar", "error at position 5"),
        ("", "the expression is empty"),
        ("nothing(@)", "Unknown function: nothing()"),
        ("length(@, @)", "Expected 1 argument for function length(), received 2"),
        ("length(`1`)", "invalid type for value"),
        ("merge([0], id)", "cannot be evaluated"),
        ("&id", "expression reference"),
        ("[0].[&id]", "expression reference"),
        ("(" * 5000, "nested too deeply"),
    ],
)
def test_a_bad_query_says_where(expression: str, message: str) -> None:
    """With the position, where there is one, counted from 1."""
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(query=expression)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("terms", "options", "message"),
    [
        (["server-3"], {}, "'server-3' is no row id (nearest: server-03)"),
        ([5], {}, "5 is no row id"),
        ([], {"role": "front-end"}, "option role: 'front-end' is no role of Lync Server 2013; the roles are front_end"),
        ([], {"role": ["front_end", "exchange"]}, "option role: 'exchange' is no role"),
        ([], {"role": "collocated_mediation"}, "it follows from front_end and mediation"),
        ([], {"direction": "up"}, "option direction: 'up' is not in or out"),
        ([], {"ruleset": "all"}, "option ruleset: 'all' is not documented or extended"),
        ([], {"roles": "director"}, "has no option roles; it has role, product, ruleset, direction, query"),
    ],
)
def test_bad_input_is_named(terms: list[Any], options: dict[str, Any], message: str) -> None:
    """Option, value and what could stand there."""
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(*terms, **options)
    assert message in str(caught.value)


def test_tagged_strings_stay_outside() -> None:
    """A term or an expression of a special string type leaves no trace in results (options get theirs from Ansible)."""
    assert look_up(Tagged("server-03"))[0]["id"] == "server-03"
    for expression in ("'x'", "x", "[0].{a: 'b'}", "keys([0])"):
        result = lync_ports.evaluate(Tagged(expression), DATA)
        assert_plain(result)
        assert result == lync_ports.evaluate(expression, DATA)


def test_wantlist_from_older_loops_is_accepted() -> None:
    """ansible-core 2.16 passes it to plugins behind with_..."""
    assert look_up("server-03", wantlist=True)[0]["ports"] == "5061"


def test_without_jmespath_only_query_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin loads and works without the library, and says what to install."""
    monkeypatch.setitem(sys.modules, "jmespath", None)
    spec = importlib.util.spec_from_file_location(f"{lync_ports.__name__}_alone", lync_ports.__file__)
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    monkeypatch.setattr(lync_ports, "LookupModule", alone.LookupModule)
    assert look_up() == DATA
    with pytest.raises(AnsibleLookupError, match="pip install jmespath"):
        look_up(query="[0]")


def test_documentation_tells_what_the_plugin_takes() -> None:
    """Options, choices and roles of the documentation are those of the code."""
    assert set(OPTIONS) == {"_terms", "role", "product", "ruleset", "direction", "query"}
    assert set(OPTIONS["direction"]["choices"]) == {"in", "out"}
    told = " ".join(OPTIONS["role"]["description"])
    assert [role for role in Role if role is not Role.COLLOCATED_MEDIATION and f"V({role})" not in told] == []


def test_documentation_tells_what_the_plugin_returns() -> None:
    """Every key of a row is described, with the type it has."""
    contains = yaml.safe_load(lync_ports.RETURN)["_raw"]["contains"]
    assert list(contains) == list(DATA[0])
    for row in DATA:
        for key, value in row.items():
            assert value is None or type(value).__name__ == contains[key]["type"], key


def test_examples_are_tasks() -> None:
    """The examples load, and the expressions in them can be evaluated."""
    tasks = yaml.safe_load(lync_ports.EXAMPLES)
    assert all(task["name"] for task in tasks)
    probes = look_up(role="director", direction="in", query=tasks[-1]["vars"]["probes"])
    assert probes == ["444", "80", "443", "5061"]


def test_the_page_names_every_table() -> None:
    told = yaml.safe_load(lync_ports.RETURN)["_raw"]["contains"]["table"]["description"]
    assert set(re.findall(r"V\((\w+)\)", told)) == {table.value for table in Table}
