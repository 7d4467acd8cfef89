"""The routes that docs/routes.md lists, and where a server listens."""

from __future__ import annotations

import re
from typing import NamedTuple

import psutil

from bot.knowledge.load import ROOT

LOOPBACK = {"127.0.0.1", "::1"}
_ROW = re.compile(r"^\| ([A-Z, ]+) \| `(/[^`]*)` \| ([^|]+) \|", re.M)


class Route(NamedTuple):
    methods: str
    path: str
    who: str


def listed(server: str) -> list[Route]:
    """The rows under the heading that begins with `server`."""
    (part,) = [
        part for part in (ROOT / "docs" / "routes.md").read_text().split("\n## ") if part.startswith(server)
    ]
    return [Route(*row) for row in _ROW.findall(part)]


def listening(port: int) -> set[str]:
    """The addresses at which this port is open."""
    open_ = [c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    addresses = {address.ip for address in open_ if address.port == port}
    assert addresses
    return addresses
