# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""whoami against public captures of Windows in English, German and French."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from lab.testing import LabHost
from lab.windows import messages
from lab.windows.messages_french import FRENCH
from lab.windows.security import SYSTEM_TOKEN
from lab_tests.clients import Client


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def test_every_message_has_its_french() -> None:
    assert set(FRENCH) == set(messages._TEXTS)
    for key, words in FRENCH.items():
        assert words.count("{}") == messages._TEXTS[key][0].count("{}"), key


@pytest.mark.parametrize(
    ("language", "head", "everyone", "label"),
    [
        (
            "en",
            ["Group Name", "Type", "SID", "Attributes"],
            ["Everyone", "Well-known group", "S-1-1-0", "Mandatory group, Enabled by default, Enabled group"],
            ["Mandatory Label\\High Mandatory Level", "Label", "S-1-16-12288", ""],
        ),
        (
            "de",
            ["Gruppenname", "Typ", "SID", "Attribute"],
            ["Jeder", "Bekannte Gruppe", "S-1-1-0", "Verbindliche Gruppe, Standardmäßig aktiviert, Aktivierte Gruppe"],
            ["Verbindliche Beschriftung\\Hohe Verbindlichkeitsstufe", "Bezeichnung", "S-1-16-12288", ""],
        ),
        (
            "fr",
            ["Nom du groupe", "Type", "SID", "Attributs"],
            ["Tout le monde", "Groupe bien connu", "S-1-1-0", "Groupe obligatoire, Activé par défaut, Groupe activé"],
            ["Étiquette obligatoire\\Niveau obligatoire élevé", "Nom", "S-1-16-12288", ""],
        ),
    ],
)
def test_groups_as_csv(
    fe01: LabHost, client: Client, language: str, head: list[str], everyone: list[str], label: list[str]
) -> None:
    fe01.set_quirks(language=language)
    result = client.run("whoami /groups /fo csv")
    assert (result.rc, result.stderr) == (0, "")
    found = rows(result.stdout)
    assert (found[0], found[1], found[-1]) == (head, everyone, label)
    assert [row[2] for row in found[1:]] == [
        "S-1-1-0", "S-1-5-32-544", "S-1-5-32-545", "S-1-5-2", "S-1-5-11", "S-1-16-12288",
    ]  # fmt: skip
    assert rows(client.run("whoami /fo CSV /nh /Groups").stdout) == found[1:]


def test_groups_as_a_table(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(language="fr")
    lines = client.run("whoami /groups").stdout.split("\r\n")
    assert lines[:4] == ["", "Informations de groupe", "-" * 22, ""]
    assert lines[4].startswith("Nom du groupe ")
    assert {*lines[5]} == {"=", " "}
    assert lines[-2].split() == ["Étiquette", "obligatoire\\Niveau", "obligatoire", "élevé", "Nom", "S-1-16-12288"]
    assert len({len(line) for line in lines[4:-1]}) == 1, "columns are padded"


def test_the_groups_are_the_token_s(fe01: LabHost, client: Client) -> None:
    fe01.set_quirks(token="filtered")
    found = {row[2]: row[3] for row in rows(client.run("whoami /groups /fo csv /nh").stdout)}
    assert found["S-1-5-32-544"] == "Group used for deny only"
    assert "S-1-16-8192" in found
    console = {row[2] for row in rows(fe01.run("whoami /groups /fo csv /nh").stdout)}
    assert {"S-1-5-4", "S-1-16-12288"} <= console
    assert "S-1-5-2" not in console, "the console is no network logon"
    system = rows(fe01.run("whoami /groups /fo csv /nh", token=SYSTEM_TOKEN).stdout)
    assert system[-1][2] == "S-1-16-16384"


def test_user(fe01: LabHost, client: Client) -> None:
    sid = "S-1-5-21-3623811015-3361044348-30300820-500"
    assert client.run("whoami").stdout == "fe01\\administrator\r\n"
    assert rows(client.run("whoami /user /fo csv").stdout) == [["User Name", "SID"], ["fe01\\administrator", sid]]
    assert client.run("whoami /user").stdout.split() == [
        "USER", "INFORMATION", "-" * 16, "User", "Name", "SID", "=" * 18, "=" * len(sid), "fe01\\administrator", sid,
    ]  # fmt: skip
    assert fe01.run("whoami", token=SYSTEM_TOKEN).stdout == "nt authority\\system\r\n"


def test_sections_together(client: Client) -> None:
    text = client.run("whoami /all /fo csv /nh").stdout
    user, groups, privileges = text.split("\r\n\r\n")
    assert user.endswith('-500"')
    assert groups.startswith('"Everyone",')
    assert privileges.splitlines()[-1] == '"SeChangeNotifyPrivilege","Bypass traverse checking","Enabled"'
    listed = client.run("whoami /user /fo list").stdout
    assert "User Name: fe01\\administrator\r\n" in listed


@pytest.mark.parametrize(
    "words", ["/nope", "/fo csv", "/groups /fo xml", "/groups /fo", "/groups /fo list /nh", "/upn"]
)
def test_what_it_does_not_know_is_refused(fe01: LabHost, words: str) -> None:
    result = fe01.run(f"whoami {words}")
    assert (result.rc, result.stdout) == (1, "")
    assert "WHOAMI /?" in result.stderr
