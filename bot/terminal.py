"""The bot in a terminal: a chat, a single question, and what it understands."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Iterable
from typing import IO, Any

from rasa.core.agent import Agent

from bot.agent import load_agent
from bot.channels.turn import Turns
from bot.knowledge import Knowledge, shared
from bot.knowledge.load import ROOT
from bot.nlu.topic_decision import CHOOSE, FOLLOW_UP, NOT_SURE
from bot.training import ensure_model

NOTICED: dict[str, Any] = {"level": "none", "categories": [], "why": ""}  # by the safety screen, in nothing


def ready_agent() -> Agent:
    return load_agent(ensure_model(), ROOT / "endpoints.yml")


def turns(agent: Agent, knowledge: Knowledge) -> Turns:
    return Turns("terminal", knowledge, agent.handle_message, agent.tracker_store.delete)


def ask(message: str) -> None:
    """Print the reply to one message."""
    taken = turns(ready_agent(), shared()).take(secrets.token_hex(8), message)
    print("\n\n".join(reply["text"] for reply in asyncio.run(taken)))


def chat() -> None:
    """Talk until the input ends."""
    asyncio.run(_chat(turns(ready_agent(), shared())))


async def _chat(conversation: Turns) -> None:
    sender = secrets.token_hex(8)
    message = "/greet"
    while message:
        for reply in await conversation.take(sender, message):
            print(f"\n{reply['text']}")
            for number, button in enumerate(reply.get("buttons", []), 1):
                print(f"   [{number}] {button['title']}")
        print("\n> ", end="", flush=True)
        message = sys.stdin.readline()


def parse_lines(lines: Iterable[str], out: IO[str]) -> None:
    """For each JSON line {"text": ...} write one line with what the bot understood."""
    agent = ready_agent()
    reader = turns(agent, shared())
    for number, line in enumerate(lines, 1):
        if line.strip():
            text = _text(line, number)
            json.dump(asyncio.run(understood(agent, reader, text)), out, ensure_ascii=False)
            out.write("\n")
            out.flush()


def _text(line: str, number: int) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        sys.exit(f'line {number} is not an object with "text"')
    return text if isinstance(text, str) else str(text)


async def understood(agent: Agent, reader: Turns, text: str) -> dict[str, Any]:
    """What would be answered, offered or refused; `why` is for reviewers."""
    words = reader.readable(text)
    parsed = await agent.parse_message(words) if words else {}
    intent = parsed.get("intent") or {}
    topic, offers = intent.get("name") or NOT_SURE, parsed.get("offers") or []
    if topic == CHOOSE:
        topic = NOT_SURE
    elif topic.startswith(FOLLOW_UP):
        topic, offers = parsed["alone"]["topic"], parsed["alone"]["offers"]
    noticed = parsed.get("safety") or NOTICED
    return {
        "text": text,
        "topic": topic,
        "offers": offers,
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        **{field: noticed[field] for field in NOTICED},
    }
