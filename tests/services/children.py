"""Many young people who chat at once with several bots, and a count of what became of their messages."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.knowledge import shared

QUESTIONS = (
    "what is an advocate",
    "do i have to talk to the social worker",
    "how long does an assessment take",
    "can i come to the meeting",
    "who will see what i say",
)
GIVES_UP_AFTER = 60.0  # seconds; the page of a real child has shown the numbers to ring long before


@dataclass
class Tally:
    """Of messages: `static` are those answered with the help that needs nothing but the process."""

    sent: int = 0
    answered: int = 0
    static: int = 0
    again: int = 0  # times that a message had to be sent once more
    numbers: list[str] = field(default_factory=list)  # of messages that a bot really answered

    def kept(self, counted: Counter[str]) -> tuple[int, int]:
        """Lost and doubled, by how often each message's number stands in the database."""
        lost = sum(counted[number] == 0 for number in self.numbers)
        doubled = sum(times > 1 for times in counted.values())
        return lost, doubled


class Children:
    """Each sends `messages` of the questions in turn, to whichever of the bots answers.

    `bots` gives the addresses there are now. Like a proxy, each child stays with one bot until that does not
    answer. A message that got no answer is sent again under the same number, as the page does.
    """

    def __init__(self, bots: Callable[[], Sequence[str]]) -> None:
        self._bots, self.tally = bots, Tally()
        self._fault = shared().phrase("fault")
        self._chance = random.Random(0)

    async def chat(self, children: int, messages: int, thinks: float) -> None:
        """`thinks`: seconds between two messages of one child, on average."""
        async with httpx.AsyncClient(timeout=30) as client:
            await asyncio.gather(*(self._child(client, child, messages, thinks) for child in range(children)))

    async def _child(self, client: httpx.AsyncClient, child: int, messages: int, thinks: float) -> None:
        bot = self._chance.choice(list(self._bots()))
        session, bot = await self._send(client, bot, "session", {})
        name = f"{session['session'][:24]}-{child}"
        for turn in range(messages):
            await asyncio.sleep(self._chance.uniform(0, 2 * thinks))
            number = f"{name}-{turn}"
            said = {"session": session["session"], "id": number, "message": QUESTIONS[turn % len(QUESTIONS)]}
            self.tally.sent += 1
            replies, bot = await self._send(client, bot, "message", said)
            self.tally.answered += 1
            if replies[0]["text"] == self._fault:
                self.tally.static += 1
            else:
                self.tally.numbers.append(number)

    async def _send(
        self, client: httpx.AsyncClient, bot: str, what: str, body: dict[str, str]
    ) -> tuple[Any, str]:
        """The answer, and which bot gave it."""
        async with asyncio.timeout(GIVES_UP_AFTER):
            while True:
                try:
                    response = await client.post(f"{bot}/webhooks/widget/{what}", json=body)
                    if response.status_code == 200:
                        return response.json(), bot
                except httpx.TransportError:
                    pass
                self.tally.again += 1
                bot = self._chance.choice(list(self._bots()))
                await asyncio.sleep(0.2)
