# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRM over HTTP: the path /wsman, authentication, size limits, counters and quirks.

Simulates http.sys and the WinRM listener in front of the WS-Management service: 401 with an empty body and four
schemes, 413 over MaxEnvelopeSizekb, chunked requests refused (Win32 error 50), faults with status 500.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web

from lab.host import Host
from lab.winrm.authentication import CHALLENGES, IS_TLS, PEER_CERTIFICATE, Authenticator, Challenge, Identity
from lab.winrm.faults import quota_limit, timed_out
from lab.winrm.hostile import deliver, is_hostile
from lab.winrm.sealing import SealError
from lab.winrm.soap import Request, WsmanFault, fault_answer, parse_request
from lab.winrm.wsman import WsmanService, operation_name

SERVER = "Microsoft-HTTPAPI/2.0"
_BIGGEST_BODY = 64 << 20
_NOT_COUNTED = -1
_IDLE_SECONDS = 120.0
"""http.sys closes a connection that was idle for so long (its documented default)."""


class _Cut(Exception):
    """The connection is to be cut without an answer, or with the first half of one."""

    def __init__(self, answer: web.Response | None = None) -> None:
        super().__init__()
        self.answer = answer


class WinrmEndpoint:
    """The WinRM listener of one host: an HTTP handler for an aiohttp web server."""

    def __init__(self, host: Host, authenticator: Authenticator) -> None:
        self._host = host
        self._authenticator = authenticator
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, MutableMapping[str, Any]] = WeakKeyDictionary()
        self._generation = -1
        self._count = 0
        self._timeouts_given = 0
        self._spoiling, self._candidates = -1, 0
        self.service = WsmanService(host)

    def protocol_factory(self) -> web.Server:
        """What makes a protocol for each accepted connection."""
        return web.Server(self._handle, access_log=None, keepalive_timeout=_IDLE_SECONDS)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        stats = self._host.stats
        connection = self._connection(request)
        declared = request.content_length or 0
        stats.header_bytes_in += _request_header_size(request)
        if request.path.rstrip("/").lower() != "/wsman":
            return await self._reply(request, web.Response(status=404))
        if request.method != "POST":
            return await self._reply(request, web.Response(status=405))
        if declared > min(_BIGGEST_BODY, self._host.quirks.max_envelope_kb * 1024):
            response = web.Response(status=413)
            response.force_close()
            return await self._reply(request, response)
        body = await request.content.read(-1)
        stats.body_bytes_in += len(body)
        if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            fault = WsmanFault(50, "w:EncodingLimit", "The request is not supported.")
            return await self._reply(request, self._fault(fault, "", Identity("")))
        identity = self._authenticator.authenticate(request.headers, body, connection)
        unencrypted = isinstance(identity, Identity) and body and not identity.is_sealed
        if unencrypted and self._host.quirks.refuse_unencrypted:
            identity = Challenge(CHALLENGES)
        if isinstance(identity, Challenge):
            if identity.is_step:
                stats.login_steps += 1
            else:
                stats.unauthorized += 1
            return await self._reply(request, _unauthorized(identity), "Login")
        try:
            # A client that seals cannot send a message before the login is complete: its last step has no body.
            response = web.Response() if identity.lasts and not body else await self._serve(request, body, identity)
        except _Cut as cut:
            _cut(request, cut.answer)
            return web.Response()
        except SealError:
            response = web.Response(status=400)
            response.force_close()
        if identity.last_token:
            response.headers["WWW-Authenticate"] = identity.last_token
        return await self._reply(request, response, connection.get("operation", ""))

    async def _serve(self, request: web.BaseRequest, body: bytes, identity: Identity) -> web.Response:
        relates_to = ""
        number = _NOT_COUNTED
        quirks = self._host.quirks
        try:
            message = parse_request(identity.unseal(request.headers.get("Content-Type", ""), body))
            relates_to = message.message_id
            self._connection(request)["operation"] = operation_name(message)
            self._host.stats.requests[operation_name(message)] += 1
            number = self._next_number(operation_name(message))
            early = self._spoiled(number)
            if early is not None:
                return early
            client = request.remote or ""
            envelope = await self._operate(message, identity, client)
            status = 200
        except WsmanFault as fault:
            envelope, status = fault_answer(fault, relates_to, self._host.computer_name), 500
        if quirks.response_delay:
            await asyncio.sleep(quirks.response_delay)
        if number == quirks.drop_after:
            raise _Cut
        content_type, sealed = identity.seal(envelope)
        response = web.Response(status=status, body=sealed, headers={"Content-Type": content_type})
        if number == quirks.cut_response_at:
            raise _Cut(response)
        return response

    async def _operate(self, message: Request, identity: Identity, client: str) -> bytes:
        if operation_name(message) == "Receive" and self._timeouts_given < self._host.quirks.receive_timeouts:
            self._timeouts_given += 1
            raise timed_out()
        return await self.service.handle(message, identity.user, client)

    def _next_number(self, action: str) -> int:
        """The number of this request, among those that are counted, since the quirks were last set; from 1."""
        if self._generation != self._host.quirks_generation:
            self._generation = self._host.quirks_generation
            self._count = 0
            self._timeouts_given = 0
        if self._host.quirks.count_action not in ("", action):
            return _NOT_COUNTED
        self._count += 1
        return self._count

    def _spoiled(self, number: int) -> web.Response | None:
        """What a quirk does to request ``number`` before it is processed. Raises _Cut."""
        quirks = self._host.quirks
        if number == quirks.drop_before:
            raise _Cut
        if number == quirks.unauthorized_at:
            self._host.stats.unauthorized += 1
            return _unauthorized(Challenge(CHALLENGES))
        first = quirks.http_status_at
        if first is not None and first <= number < first + quirks.http_status_count:
            return web.Response(status=quirks.http_status)
        if number == quirks.shell_gone_at:
            self.service.drop_shells()
        if number == quirks.quota_at:
            raise quota_limit()
        return None

    def _fault(self, fault: WsmanFault, relates_to: str, identity: Identity) -> web.Response:
        content_type, body = identity.seal(fault_answer(fault, relates_to, self._host.computer_name))
        return web.Response(status=500, body=body, headers={"Content-Type": content_type})

    def _connection(self, request: web.BaseRequest) -> MutableMapping[str, Any]:
        transport = request.transport
        if transport is None:  # the client has gone already
            return {}
        if transport not in self._connections:
            tls = transport.get_extra_info("ssl_object")
            peer = None if tls is None else tls.getpeercert(binary_form=True)
            self._connections[transport] = {IS_TLS: tls is not None, PEER_CERTIFICATE: peer}
            self._host.stats.connections += 1
        return self._connections[transport]

    def _is_spoiled(self, action: str) -> bool:
        """Whether the answer to a request of this action is one of those that a hostile server spoils."""
        quirks = self._host.quirks
        if not is_hostile(quirks) or quirks.hostile_action not in ("", action):
            return False
        if self._spoiling != self._host.quirks_generation:
            self._spoiling, self._candidates = self._host.quirks_generation, 0
        self._candidates += 1
        return quirks.hostile_at in (None, self._candidates)

    async def _reply(self, request: web.BaseRequest, response: web.Response, action: str = "") -> web.StreamResponse:
        response.headers["Server"] = SERVER
        if action and self._is_spoiled(action):
            return await deliver(request, response, self._host.quirks)
        await response.prepare(request)
        stats = self._host.stats
        stats.header_bytes_out += len(f"HTTP/1.1 {response.status} {response.reason}\r\n\r\n")
        stats.header_bytes_out += sum(len(name) + len(value) + 4 for name, value in response.headers.items())
        stats.body_bytes_out += len(response.body) if isinstance(response.body, bytes) else 0
        return response


def _cut(request: web.BaseRequest, answer: web.Response | None) -> None:
    """End the connection: at once, or after the head and half of the body of an answer."""
    transport = request.transport
    if not isinstance(transport, asyncio.Transport):
        return
    if answer is None or not isinstance(answer.body, bytes):
        transport.abort()
        return
    head = f"HTTP/1.1 {answer.status} {answer.reason}\r\nContent-Length: {len(answer.body)}\r\nServer: {SERVER}\r\n"
    head += f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n"
    transport.write(head.encode() + answer.body[: len(answer.body) // 2])
    transport.close()


def _unauthorized(challenge: Challenge) -> web.Response:
    response = web.Response(status=401)
    for value in challenge.www_authenticate:
        response.headers.add("WWW-Authenticate", value)
    return response


def _request_header_size(request: web.BaseRequest) -> int:
    """Bytes of the request line and the header fields, from what was received."""
    line = len(f"{request.method} {request.raw_path} HTTP/1.1\r\n")
    return line + sum(len(name) + len(value) + 4 for name, value in request.raw_headers) + 2
