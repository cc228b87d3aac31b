# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX's API, as far as the modules of awx.awx use it to set things up: objects in memory, by HTTP.

It checks what AWX would refuse: an object of no name, two of one name, a reference to an id that does not exist.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Fields that hold the id of another object, and where that lives.
REFERENCES = {
    "organization": "organizations",
    "project": "projects",
    "source_project": "projects",
    "inventory": "inventories",
    "execution_environment": "execution_environments",
    "credential": "credentials",
    "workflow_job_template": "workflow_job_templates",
    "unified_job_template": "unified_job_templates",
}
# The kinds that a workflow node or a schedule may run, and their type there.
UNIFIED = {
    "job_templates": "job_template",
    "workflow_job_templates": "workflow_job_template",
    "projects": "project",
    "workflow_approval_templates": "workflow_approval",
}
LISTS = ("success_nodes", "failure_nodes", "always_nodes", "credentials")


class Store:
    """All objects, by kind and id."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[int, dict[str, Any]]] = {}
        self.lists: dict[str, list[int]] = {}
        self._last = 0
        # Kinds whose updates fail from now on.
        self.failing: set[str] = set()
        self.create("organizations", {"name": "Default"})
        for name in ("Machine", "Source Control"):
            self.create("credential_types", {"name": name})

    def create(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        fields = _kept(kind, fields)
        name = fields.get("name", fields.get("identifier"))
        if not name:
            raise ValueError("no name")
        same = [item for item in self.all(kind) if item.get("name", item.get("identifier")) == name]
        if same:
            raise ValueError(f"{kind} {name} exists")
        self._check(fields)
        self._last += 1
        url = f"/api/v2/{kind}/{self._last}/"
        item = {
            **({"inputs": {}} if kind == "credentials" else {}),
            **fields,
            "id": self._last,
            "url": url,
            "type": UNIFIED.get(kind, kind),
            "summary_fields": {},
            "scm_revision": "1",
            # Of the update of a project or an inventory source, which is done at once here.
            "status": "failed" if kind in self.failing else "successful",
            "finished": "2026-01-01T00:00:00Z",
            "failed": kind in self.failing,
            "related": {"survey_spec": f"{url}survey_spec/", "update": f"{url}update/"},
        }
        self.kinds.setdefault(kind, {})[self._last] = item
        return item

    def all(self, kind: str) -> list[dict[str, Any]]:
        if kind == "unified_job_templates":
            return [item for unified in UNIFIED for item in self.all(unified)]
        return list(self.kinds.get(kind, {}).values())

    def find(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        query = {key: value for key, value in query.items() if key not in ("page", "page_size", "order_by")}
        return [item for item in self.all(kind) if all(str(item.get(key, "")) == value for key, value in query.items())]

    def update(self, kind: str, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        fields = _kept(kind, fields)
        self._check(fields)
        self.kinds[kind][number] |= fields
        return self.kinds[kind][number]

    def by_name(self, kind: str) -> dict[str, dict[str, Any]]:
        return {str(item.get("name", item.get("identifier"))): item for item in self.all(kind)}

    def _check(self, fields: dict[str, Any]) -> None:
        for field, kind in REFERENCES.items():
            if field in fields and fields[field] not in [item["id"] for item in self.all(kind)]:
                raise ValueError(f"{field} {fields[field]!r} is no {kind}")


def _kept(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that AWX keeps: the module sends an approval those of its node too."""
    own = ("name", "description", "timeout")
    return {key: fields[key] for key in own if key in fields} if kind == "workflow_approval_templates" else fields


class Handler(BaseHTTPRequestHandler):
    """The HTTP side. The server has the `store`, and notes the token of each request."""

    server: Api

    def do_GET(self) -> None:
        path, query = self._where()
        if len(path) == 1:
            found = self.server.store.find(path[0], query)
            return self._answer(200, {"count": len(found), "results": found, "next": None})
        kind, number = path[0], int(path[1])
        item = self.server.store.kinds[kind][number]
        if len(path) == 2:
            return self._answer(200, item)
        if path[2] == "survey_spec":
            return self._answer(200, item.get("survey_spec", {}))
        members = [{"id": member} for member in self.server.store.lists.get("/".join(path), [])]
        return self._answer(200, {"count": len(members), "results": members, "next": None})

    def do_POST(self) -> None:
        path, _query = self._where()
        body = self._body()
        store = self.server.store
        self.server.writes.append("/".join(path))
        if len(path) == 1:
            return self._try(201, lambda: store.create(path[0], body))
        kind, number, what = path[0], int(path[1]), path[2]
        if what == "survey_spec":
            store.kinds[kind][number]["survey_spec"] = body
            return self._answer(200, {})
        if what == "update":
            item = store.kinds[kind][number]
            failed = kind in store.failing
            item |= {"failed": failed, "status": "failed" if failed else "successful"}
            return self._answer(202, {"id": number, "url": item["url"], "status": item["status"]})
        if what == "create_approval_template":
            template = store.create("workflow_approval_templates", body)
            store.kinds[kind][number]["unified_job_template"] = template["id"]
            store.kinds[kind][number]["related"]["unified_job_template"] = template["url"]
            return self._answer(201, template)
        members = store.lists.setdefault("/".join(path), [])
        if body.get("disassociate"):
            members.remove(body["id"])
        else:
            members.append(body["id"])
        return self._answer(204, None)

    def do_PATCH(self) -> None:
        path, _query = self._where()
        body = self._body()
        self.server.writes.append("/".join(path))
        self._try(200, lambda: self.server.store.update(path[0], int(path[1]), body))

    def _where(self) -> tuple[list[str], dict[str, str]]:
        parts = urlsplit(self.path)
        self.server.tokens.add(self.headers.get("Authorization", ""))
        return parts.path.removeprefix("/api/v2/").strip("/").split("/"), dict(parse_qsl(parts.query))

    def _body(self) -> dict[str, Any]:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(text or b"{}")
        assert isinstance(body, dict)
        return body

    def _try(self, status: int, work: Any) -> None:
        try:
            self._answer(status, work())
        except ValueError as error:
            self._answer(400, {"__all__": [str(error)]})

    def _answer(self, status: int, body: object) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the tests look into the store."""


class Api(ThreadingHTTPServer):
    """The server; `store` is what it knows, `writes` where something was written."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = Store()
        self.writes: list[str] = []
        self.tokens: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving() -> Iterator[Api]:
    """The server, in a thread of its own."""
    with Api() as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.shutdown()
            thread.join()
