"""The `bot` command as its users run it."""

from __future__ import annotations

import json
import subprocess

import pytest

from bot.knowledge.load import ROOT
from tests.conftest import BOT


def bot(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BOT), *arguments], cwd=ROOT, input=given, capture_output=True, text=True)


def test_check_lists_every_topic_with_reading_age_source_and_date() -> None:
    done = bot("check")
    assert done.returncode == 0
    assert "82 topics answered" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("assessment_how_long ")]
    assert "2026-11-22" in line
    assert "Chapter 2" in line
    assert "not yet" in line


def test_help_lists_the_commands() -> None:
    said = bot("--help").stdout
    assert [
        name for name in ("run", "review", "chat", "ask", "parse", "check", "train") if name not in said
    ] == []


@pytest.mark.rasa
def test_ask_prints_the_reply() -> None:
    done = bot("ask", "how long does an assessment take")
    assert done.returncode == 0
    assert "45 working days" in done.stdout


@pytest.mark.rasa
def test_parse_writes_one_line_for_each_line() -> None:
    texts = [
        "how long does an assessment take",
        "who won the football",
        "",
        "/restart",
        "keep it secret?",
        "2",
    ]
    done = bot("parse", given="".join(json.dumps({"text": text}) + "\n" for text in texts))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == texts
    assert {"topic", "offers", "confidence", "level", "categories", "why"} <= set(lines[0])
    assert [line["topic"] for line in lines[:3]] == ["assessment_how_long", "out_of_scope", "not_sure"]
    assert not any(line["topic"].startswith(("follow_", "choose")) for line in lines)


@pytest.mark.rasa
def test_parse_says_which_line_is_wrong() -> None:
    done = bot("parse", given='{"text": "hi"}\n{"words": "hi"}\n')
    assert done.returncode == 1
    assert "line 2" in done.stderr


@pytest.mark.rasa
def test_chat_talks_until_the_input_ends() -> None:
    said = bot("chat", given="what is an advocate\n1\n").stdout
    assert "computer program" in said
    assert "advocate" in said
