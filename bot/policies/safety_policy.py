"""Help first: whatever rules, stories and fallbacks would do, a disclosure is answered with help."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

HELP, REMIND = "action_safety", "action_remind"
ANSWERS = {"action_answer", "action_advocate", "action_council", "action_follow_up", "action_signpost"}
BUTTONS = {"safe_now", "not_safe_now", "wrong_alarm"}  # of the help itself
ABOUT_IT = BUTTONS | {
    "affirm",
    "deny",
    "feedback_helpful",
    "feedback_unhelpful",
    "not_sure",
    "out_of_scope",
    "thanks",
}  # after a disclosure these are about it, not about the bot
GRAVE = {"urgent", "emergency"}
OPEN = GRAVE | {"concern"}


class NotScreenedError(Exception):
    """A message reached the policies without having been screened; the turn must end in help."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """Outranks every other policy when the screen has noticed something, and stays for what comes after."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": 10}

    def train(self, training_trackers: Any, domain: Domain, **kwargs: Any) -> Resource:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "nothing_to_learn").touch()
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Raises NotScreenedError for a message that the safety screen has not read."""
        chances = self._default_predictions(domain)
        action = _next_action(tracker)
        if action is not None:
            chances[domain.index_for_action(action)] = 1.0
        # A form's own step is "no user" too, and would otherwise go before everything else.
        return self._prediction(chances, is_no_user_prediction=action is not None)


def _next_action(tracker: DialogueStateTracker) -> str | None:
    message, last = tracker.latest_message, tracker.latest_action_name
    if message is None:
        return None
    if last in (HELP, REMIND):
        return str(ACTION_LISTEN_NAME)
    is_open = tracker.get_slot("danger") in OPEN
    if last == ACTION_LISTEN_NAME:
        meant = _typed_button(message, tracker) or _meant(message)
        about_it = meant in BUTTONS or (is_open and meant in ABOUT_IT)
        return HELP if _noticed(message) or about_it else None
    return REMIND if last in ANSWERS and tracker.get_slot("danger") in GRAVE else None


def _noticed(message: UserUttered) -> bool:
    safety = message.parse_data.get("safety")  # type: ignore[call-overload]
    is_button = (message.text or "/").startswith("/")  # the channels let only our own payloads begin so
    if safety is None and not is_button:
        raise NotScreenedError
    return bool(safety) and safety["level"] != "none"


def _meant(message: UserUttered) -> str | None:
    """The intent; that one certain answer was helpful or not is never about the help."""
    names_an_answer = any(entity.get("entity") == "topic" for entity in message.entities)
    return None if names_an_answer else message.intent_name


def _typed_button(message: UserUttered, tracker: DialogueStateTracker) -> str | None:
    """The name on the button that a typed number chooses."""
    offers = tracker.get_slot("offers") or []
    choice = message.parse_data.get("choice") or 0  # type: ignore[call-overload]
    return str(offers[choice - 1]).removeprefix("/") if 0 < choice <= len(offers) else None
