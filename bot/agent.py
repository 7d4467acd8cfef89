"""Loads the trained model with our store, our actions and our logging."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain

from bot.actions_in_process import ActionsInProcess
from bot.privacy.forgetful_store import ForgetfulTrackerStore
from bot.quiet import quiet_rasa


def load_agent(model: Path, endpoints_file: Path) -> Agent:
    """The bot, ready to answer.

    `endpoints_file` may name another tracker store or an action server; without
    them conversations live in memory and actions run here.
    """
    quiet_rasa()
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    agent = Agent.load(str(model), action_endpoint=endpoints.action or ActionsInProcess())
    agent.tracker_store = _store(endpoints, agent.domain)
    agent.processor.tracker_store = agent.tracker_store
    return agent


def _store(endpoints: AvailableEndpoints, domain: Domain | None) -> Any:
    if endpoints.tracker_store is None:
        return ForgetfulTrackerStore(domain)
    return TrackerStore.create(endpoints.tracker_store, domain)
