# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login without a password: which is refused, before anything is sent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.password import empty_password


def told(kind: str, **options: Any) -> str:
    known = {"remote_user": "svc", "remote_password": "", "transport": None, "auth": "negotiate", "_extras": {}}
    return empty_password(SimpleNamespace(transport=kind, get_option={**known, **options}.__getitem__))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("winrm", {}),
        ("winrm", {"transport": ["ntlm"]}),
        ("winrm", {"transport": ["basic"]}),
        ("winrm", {"transport": "credssp"}),
        ("winrm", {"transport": ["ssl"]}),
        ("psrp", {"auth": "ntlm"}),
        ("psrp", {"auth": "basic"}),
    ],
)
def test_an_empty_password_is_refused_with_the_variable(kind: str, options: dict[str, Any]) -> None:
    text = told(kind, **options)
    assert text.startswith("ansible_password is empty")
    assert "Nothing was sent" in text
    assert f"ansible_{kind}_" in text


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("winrm", {"transport": ["kerberos"]}),
        ("winrm", {"transport": ["certificate"]}),
        ("winrm", {"remote_user": "svc@EXAMPLE.COM"}),
        ("winrm", {"_extras": {"ansible_winrm_cert_pem": "a.pem"}}),
        ("winrm", {"transport": ["ntlm"], "remote_password": "x"}),
        ("winrm", {"transport": ["ntlm"], "remote_password": None}),
        ("psrp", {}),
        ("psrp", {"auth": "kerberos"}),
        ("ssh", {"transport": ["ntlm"]}),
    ],
)
def test_one_that_is_not_needed_or_not_set_is_not(kind: str, options: dict[str, Any]) -> None:
    assert told(kind, **options) == ""


def test_a_connection_with_other_options_is_asked_for_none() -> None:
    assert empty_password(SimpleNamespace(transport="winrm")) == ""
    assert empty_password(SimpleNamespace(transport="winrm", get_option={}.__getitem__)) == ""
