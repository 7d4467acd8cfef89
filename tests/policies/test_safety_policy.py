"""The safety policy outranks rules and forms, and refuses what was not screened."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.engine.exceptions import GraphComponentException

from bot.agent import load_agent
from bot.knowledge.load import ROOT
from bot.policies.safety_policy import NotScreenedError
from tests.policies.small_models import train_small

pytestmark = pytest.mark.rasa
CALM = {"level": "none", "categories": [], "why": ""}
URGENT = {"level": "urgent", "categories": ["physical_abuse"], "why": "", "speaker": "young person"}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    return load_agent(train_small(tmp_path_factory.mktemp("small")), ROOT / "endpoints.yml")


async def hear(agent: Agent, sender: str, text: str, intent: str, safety: dict[str, Any] | None) -> list[str]:
    """What the bot says to `text`, understood as `intent`, with what the screen noticed."""
    parsed = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": []}
    if safety:
        parsed["safety"] = safety
    out = CollectingOutputChannel()
    await agent.handle_message(UserMessage(text, out, sender, parse_data=parsed))
    return [message["text"] for message in out.messages if "text" in message]


async def test_a_disclosure_in_the_middle_of_a_form_is_helped_and_the_form_goes_on(agent: Agent) -> None:
    assert await hear(agent, "asa", "find my town", "tell_town", CALM) == ["Which town?"]
    (said,) = await hear(agent, "asa", "leeds but my dad hits me", "greet", URGENT)
    assert "0800 1111" in said
    assert "Are you safe right now?" in said
    assert await hear(agent, "asa", "leeds", "greet", CALM) == ["Thanks."]


async def test_a_disclosure_outranks_the_rule_of_its_intent(agent: Agent) -> None:
    (said,) = await hear(agent, "bo", "hi my dad hits me", "greet", URGENT)
    assert "Hello." not in said


async def test_what_was_not_screened_is_not_answered(agent: Agent) -> None:
    with pytest.raises(GraphComponentException) as raised:
        await hear(agent, "cy", "hi", "greet", None)
    assert isinstance(raised.value.__cause__, NotScreenedError)
