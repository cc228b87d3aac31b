# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place that a redirect may lead to, which remembers what it is sent: credentials, say."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class SinkRequest:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Sink:
    """An HTTP server on a free loopback port, from `with` to its end; it answers everything with 200 and no body."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        requests: list[SinkRequest] = []

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                requests.append(SinkRequest(self.command, self.path, dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = _take

            def log_message(self, *_unused: object) -> None:
                """Nothing is printed."""

        self.requests = requests
        self._server = ThreadingHTTPServer((address, 0), Handler)

    @property
    def url(self) -> str:
        """Where it listens, for the quirk ``redirect_to``."""
        return f"http://{self._server.server_address[0]!s}:{self._server.server_address[1]}/wsman"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="sink", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
