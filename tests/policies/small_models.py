"""Small models with our safety policy, trained in seconds, to see it beside what the bot itself has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rasa.model_training
import yaml

CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "small",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "LogisticRegressionClassifier"},
    ],
    "policies": [
        {"name": "bot.policies.safety_policy.SafetyPolicy", "priority": 10},
        {"name": "bot.policies.rule_policy.RulePolicy"},
    ],
}
NLU = [
    {"intent": "greet", "examples": "- hello\n- hi\n"},
    {"intent": "tell_town", "examples": "- find my town\n- which town\n"},
]
DOMAIN: dict[str, Any] = {
    "version": "3.1",
    "intents": ["greet", "tell_town", "safe_now", "not_safe_now", "wrong_alarm"],
    "slots": {
        "danger": {"type": "any", "mappings": [{"type": "custom"}]},
        "offers": {"type": "any", "mappings": [{"type": "custom"}]},
        "puzzled": {"type": "any", "mappings": [{"type": "custom"}]},
        "town": {
            "type": "text",
            "mappings": [
                {"type": "from_text", "conditions": [{"active_loop": "town_form", "requested_slot": "town"}]}
            ],
        },
    },
    "forms": {"town_form": {"required_slots": ["town"]}},
    "responses": {
        "utter_ask_town": [{"text": "Which town?"}],
        "utter_thanks": [{"text": "Thanks."}],
        "utter_hello": [{"text": "Hello."}],
    },
    "actions": ["action_safety", "action_remind"],
}
RULES = [
    {"rule": "hello", "steps": [{"intent": "greet"}, {"action": "utter_hello"}]},
    {
        "rule": "asks for the town",
        "steps": [{"intent": "tell_town"}, {"action": "town_form"}, {"active_loop": "town_form"}],
    },
    {
        "rule": "has the town",
        "condition": [{"active_loop": "town_form"}],
        "steps": [{"action": "town_form"}, {"active_loop": None}, {"action": "utter_thanks"}],
    },
]


def train_small(folder: Path) -> Path:
    """A model with one form and no safety screen."""
    files = {
        "config": CONFIG,
        "domain": DOMAIN,
        "nlu": {"version": "3.1", "nlu": NLU},
        "rules": {"version": "3.1", "rules": RULES},
    }
    for name, content in files.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(content))
    trained = rasa.model_training.train(
        domain=str(folder / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=[str(folder / "nlu.yml"), str(folder / "rules.yml")],
        output=str(folder),
    )
    return Path(str(trained.model))
