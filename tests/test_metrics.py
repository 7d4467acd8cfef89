"""What whoever looks after a server can count, and that it says nothing about anybody."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.channels.turn import Turns
from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT
from bot.privacy.where import SettingError
from tests.conftest import Chat

ALERTS = ROOT / "deploy" / "alerts.yml"


def counted(name: str, **labels: str) -> float:
    """The value in this process's own registry."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def served(address: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What /metrics says of our own counts: name and labels, and the value."""
    page = httpx.get(f"{address}/metrics")
    assert page.status_code == 200
    families = [f for f in text_string_to_metric_families(page.text) if f.name.startswith("your_say")]
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


@pytest.mark.rasa
def test_a_bot_counts_turns_levels_fallbacks_and_how_long_they_took(bot: str) -> None:
    before = served(bot)
    chat = Chat(bot, "counted-canary")
    chat.says("what is an advocate")
    chat.says("my dad hits me every night")
    Chat(bot, "counted-canary-2").says("what is the best pizza topping")
    after = served(bot)

    def rose(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        return after[key] - before[key]

    assert rose("your_say_turns_total", channel="rest") == 3
    assert rose("your_say_turn_seconds_count") == 3
    assert rose("your_say_lock_seconds_count") >= 3
    grave = [rose("your_say_levels_total", channel="rest", level=level) for level in ("urgent", "emergency")]
    assert sum(grave) == 1
    assert rose("your_say_levels_total", channel="rest", level="none") == 2
    assert sum(rose("your_say_fallbacks_total", kind=kind) for kind in metrics.FALLBACKS) == 1
    assert sum(rose("your_say_static_help_total", kind=kind) for kind in ("error", "no_answer")) == 0
    assert after["your_say_model_ready", frozenset()] == 1
    assert after["your_say_spooled", frozenset()] == 0


@pytest.mark.rasa
def test_no_label_says_more_than_channel_level_and_kind(bot: str) -> None:
    Chat(bot, "canary-sender").says("zanzibar lives in devon, my dad hits me every night")
    page = httpx.get(f"{bot}/metrics").text
    assert not re.search("canary|zanzibar|devon", page)
    ours = [labels for name, labels in served(bot) if not name.endswith("_bucket")]
    values = {value for labels in ours for _, value in labels}
    assert values <= {*metrics.CHANNELS, *metrics.LEVELS, *metrics.FALLBACKS, *metrics.FAULTS, *metrics.PARTS}
    assert "_created" not in page


@pytest.mark.rasa
@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
def test_nobody_reads_the_counts_through_a_proxy(bot: str, header: str) -> None:
    assert httpx.get(f"{bot}/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.rasa
def test_a_bot_with_model_and_store_is_ready(bot: str) -> None:
    answer = httpx.get(f"{bot}/ready")
    assert answer.status_code == 200
    assert answer.json() == {"model": True, "store": True}


async def _nothing(message: object) -> None:
    """Says nothing."""


async def _broken(message: object) -> None:
    raise RuntimeError


async def _late(message: object) -> None:
    raise TimeoutError


async def _unscreened(message: object) -> None:
    message.parse_data = {"intent": {"name": "what_is_an_advocate"}}  # type: ignore[attr-defined]
    raise RuntimeError


@pytest.mark.parametrize(
    ("handle", "kind"),
    [(_nothing, "no_answer"), (_broken, "error"), (_late, "too_slow"), (_unscreened, "no_screen")],
)
async def test_static_help_is_counted_by_what_went_wrong(
    knowledge: Knowledge, handle: object, kind: str
) -> None:
    before = counted("your_say_static_help_total", kind=kind)
    await Turns("rest", knowledge, handle).take("me", "what is an advocate")  # type: ignore[arg-type]
    assert counted("your_say_static_help_total", kind=kind) == before + 1


def test_help_for_danger_is_no_fallback() -> None:
    heard = {"safety": {"level": "urgent"}, "intent": {"name": "not_sure"}}
    before = counted("your_say_fallbacks_total", kind="not_sure")
    metrics.turn("rest", 0.1, heard, None)
    assert counted("your_say_fallbacks_total", kind="not_sure") == before
    metrics.turn("rest", 0.1, {**heard, "safety": {"level": "none"}}, None)
    assert counted("your_say_fallbacks_total", kind="not_sure") == before + 1


def test_another_machine_may_read_the_counts_if_it_is_named() -> None:
    named = metrics.networks("10.1.0.0/16 192.0.2.7")
    assert metrics.is_among("10.1.2.3", named)
    assert metrics.is_among("192.0.2.7", named)
    assert not metrics.is_among("192.0.2.8", named)
    assert not metrics.is_among("10.1.2.3", metrics.networks(""))


def test_a_network_that_cannot_be_read_is_named() -> None:
    with pytest.raises(SettingError, match="YOUR_SAY_METRICS_FROM"):
        metrics.networks("everyone")


def rules(file: Path = ALERTS) -> list[dict[str, object]]:
    """Every rule of the file of alerts."""
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def test_every_alert_is_about_something_that_is_counted() -> None:
    there = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    for rule in rules():
        named = set(re.findall(r"your_say_\w+|process_\w+", str(rule["expr"])))
        assert named, rule
        assert named <= there, rule


def test_every_alert_has_its_own_part_of_the_runbook() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.M)
    for rule in rules():
        assert rule["annotations"]["runbook"] in headings  # type: ignore[index]
