"""Between the network and the model: who may ask, how much, and what a browser may do."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from serai.web.wire import refusal

__all__ = ["CSP", "Guard"]

MAX_BODY_BYTES: Final = 64 * 1024
"""A scenario is a few kilobytes."""

PER_SECOND: Final = 40.0
BURST: Final = 160.0
"""Requests of one address: so many a second for long, so many at once."""

MAX_CLIENTS: Final = 1000
COOKIE: Final = "serai_token"
LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")

CSP: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Scripts and styles come from the package alone; nothing else is loaded, nothing may frame us."""

HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Next = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True, kw_only=True)
class _Bucket:
    left: float = BURST
    at: float = field(default_factory=time.monotonic)


class Guard:
    """
    Refuses what is too large, too often, from elsewhere or without the token.

    Parameters
    ----------
    hosts
        Names under which the server may be asked; others are a trick of a foreign page.
    token
        What everybody must know; empty where only this machine is served.
    """

    def __init__(self, hosts: tuple[str, ...], token: str) -> None:
        self.hosts, self.token = {*hosts, *LOCAL}, token
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def __call__(self, request: Request, follow: Next) -> Response:
        """
        Answer a request, or refuse it.

        Parameters
        ----------
        request
            What was asked.
        follow
            Answers what is let through.
        """
        response = self._refuse(request) or self._let_in(request) or await follow(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _refuse(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name not in self.hosts:
            return _no("host", repr(host), f"one of {', '.join(sorted(self.hosts))}",
                       "open the address that the server printed", 421)  # fmt: skip
        wait = self._wait_s(request.client.host if request.client else "")
        if wait > 0:
            return _no("requests", "too many at once", f"at most {PER_SECOND:g} a second",
                       "wait a moment", 429, {"Retry-After": str(int(wait) + 1)})  # fmt: skip
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _no("origin", repr(origin), "this server's own pages",
                       "open the address that the server printed", 403)  # fmt: skip
        if request.method in ("POST", "PUT", "PATCH"):
            return _refuse_body(request)
        return None

    def _let_in(self, request: Request) -> Response | None:
        """Ask for the token; who brings it in the address gets it as a cookie."""
        if not self.token:
            return None
        given = request.query_params.get("token")
        if given is not None and _same(given, self.token):
            there = RedirectResponse(str(request.url.remove_query_params("token").path), 303)
            there.set_cookie(COOKIE, self.token, httponly=True, samesite="strict")
            return there
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        known = given or bearer or request.cookies.get(COOKIE, "")
        if _same(known, self.token):
            return None
        return _no("token", "none" if not known else "another one", "the server's token",
                   "open the address with the token that the server printed", 401)  # fmt: skip

    def _wait_s(self, client: str) -> float:
        """Return how long an address must wait, [s]; zero if it may ask."""
        now = time.monotonic()
        bucket = self._buckets.setdefault(client, _Bucket())
        self._buckets.move_to_end(client)
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * PER_SECOND)
        bucket.at = now
        if bucket.left < 1.0:
            return (1.0 - bucket.left) / PER_SECOND
        bucket.left -= 1.0
        return 0.0


def _refuse_body(request: Request) -> Response | None:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        return _no("body", "no Content-Length", "its length in bytes", "send the length", 411)
    if int(length) > MAX_BODY_BYTES:
        return _no("body", f"{int(length):,} bytes", f"at most {MAX_BODY_BYTES:,}",
                   "send less: a scenario is a few kilobytes", 413)  # fmt: skip
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return _no("body", repr(kind), "application/json", "send JSON", 415)
    return None


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())


def _no(
    where: str, got: str, wanted: str, then: str, status: int, headers: dict[str, str] | None = None
) -> Response:
    text = f"{where}: got {got}; wanted {wanted}; {then}"
    return refusal([("RequestError", text)], status=status, headers=headers)
