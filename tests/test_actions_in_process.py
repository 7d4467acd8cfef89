"""Actions run in the bot's own process, and their results are not checked as if they came from elsewhere."""

from __future__ import annotations

import inspect

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor

from bot.actions_in_process import ActionInProcess
from bot.agent import ListeningProcessor

pytestmark = pytest.mark.rasa


def test_rasa_still_checks_results_where_we_leave_that_out() -> None:
    """If this fails Rasa has changed: see whether a turn is slow again."""
    assert "_validate_action_result(response)" in inspect.getsource(RemoteAction.run)
    assert ActionInProcess.run is RemoteAction.run


def test_every_action_of_a_turn_still_goes_through_where_we_exchange_it() -> None:
    assert "self._run_action(" in inspect.getsource(MessageProcessor._run_prediction_loop)
    assert ListeningProcessor._run_action is not MessageProcessor._run_action
