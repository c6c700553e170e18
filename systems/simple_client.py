from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from histories.values import freeze
from systems.simulation.port import Port
from systems.system import Client, DefiniteError, IndefiniteError

_ERRORS: Mapping[str, type[Exception]] = {"fail": DefiniteError, "info": IndefiniteError}


class SimpleClient(Client):
    """One request to one node for each operation.

    The node is asked (f, key, value) and answers ("ok", result), ("fail", why) or ("info", why).
    """

    def __init__(self, port: Port, node: str, process: int) -> None:
        self.port = port
        self.node = node
        self.process = process

    async def invoke(self, f: str, key: Any, value: Any) -> Any:
        """Ask, and return what a read read, or what anything else was asked to do."""
        status, result = await self.port.call(self.node, (f, freeze(key), freeze(value)))
        if status == "ok":
            return result if f == "read" else value
        raise _ERRORS[status](result)
