# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role variables as people write them: text for a list, blanks after commas, misspelt choices."""

from __future__ import annotations

import re

import pytest

from playbooks.runs import Runner, newest_only

_CHOICES = {
    "lync_firewall_ruleset": ("documentd", "ruleset", "documented, extended"),
    "lync_firewall_state": ("abscent", "state", "present, absent"),
    "lync_firewall_scope": ("topologie", "scope", "any, topology"),
    "lync_firewall_rollback": ("always", "rollback", "auto, never"),
    "lync_firewall_profiles": (["wan"], "profiles", "domain, private, public"),
    "lync_firewall_roles": (["frontend"], "roles", "front_end, director"),
}


# A choice and a list of choices are told alike whatever they are called: one of each on both cores.
@pytest.mark.parametrize(
    "variable",
    [name if name in ("lync_firewall_state", "lync_firewall_profiles") else newest_only(name) for name in _CHOICES],
)
@pytest.mark.parametrize("name", ["site", newest_only("remediate")])
@pytest.mark.sample("site-lync_firewall_scope", "remediate-lync_firewall_roles", "site-lync_firewall_state")
def test_a_misspelt_choice_is_one_line_a_host(runner: Runner, name: str, variable: str) -> None:
    value, option, choices = _CHOICES[variable]
    variables = {variable: value, "lync_firewall_serial": "100%"}
    run = runner.play(name, "--limit", "dir01*,med01*", variables=variables)
    assert run.code == 2
    assert run.changed == set()
    assert set(run.failed) == {"dir01.contoso.test", "med01.contoso.test"}
    word = value if isinstance(value, str) else value[0]
    told = [line for line in run.output.splitlines() if word in line]
    for host in run.failed:
        (line,) = [line for line in told if f'"msg": "{host}: ' in line or line.startswith(f"fatal: [{host}]")]
        assert option in line
        assert choices in line
        assert len(line) < 500, line


@pytest.mark.parametrize("name", ["matrix", "gpo"])
@pytest.mark.parametrize("variable", ["lync_firewall_ruleset", "lync_firewall_roles"])
@pytest.mark.sample("roles-gpo", "ruleset-matrix")
def test_a_misspelt_choice_where_only_files_are_written(runner: Runner, name: str, variable: str) -> None:
    value, option, choices = _CHOICES[variable]
    variables = {variable: value, "lync_firewall_gpo": "a.b\\c"}
    run = runner.play(name, "--limit", "dir01*,med01*", variables=variables)
    assert run.code == 2
    told = [line for line in run.output.splitlines() if line.startswith("fatal: ")]
    assert len(told) == 2, run.output
    for host in ("dir01.contoso.test", "med01.contoso.test"):
        (line,) = [line for line in told if host in line]
        assert option in line
        assert choices in line
        assert len(line) < 800, line
    assert not (runner.folder / f"lync_firewall_{name}").exists()


@pytest.mark.parametrize("text", [newest_only("front_end"), "front_end, mediation"])
@pytest.mark.sample(", mediation")
def test_roles_as_text_are_a_list(runner: Runner, text: str) -> None:
    """In the summary and in the mistakes; `in` is no test for a part of a word."""
    roles = text.split(", ")
    run = runner.play("site", "--limit", "fe01*", "--check", variables={"lync_firewall_roles": text})
    assert run.code == 0, run.output
    assert f"({' + '.join(roles)}): " in run.output
    variables = {"lync_firewall_roles": text, "lync_firewall_gpo": "contoso.test\\Lync"}
    assert runner.play("gpo", variables=variables).code == 0
    written = sorted(path.name for path in (runner.folder / "lync_firewall_gpo").glob("*/*"))
    assert {name.split("-")[0] for name in written} == {"+".join(roles)}
    assert [name.rpartition("-")[2] for name in written] == [
        "README.txt", "add.netsh", "hosts.txt", "remove.netsh", "renew.netsh", "rules.csv",
    ]  # fmt: skip
    assert runner.play("matrix", variables=variables).code == 0
    matrix = (runner.folder / "lync_firewall_matrix" / "lync-traffic-matrix.md").read_text()
    assert "fe01.contoso.test" in matrix


def test_a_role_that_only_begins_like_another_is_none(runner: Runner) -> None:
    run = runner.play("site", "--limit", "fe01*", variables={"lync_firewall_roles": "central_management"})
    assert run.code == 2
    assert "Put it into lync_front_end too" in run.output


@pytest.mark.parametrize("text", [newest_only("25% ,100%"), " 1, 100% "])
def test_batches_may_be_written_with_blanks(runner: Runner, text: str) -> None:
    run = runner.play("remediate", "--check", variables={"lync_firewall_serial": text})
    assert run.code == 0, run.output
    assert len(re.findall(r"PLAY \[Bring", run.output)) == 2
