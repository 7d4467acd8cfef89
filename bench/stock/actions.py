"""The stock bot's action server, run by `rasa run actions`: looks the answer up, says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

# Written beside the copy of this file in the stock project: intent -> what is said.
ANSWERS: dict[str, str] = json.loads((Path(__file__).parent / "answers.json").read_text())


class Answer(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        intent = str(tracker.latest_message["intent"]["name"])
        dispatcher.utter_message(text=ANSWERS.get(intent, ANSWERS["not_sure"]))
        return []


class Help(Answer):
    def name(self) -> str:
        return "action_help"
