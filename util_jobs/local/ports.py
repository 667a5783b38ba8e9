"""Says which port is taken, by whom if that can be known, and what to change."""

from __future__ import annotations

import socket

import psutil

from pipeline.errors import ConfigurationError


def require_free(port: int, purpose: str, variable: str) -> None:
    """Raise `ConfigurationError` if nothing can listen on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return
        except PermissionError:
            reason = f"port {port} may not be used by an ordinary user"
        except OSError:
            reason = f"port {port} is taken{holder(port)}"
    raise ConfigurationError(
        f"Cannot start {purpose}: {reason}. Stop that program, or choose another port: {variable}={port + 1} make run"
    )


def holder(port: int) -> str:
    """` by gunicorn (pid 42)`, or nothing if the system does not tell."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:  # other users' processes, and on macOS anyone's but root's
        return ""
    return ""
