"""Help first: whatever rules, stories and fallbacks would do, a disclosure is answered with help."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

ACTION = "action_safety"
STAYS_FOR = {
    "affirm",
    "deny",
    "feedback_helpful",
    "feedback_unhelpful",
    "not_sure",
    "out_of_scope",
    "thanks",
}  # after a disclosure these are about it, not about the bot


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
        chances = self._default_predictions(domain)
        if tracker.latest_action_name == ACTION:
            chances[domain.index_for_action(ACTION_LISTEN_NAME)] = 1.0
        elif tracker.latest_action_name == ACTION_LISTEN_NAME and _concerns_safety(tracker):
            chances[domain.index_for_action(ACTION)] = 1.0
        return self._prediction(chances)


def _concerns_safety(tracker: DialogueStateTracker) -> bool:
    message = tracker.latest_message
    if message is None:
        return False
    noticed = (message.parse_data.get("safety") or {}).get("level", "none") != "none"  # type: ignore[call-overload]
    return noticed or (bool(tracker.get_slot("danger")) and message.intent_name in STAYS_FOR)
