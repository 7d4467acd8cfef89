"""Rules that are looked up are the rules that Rasa would have found one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.policies import rule_policy

from bot.agent import load_agent
from bot.knowledge.load import ROOT
from bot.policies.rule_policy import RulePolicy
from bot.training import ensure_model

pytestmark = pytest.mark.rasa
ACTIONS = st.sampled_from(["action_listen", "action_answer", "action_council", "action_not_sure"])
INTENTS = st.sampled_from(
    ["greet", "advocate_get", "deny", "affirm", "follow_who_decides", "contact_social_services"]
)
STATE = st.fixed_dictionaries(
    {"prev_action": st.fixed_dictionaries({"action_name": ACTIONS})},
    optional={"user": st.fixed_dictionaries({"intent": INTENTS})},
)


@pytest.fixture(scope="module")
def policy() -> RulePolicy:
    nodes: dict[str, Any] = load_agent(
        ensure_model(), ROOT / "endpoints.yml"
    ).processor.graph_runner._instantiated_nodes
    (found,) = (n._component for n in nodes.values() if isinstance(n._component, rule_policy.RulePolicy))
    assert isinstance(found, RulePolicy)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATE, min_size=1, max_size=4))
def test_the_same_rules_apply_as_if_each_were_tried(policy: RulePolicy, states: list[dict[str, Any]]) -> None:
    rules = policy.lookup["rules"]
    assert policy._get_possible_keys(rules, states) == rule_policy.RulePolicy._get_possible_keys(
        policy, rules, states
    )


def test_a_topic_is_answered_by_its_rule(policy: RulePolicy) -> None:
    said = [{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "advocate_get"}}]
    assert policy._get_possible_keys(policy.lookup["rules"], said)
