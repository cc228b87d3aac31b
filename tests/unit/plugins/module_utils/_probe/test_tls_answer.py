# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's hello, and what is an answer to it: OpenSSL is the other side."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._probe.tls_answer import ENOUGH, client_hello, speaks_tls
from hypothesis import given
from hypothesis import strategies as st


def answer(server: ssl.SSLContext, hello: bytes) -> bytes:
    """What OpenSSL says to a hello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = server.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    with contextlib.suppress(ssl.SSLError):
        session.do_handshake()
    return outgoing.read()


def anonymous() -> ssl.SSLContext:
    """A server that needs no certificate, so that it has a hello to say."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("aNULL:@SECLEVEL=0")
    return server


def test_a_server_s_hello() -> None:
    found = answer(anonymous(), client_hello("fe01.contoso.com"))
    assert found[:1] == b"\x16"
    assert speaks_tls(found[:ENOUGH])


def test_a_server_s_alert() -> None:
    found = answer(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), client_hello("fe01"))
    assert found[:1] == b"\x15"
    assert speaks_tls(found[:ENOUGH])


def test_a_system_whose_policy_forbids_old_versions_still_says_hello(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object) -> None:
        raise ssl.SSLError("no cipher can be selected")

    monkeypatch.setattr(ssl.SSLContext, "set_ciphers", forbidden)
    assert client_hello("fe01.contoso.com")[:1] == b"\x16"


@pytest.mark.parametrize(
    "found",
    [
        b"",
        b"fe01 5061/tcp\r\n",
        b"HTTP/1.1 400 Bad Request",
        b"\x16\x03\x03\x00\x05",
        b"\x16\x03\x03\x00\x05\x01",  # our own hello, come back
        b"\x15\x03\x03\x00\x02\x09",
        b"\x15\x03\x03\x01\x02\x02",
        b"\x16\x02\x03\x00\x50\x02",
    ],
)
def test_what_is_no_tls(found: bytes) -> None:
    assert not speaks_tls(found)


@given(st.binary(max_size=20))
def test_any_answer_is_read(found: bytes) -> None:
    assert speaks_tls(found) in (True, False)


@pytest.mark.parametrize("name", ["fe01.contoso.com", "fe01.contoso.com.", "FE_01"])
def test_a_name_is_said(name: str) -> None:
    hello = client_hello(name)
    assert hello[:1] == b"\x16"
    assert name.rstrip(".").lower().encode() in hello.lower()


@pytest.mark.parametrize(
    "name", ["", "10.1.2.3", "fe80::1", "a" * 64, "a..b", "b\u00fcro", "with blank", ".", "*.contoso.com"]
)
def test_what_is_no_name_is_not_said(name: str) -> None:
    hello = client_hello(name)
    assert hello[:1] == b"\x16"
    assert not name.strip(".") or name.encode() not in hello
