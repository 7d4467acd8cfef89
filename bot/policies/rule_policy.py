"""Rasa's rules, found by what was just said instead of by trying every one of them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, SHOULD_NOT_BE_SET
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import INTENT

_ANYTHING = ""  # stands for the intent of a rule that does not ask for one


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class RulePolicy(rule_policy.RulePolicy):
    """Rasa's, which compares only rules that end with the intent of the turn, and those with none.

    Rasa compares each of them, three times a turn; ours are hundreds, two for each topic. Named
    like Rasa's, which goes by that name where it tells the kinds of policy apart.
    """

    _by_intent: dict[str, list[str]] | None = None  # keys of the rules; none while they are learned

    @classmethod
    def load(cls, *arguments: Any, **more: Any) -> RulePolicy:
        policy: RulePolicy = super().load(*arguments, **more)  # type: ignore[assignment]
        policy._by_intent = defaultdict(list)
        for rule in policy.lookup[RULES]:
            intent = json.loads(rule)[-1].get(USER, {}).get(INTENT)
            policy._by_intent[_ANYTHING if intent in (None, SHOULD_NOT_BE_SET) else intent].append(rule)
        return policy

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        if self._by_intent is not None and lookup is self.lookup[RULES]:
            said = states[-1].get(USER, {}).get(INTENT, _ANYTHING)
            near = {*self._by_intent.get(said, ()), *self._by_intent.get(_ANYTHING, ())}
            lookup = {rule: lookup[rule] for rule in near}
        return set(super()._get_possible_keys(lookup, states))
