# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of a hostile or broken server: too slow, too long, compressed, or sent elsewhere. Each by a quirk.

No Windows does any of this. What stands in for WinRM's port may: another program on it, a proxy, a host that somebody
took over. The quirk ``hostile_action`` says which answers are spoiled; Login are those to requests that are not (yet)
authenticated.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator
from functools import lru_cache

from aiohttp import web

from lab.quirks import Quirks

_MEGABYTE = 1 << 20
_ENDLESS = 10 << 30
"""What an answer without end announces as its length: 10 GB."""


def is_hostile(quirks: Quirks) -> bool:
    """Whether any quirk spoils answers."""
    return bool(
        quirks.answer_trickle or quirks.answer_endless or quirks.gzip_mb or quirks.answer_mb or quirks.redirect_status
    )


async def deliver(request: web.BaseRequest, response: web.Response, quirks: Quirks) -> web.StreamResponse:
    """Send an answer as the quirks want it."""
    body = response.body if isinstance(response.body, bytes) else b""
    if quirks.redirect_status:
        return web.Response(status=quirks.redirect_status, headers={"Location": quirks.redirect_to})
    if quirks.gzip_mb:
        headers = {"Content-Encoding": "gzip", "Content-Type": response.headers.get("Content-Type", "text/plain")}
        bomb = web.Response(status=response.status, body=_bomb(body, quirks.gzip_mb), headers=headers)
        return _with_challenges(response, bomb)
    with contextlib.suppress(ConnectionError):  # the client has had enough
        if quirks.answer_trickle and quirks.trickle_from == "head":
            return await _trickle_head(request, response, body, quirks.answer_trickle)
        if quirks.answer_endless == "silent":
            return await _stream(request, response, _nothing(), _ENDLESS)
        if quirks.answer_endless:
            length = _ENDLESS if quirks.answer_endless == "announced" else None
            return await _stream(request, response, _for_ever(body), length)
        if quirks.answer_mb:
            length = len(body) + quirks.answer_mb * _MEGABYTE
            return await _stream(request, response, _padded(body, quirks.answer_mb), length)
        return await _stream(request, response, _slowly(body, quirks.answer_trickle), len(body))
    return web.Response()


def _with_challenges(response: web.Response, spoiled: web.Response) -> web.Response:
    for value in response.headers.getall("WWW-Authenticate", []):
        spoiled.headers.add("WWW-Authenticate", value)
    return spoiled


async def _stream(
    request: web.BaseRequest, response: web.Response, pieces: AsyncIterator[bytes], length: int | None
) -> web.StreamResponse:
    stream = web.StreamResponse(status=response.status)
    if "Content-Type" in response.headers:
        stream.headers["Content-Type"] = response.headers["Content-Type"]
    for value in response.headers.getall("WWW-Authenticate", []):
        stream.headers.add("WWW-Authenticate", value)
    if length is None:
        stream.enable_chunked_encoding()
    else:
        stream.content_length = length
    await stream.prepare(request)
    async for piece in pieces:
        await stream.write(piece)
    await stream.write_eof()
    return stream


async def _slowly(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        await asyncio.sleep(seconds)


async def _padded(body: bytes, megabytes: int) -> AsyncIterator[bytes]:
    """The right answer and blanks behind it, which XML allows."""
    yield body
    for _unused in range(megabytes):
        yield b" " * _MEGABYTE


async def _for_ever(body: bytes) -> AsyncIterator[bytes]:
    yield body
    while True:
        yield b" " * 65536
        await asyncio.sleep(0)


async def _nothing() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def _trickle_head(
    request: web.BaseRequest, response: web.Response, body: bytes, seconds: float
) -> web.StreamResponse:
    transport = request.transport
    if isinstance(transport, asyncio.Transport):
        head = f"HTTP/1.1 {response.status} {response.reason}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in response.headers.items() if name != "Content-Length")
        async for piece in _slowly(f"{head}\r\n".encode() + body, seconds):
            if transport.is_closing():
                break
            transport.write(piece)
        transport.close()
    return web.Response()


@lru_cache(maxsize=4)
def _blank_blocks(megabytes: int) -> tuple[bytes, bytes]:
    """A deflated megabyte of blanks that can be repeated, and so many of them."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    squeeze.compress(b"")
    block = squeeze.compress(b" " * _MEGABYTE) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return block, block * megabytes


def _bomb(body: bytes, megabytes: int) -> bytes:
    """A gzip file (RFC 1952) of the right answer and so many megabytes of blanks behind it."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = squeeze.compress(body) + squeeze.flush(zlib.Z_FULL_FLUSH) + _blank_blocks(megabytes)[1]
    last = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data += last.flush()
    checksum, blanks = zlib.crc32(body), b" " * _MEGABYTE
    for _unused in range(megabytes):
        checksum = zlib.crc32(blanks, checksum)
    size = (len(body) + megabytes * _MEGABYTE) & 0xFFFFFFFF
    head = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    return head + data + checksum.to_bytes(4, "little") + size.to_bytes(4, "little")
