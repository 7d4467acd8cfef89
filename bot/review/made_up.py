"""Made-up conversations to try the review room with: the stories of `data/`, as the journal has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bot.knowledge import Knowledge, shared
from bot.knowledge.load import ROOT

SAYS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
Told = list[tuple[str, dict[str, Any]]]  # (kind, what was said), in order, as in `bot.privacy.journal`
_WHERE = (("widget", ""), ("widget", "devon"), ("widget", "cumberland"), ("telegram", ""), ("rest", ""))
_HOW_OFTEN = (30, 30, 15, 20, 5)


def conversations(chance: Random, ordinary: int = 44) -> Iterator[Told]:
    """So many ordinary ones, those with a disclosure, and some in which it was missed."""
    stories = [story for story in _stories() if not _deletes(story)]
    for story in chance.sample(stories, ordinary):
        yield _Teller(chance).ordinary(story)
    for story in _read("data/safety/stories.yml"):
        if story["story"] in SAYS["heard"]:
            yield _Teller(chance).disclosure(story)
    for message in SAYS["unheard"]:
        yield _Teller(chance).missed(message)


def _stories() -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        yield from _read(f"data/stories/{path.name}")


def _read(file: str) -> list[dict[str, Any]]:
    stories: list[dict[str, Any]] = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["stories"]
    return stories


def _deletes(story: dict[str, Any]) -> bool:
    """Whether nothing of it would be left to review."""
    return any(step.get("action") == "action_forget" for step in story["steps"])


class _Teller:
    """Tells one conversation: what was typed, what was understood, what the bot did and said."""

    def __init__(self, chance: Random) -> None:
        self._chance, self._known = chance, shared()
        self._channel, self._place = chance.choices(_WHERE, _HOW_OFTEN)[0]
        self._about = ""  # the topic answered last
        self._offers: list[str] = []
        self._told: Told = []

    def ordinary(self, story: dict[str, Any]) -> Told:
        for said, done in pairwise(story["steps"]):
            if "intent" in said:
                self._young_person(said["user"].strip(), said["intent"])
                self._bot(said["intent"], done["action"])
        self._feedback()
        return self._told

    def disclosure(self, story: dict[str, Any]) -> Told:
        for turn in story["turns"]:
            self._safety_turn(turn, SAYS["heard"][story["story"]])
        return self._told

    def missed(self, message: str) -> Told:
        topic = self._chance.choice(["not_sure", "out_of_scope"])
        self._young_person(message, topic)
        self._bot(topic, "action_not_sure" if topic == "not_sure" else "action_answer")
        return self._told

    def _young_person(self, text: str, topic: str, **heard: Any) -> None:
        pressed = text.startswith("/")
        confidence = 1.0 if pressed else self._confidence(topic)
        self._offers = self._chance.sample(list(self._known.answers), 3) if topic == "not_sure" else []
        said = {
            "text": text,
            "pressed": pressed,
            "channel": self._channel,
            "place": self._place,
            "topic": topic,
            "confidence": confidence,
            "offers": self._offers,
            "runners_up": [] if pressed else self._runners_up(topic, min(confidence, 1 - confidence)),
            "level": "none",
            "categories": [],
            "speaker": "young person",
            "why": "",
        }
        self._told.append(("user", {**said, **heard}))

    def _confidence(self, topic: str) -> float:
        if topic == "not_sure":
            return self._chance.uniform(0.08, 0.2)
        least, most = (0.55, 0.99) if self._chance.random() < 0.85 else (0.2, 0.5)
        return self._chance.uniform(least, most)

    def _runners_up(self, topic: str, rest: float) -> list[dict[str, Any]]:
        answer = self._known.answers.get(topic)
        others = list(answer.related) if answer and answer.related else ["get_help", "greet", "advocate_what"]
        return [{"topic": other, "confidence": rest / 2**rank} for rank, other in enumerate(others[:3], 1)]

    def _bot(self, topic: str, action: str) -> None:
        policy = "MemoizationPolicy" if self._about else "RulePolicy"
        offered = [self._known.answers[id_].title for id_ in self._offers]
        said, buttons = self._reply(topic, action), self._buttons()
        self._say(action, policy, said, offered or buttons, self._about)

    def _say(self, action: str, policy: str, words: str, buttons: list[str], topic: str = "") -> None:
        self._told.append(("action", {"name": action, "policy": policy}))
        self._told.append(("bot", {"text": self._known.say(words), "buttons": buttons, "topic": topic}))

    def _reply(self, topic: str, action: str) -> str:
        answers, menu = self._known.answers, self._known.menu
        if action == "action_not_sure":
            return f"{menu.phrases['not_sure']}\n{menu.phrases['not_sure_end']}"
        if action == "action_follow_up" and topic.startswith("follow_"):
            aspect = topic.removeprefix("follow_")
            own = answers[self._about].follow_ups if self._about else {}
            return own.get(aspect) or menu.follow_ups[aspect]
        if action == "action_repeat" and self._about:
            return answers[self._about].simpler or answers[self._about].answer
        if action == "action_choose":
            topic = self._chance.choice(list(answers))
        self._about = topic if topic in answers else "get_help"
        return answers[self._about].answer

    def _buttons(self) -> list[str]:
        phrases, answer = self._known.menu.phrases, self._known.answers.get(self._about)
        related = [self._known.answers[id_].title for id_ in answer.related[:2]] if answer else []
        return [phrases["more_button"], phrases["simpler_button"], *related]

    def _safety_turn(self, turn: dict[str, Any], categories: list[str]) -> None:
        group, name = (turn.get("reply") or ".").split(".")[:2]
        text = turn.get("says") or turn["taps"]
        topic = turn.get("topic") or ("get_help" if group else "not_sure")
        if group in ("levels", "speakers", "languages"):
            level = name if group == "levels" else "urgent"
            speaker = name if group == "speakers" else "young person"
            why = f"the pattern {categories[0]} ({self._chance.uniform(0.8, 0.99):.2f})"
            self._young_person(text, topic, level=level, categories=categories, speaker=speaker, why=why)
            self._offers = []
            self._help(_words(self._known, turn["reply"]), level, categories)
        elif group:
            self._young_person(text, text.removeprefix("/") if "taps" in turn else "affirm")
            self._say("action_safety", "SafetyPolicy", _words(self._known, turn["reply"]), [])
        else:
            self._young_person(text, topic)
            self._bot(topic, "action_not_sure" if topic == "not_sure" else "action_answer")

    def _help(self, words: str, level: str, categories: list[str]) -> None:
        safety = self._known.safety
        more = [safety.categories[id_].says for id_ in categories if level != "emergency"]
        buttons = [safety.phrases["not_meant"]]
        if level == "urgent":
            more.append(safety.phrases["safe_now"])
            buttons = [safety.phrases["answer_yes"], safety.phrases["answer_no"], *buttons]
        words = "\n\n".join([words.strip(), *(line.strip() for line in more if line)])
        self._say("action_safety", "SafetyPolicy", words, buttons)

    def _feedback(self) -> None:
        pressed = self._chance.choices(["", "feedback_helpful", "feedback_unhelpful"], [65, 20, 15])[0]
        if pressed:
            self._young_person(f"/{pressed}", pressed)
            self._bot(pressed, "action_answer")


def _words(known: Knowledge, reply: str) -> str:
    """The words that the reply of a story is named by, such as levels.urgent."""
    group, name = reply.split(".")[:2]
    if group == "speakers":
        return known.safety.speakers[name].says
    if group == "languages":
        return known.help_cards[name].card
    words: str = getattr(known.safety, group)[name]
    return words
