"""Start the server, on this machine alone unless somebody asks for more."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.web.app import create_app
from serai.web.guard import LOCAL

__all__ = ["serve"]

LAST_PORT: Final = 65535


def serve(
    world: World,
    *,
    host: str,
    port: int,
    token: str,
    name: str = "",
    tell: Callable[[str], None],
) -> None:
    """
    Serve the page until somebody interrupts.

    Parameters
    ----------
    world
        The tables.
    host
        Address to listen at. Anything but this machine's own needs a token; one is made up where
        none is given.
    port
        Port to listen at; 0 for any that is free.
    token
        What everybody must know; empty for none.
    name
        Another name under which a server in front of this one may ask; needs a token as well.
    tell
        Told the address, once the server listens.

    Raises
    ------
    ScenarioError
        Nobody can listen there.
    """
    is_local = host in LOCAL or host.startswith("127.") or host == "::1"
    if (name or not is_local) and not token:
        token = secrets.token_urlsafe(18)
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    app = create_app(world, hosts=(shown, *([name] if name else [])), token=token)
    query = f"/?token={token}" if token else "/"
    tell(f"Serai is at http://{shown}:{port}{query} (stop it with Ctrl-C)")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=False,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        text = state_fault(
            f"--host {host} --port {port}", error.strerror or str(error),
            "an address of this machine and a free port", "choose another, or --port 0 for any",
        )  # fmt: skip
        raise ScenarioError(text) from error
    return listener
