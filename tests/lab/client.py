"""A small client of the Kubernetes API on Python's own http.client: get, list, apply, patch, delete, watch."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

Object = dict[str, Any]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

NOT_FOUND, CONFLICT, TOO_MANY_REQUESTS, ERRORS = 404, 409, 429, 400
ATTEMPTS = 20


class ApiError(Exception):
    """An answer of the API server that is not a success: its HTTP status and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Api:
    """One API server, spoken to as its administrator. Safe to share between threads."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext, token: str = "") -> None:
        self.host = host
        self.port = port
        # Who has no client certificate shows a token.
        self._authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self._tls = tls
        self._local = threading.local()
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}

    # -- requests ------------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        kind: str = JSON,
        accept: str = JSON,
        **query: str,
    ) -> Object:
        """Send one request and return the decoded answer; an answer of 400 or more raises ApiError."""
        url = path + ("?" + urllib.parse.urlencode(query) if query else "")
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Accept": accept, "Content-Type": kind, **self._authorization}
        for attempt in range(ATTEMPTS):
            connection = self._connection()
            try:
                connection.request(method, url, payload, headers)
                response = connection.getresponse()
                content = response.read()
            except (http.client.HTTPException, OSError):
                # A kept-alive connection may have been closed by the server: once more, on a new one.
                self._local.connection = None
                if attempt:
                    raise
                continue
            if response.status != TOO_MANY_REQUESTS:
                break
            # What the server says while the storage of a new kind gets ready.
            time.sleep(1)
        answer: Object = (
            json.loads(content) if content.startswith(b"{") else {"message": content.decode(errors="replace")}
        )
        if response.status >= ERRORS:
            raise ApiError(response.status, str(answer.get("message", "")))
        return answer

    def close(self) -> None:
        """Close this thread's connection; the next request opens one."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def get(self, path: str) -> Object | None:
        """Return one object, or None when there is none."""
        try:
            return self.call("GET", path)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def text(self, path: str) -> str:
        """Return what the server says in plain text, as at its metrics endpoint."""
        return str(self.call("GET", path, accept="text/plain")["message"])

    def list(self, path: str, *, accept: str = JSON, **query: str) -> list[Object]:
        """Return the objects of a collection from the server's watch cache; none when its kind is unknown."""
        try:
            answer = self.call("GET", path, accept=accept, resourceVersion="0", **query)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return []
            raise
        # A collection of metadata says null when it is empty.
        items: list[Object] = answer.get("items") or []
        return items

    def apply(
        self, item: Object, *, dry_run: bool = False, strict: bool = False, manager: str = "lab"
    ) -> Object:
        """Server-side apply one object as it is; `strict` refuses fields that its schema does not have."""
        query = {
            "fieldManager": manager,
            "force": "true",
            "fieldValidation": "Strict" if strict else "Ignore",
        }
        if dry_run:
            query["dryRun"] = "All"
        return self.call("PATCH", self.path_of(item), item, kind=APPLY_PATCH, **query)

    def merge(self, path: str, patch: Object) -> Object | None:
        """Merge a patch into one object; None when the object is gone or was changed at the same time."""
        try:
            return self.call("PATCH", path, patch, kind=MERGE_PATCH)
        except ApiError as error:
            if error.status in (NOT_FOUND, CONFLICT):
                return None
            raise

    def create(self, item: Object) -> Object | None:
        """Create one object; None when it exists."""
        try:
            return self.call("POST", self.path_of(item).rsplit("/", 1)[0], item)
        except ApiError as error:
            if error.status == CONFLICT:
                return None
            raise

    def delete(self, path: str, *, grace_seconds: int | None = None) -> None:
        """Delete one object in the background; nothing happens when it is gone."""
        options: Object = {"propagationPolicy": "Background"}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        try:
            self.call("DELETE", path, options)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise

    def watch(self, path: str, version: str, seconds: int) -> Iterator[Object]:
        """Yield the events of a collection after a resource version for a number of seconds."""
        connection = http.client.HTTPSConnection(
            self.host, self.port, context=self._tls, timeout=seconds + 10
        )
        query = urllib.parse.urlencode(
            {
                "watch": "1",
                "resourceVersion": version,
                "timeoutSeconds": seconds,
                "allowWatchBookmarks": "true",
            }
        )
        try:
            connection.request("GET", f"{path}?{query}", headers=self._authorization)
            response = connection.getresponse()
            if response.status >= ERRORS:
                raise ApiError(response.status, response.read().decode(errors="replace"))
            while line := response.readline():
                yield json.loads(line)
        finally:
            connection.close()

    # -- where a kind lives --------------------------------------------------------------------------------

    def path_of(self, item: Object) -> str:
        """Return the path of an object by its apiVersion, kind, namespace and name."""
        metadata = item["metadata"]
        return self.path(item["apiVersion"], item["kind"], metadata.get("namespace"), metadata["name"])

    def path(self, version: str, kind: str, namespace: str | None, name: str) -> str:
        """Return the path of an object; a namespaced one without a namespace lives in `default`."""
        plural, namespaced = self._resource(version, kind)
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        inside = f"/namespaces/{namespace or 'default'}" if namespaced else ""
        return f"{base}{inside}/{plural}/{name}"

    def collections(self) -> dict[str, tuple[str, str]]:
        """Return every collection that can be listed: path to (group, kind), of each group's first version."""
        found: dict[str, tuple[str, str]] = {}
        for root in ("/api", "/apis"):
            for group in self.call("GET", root, accept=AGGREGATED).get("items", []):
                name = group.get("metadata", {}).get("name", "")
                seen: set[str] = set()
                for version in group.get("versions", []):
                    base = f"/apis/{name}/{version['version']}" if name else f"/api/{version['version']}"
                    for each in version.get("resources", []):
                        if "list" in each["verbs"] and each["resource"] not in seen:
                            seen.add(each["resource"])
                            found[f"{base}/{each['resource']}"] = (name, each["responseKind"]["kind"])
        return found

    def _resource(self, version: str, kind: str) -> tuple[str, bool]:
        if (version, kind) not in self._resources:
            base = f"/apis/{version}" if "/" in version else f"/api/{version}"
            for each in self.call("GET", base).get("resources", []):
                if "/" not in each["name"]:
                    self._resources[version, each["kind"]] = (each["name"], each["namespaced"])
        if (version, kind) not in self._resources:
            raise ApiError(NOT_FOUND, f"the API server has no kind {kind} in {version}")
        return self._resources[version, kind]

    def _connection(self) -> http.client.HTTPSConnection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPSConnection(self.host, self.port, context=self._tls, timeout=60)
            self._local.connection = connection
        return connection
