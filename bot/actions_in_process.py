"""Runs the custom actions inside the bot's own process, without an action server."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class ActionsInProcess(EndpointConfig):
    """Stands where Rasa expects the address of an action server. Actions are not given the domain."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action that Rasa's call asks for; an action's own error goes up to Rasa."""
        return await self._executor.run(json or {})


class ActionInProcess(RemoteAction):
    """An action whose result is believed: it comes from rasa_sdk in this process, not over the network.

    Rasa checks each result against a schema, and the schema itself each time: two fifths of a turn.
    """

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        return True
