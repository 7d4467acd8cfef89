"""`bot stories apply` puts an approved change into `data/`: all of it, once, and nothing else changes."""

from __future__ import annotations

import difflib
import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import main
from bot.knowledge import ContentError, load
from bot.knowledge.load import ROOT
from bot.stories import apply as applying
from bot.stories.apply import apply
from bot.stories.change import REVIEWED, Change, read_change
from bot.stories.told import read_stories

APPROVED = {"initials": "AB", "number": 1, "on": "2026-11-27"}
ALSO = {"initials": "CD", "number": 2, "on": "2026-11-27"}
STORY = """\
  # Robin, 12. Shows that a question about visits is answered.
  - story: asks what the visit is for
    steps:
      - user: |
          whats the visit even for robin wants to know
        intent: social_worker_visit
      - action: action_answer
      - user: |
          /follow_more{"topic": "social_worker_visit"}
        intent: follow_more
      - action: action_follow_up
"""
EXAMPLES = """\
- intent: social_worker_visit
  metadata:
    voice: reviewed conversations
  examples: |
    - whats the visit even for robin wants to know
"""
SAFETY_STORY = """\
  - story: says it at last
    why: Robin, 12. It was missed at first.
    turns:
      - {says: 'what is an advocate, please', topic: advocate_what}
      - {says: he does things to me that nobody can see, reply: levels.urgent}
      - {taps: /safe_now, reply: phrases.safe}
"""
SAFETY_EXAMPLES = """\
- level: urgent
  categories: [physical_abuse]
  voice: reviewed conversations
  messages: |
    - he does things to me that nobody can see
"""
EDIT = """\
  childline:
    answer: |
      Childline is free. Ring {childline.phone} at any time.

      You can say what you like there.
    follow_ups:
      cost: |
        It costs you nothing to ring {childline.phone}.
"""
GUIDE = "data/guide/where_to_get_help.yml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project's content."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def change(*items: dict[str, Any]) -> Change:
    written = json.dumps({"your_say_change": 1, "items": items})
    return read_change(written, "change.json")


def story(**fields: Any) -> dict[str, Any]:
    item = {
        "id": 1,
        "kind": "story",
        "name": "asks what the visit is for",
        "touches_safety": False,
        "approvals": [APPROVED],
        "files": {REVIEWED: STORY, "data/nlu/when_someone_is_worried.yml": EXAMPLES},
    }
    return item | fields


def safety_story(**fields: Any) -> dict[str, Any]:
    files = {
        "data/safety/stories.yml": SAFETY_STORY,
        "data/safety/examples/physical_abuse.yml": SAFETY_EXAMPLES,
    }
    return (
        story(
            id=2,
            name="says it at last",
            touches_safety=True,
            approvals=[APPROVED, ALSO],
            files=files,
        )
        | fields
    )


def edit(**fields: Any) -> dict[str, Any]:
    childline = load().answers["childline"]
    before = {"answer": childline.answer, "follow_ups.cost": childline.follow_ups["cost"]}
    return {
        "id": 3,
        "kind": "answer",
        "name": "childline",
        "touches_safety": True,
        "approvals": [APPROVED, ALSO],
        "files": {GUIDE: EDIT},
        "before": before,
    } | fields


def every_text(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.yml"))}


def what_changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def faults(root: Path, *items: dict[str, Any]) -> list[str]:
    """What `apply` complains of; nothing may have changed then."""
    before = every_text(root)
    with pytest.raises(ContentError) as caught:
        apply(change(*items), root)
    assert every_text(root) == before
    return [str(problem) for problem in caught.value.problems]


def test_a_story_its_example_and_an_edited_answer_are_put_in_their_places(root: Path) -> None:
    changed = apply(change(story(), safety_story(), edit()), root)
    assert changed == [
        GUIDE,
        "data/nlu/when_someone_is_worried.yml",
        "data/safety/examples/physical_abuse.yml",
        "data/safety/stories.yml",
        REVIEWED,
    ]
    told = {story.name: story for story in read_stories(root)}
    assert told["asks what the visit is for"].turns[1].says == '/follow_more{"topic": "social_worker_visit"}'
    assert told["asks what the visit is for"].shows.startswith("Robin, 12. Shows that")
    assert told["says it at last"].turns[1].reply == "levels.urgent"
    blocks = yaml.safe_load((root / "data/nlu/when_someone_is_worried.yml").read_text())["nlu"]
    (block,) = [block for block in blocks if block["metadata"]["voice"] == "reviewed conversations"]
    assert block["intent"] == "social_worker_visit"
    answers = load(root).answers
    assert answers["childline"].answer.endswith("You can say what you like there.")
    assert answers["childline"].follow_ups["cost"] == "It costs you nothing to ring {childline.phone}."
    assert answers["childline"].more == load().answers["childline"].more


def test_nothing_else_in_the_files_changes(root: Path) -> None:
    before = every_text(root)
    apply(change(story(), safety_story(), edit()), root)
    after = every_text(root)
    assert {file for file in after if after[file] != before.get(file)} == {
        GUIDE,
        "data/nlu/when_someone_is_worried.yml",
        "data/safety/examples/physical_abuse.yml",
        "data/safety/stories.yml",
        REVIEWED,
    }
    nlu = "data/nlu/when_someone_is_worried.yml"
    assert what_changed(before[nlu], after[nlu]) == [f"+{line}" for line in EXAMPLES.splitlines()]
    safety = "data/safety/stories.yml"
    assert what_changed(before[safety], after[safety]) == [
        "+",
        *[f"+{line}" for line in SAFETY_STORY.splitlines()],
    ]
    childline = load().answers["childline"]
    old = {*childline.answer.splitlines(), *childline.follow_ups["cost"].splitlines()}
    new = set(map(str.strip, EDIT.splitlines()))
    for line in what_changed(before[GUIDE], after[GUIDE]):
        assert line[1:].strip() in (old if line[0] == "-" else new)


def test_the_second_example_of_a_topic_joins_the_first(root: Path) -> None:
    apply(change(story()), root)
    more = EXAMPLES.replace("whats the visit even for robin wants to know", "why is she coming round tho")
    apply(change(story(id=9, name="b", files={"data/nlu/when_someone_is_worried.yml": more})), root)
    blocks = yaml.safe_load((root / "data/nlu/when_someone_is_worried.yml").read_text())["nlu"]
    (block,) = [block for block in blocks if block["metadata"]["voice"] == "reviewed conversations"]
    assert block["examples"].splitlines() == [
        "- whats the visit even for robin wants to know",
        "- why is she coming round tho",
    ]


def test_it_is_never_put_in_twice(root: Path) -> None:
    whole = change(story(), safety_story(), edit())
    apply(whole, root)
    before = every_text(root)
    assert apply(whole, root) == []
    assert every_text(root) == before


def test_an_edited_answer_is_no_longer_approved(root: Path) -> None:
    path = root / GUIDE
    before = path.read_text()
    place = before.index("approved_by: null", before.index("  childline:\n"))
    path.write_text(before[:place] + 'approved_by: "Dr A. Professional"' + before[place + 17 :])
    assert load(root).answers["childline"].approved_by
    apply(change(edit()), root)
    assert load(root).answers["childline"].approved_by is None


def test_an_answer_that_was_changed_meanwhile_is_left_alone(root: Path) -> None:
    path = root / GUIDE
    path.write_text(path.read_text().replace("It is free to ring {childline.phone}.", "It is free to ring."))
    assert faults(root, edit()) == [
        f"{GUIDE}: childline: follow_ups.cost: has been changed since this edit was made: make the edit again"
        " from the present words"
    ]


def test_one_bad_item_stops_all_of_them(root: Path) -> None:
    hard = EDIT.replace("You can say what you like there.", "Ring 0800 1111 for it.")
    assert faults(root, story(), edit(files={GUIDE: hard})) == [
        f"{GUIDE}: childline: answer: types a telephone number: use a placeholder such as {{childline.phone}}"
    ]


def test_a_disk_that_fails_half_way_leaves_everything_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = every_text(root)
    replaced: list[str] = []
    really = os.replace

    def breaks_at_the_third(source: Path, target: Path) -> None:
        replaced.append(str(target))
        if len(replaced) == 3:
            raise OSError("the disk is full")
        really(source, target)

    monkeypatch.setattr(applying.os, "replace", breaks_at_the_third)
    with pytest.raises(OSError, match="the disk is full"):
        apply(change(story(), safety_story(), edit()), root)
    assert len(replaced) >= 3
    assert every_text(root) == before


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (
            story(files={REVIEWED: STORY.replace("social_worker_visit\n", "no_such_topic\n")}),
            "asks what the visit is for: message 1: there is no topic 'no_such_topic'",
        ),
        (
            story(files={REVIEWED: STORY.replace("action: action_answer", "action: action_menu")}),
            "message 1: a rule answers social_worker_visit with action_answer, and this story with",
        ),
        (
            story(
                files={
                    REVIEWED: STORY.replace(
                        "asks what the visit is for", "is vague twice and is then led by the menu"
                    )
                }
            ),
            "story: the name is already taken in",
        ),
        (
            story(files={REVIEWED: STORY.replace("      - action: action_answer\n", "")}),
            "steps: each message is",
        ),
        (story(files={REVIEWED: "  - storey: x"}), "stories: is no list of stories"),
        (story(files={REVIEWED: "  - story: [unclosed"}), "stories: is no list of stories"),
        (
            story(files={REVIEWED: STORY.replace("robin wants", "[name] wants")}),
            "message 1: holds a personal detail",
        ),
        (
            story(files={"data/nlu/about.yml": EXAMPLES}),
            "data/nlu/about.yml: social_worker_visit: intent: has no examples in this file",
        ),
        (
            story(
                files={
                    "data/nlu/about.yml": EXAMPLES.replace("social_worker_visit", "about_guide").replace(
                        "whats the visit even for robin wants to know", "do the police have to listen to me"
                    )
                }
            ),
            None,
        ),
        (
            story(files={"data/nlu/about.yml": "- intent: about_guide\n  examples: |\n    - hello there\n"}),
            "is missing",
        ),
        (
            safety_story(
                files={"data/safety/stories.yml": SAFETY_STORY.replace("levels.urgent", "levels.dire")}
            ),
            "message 2: reply: there is no 'levels.dire'",
        ),
        (
            safety_story(files={"data/safety/stories.yml": SAFETY_STORY.replace("{taps", "{tops")}),
            "message 3: needs says or taps",
        ),
        (
            safety_story(
                files={"data/safety/examples/physical_abuse.yml": SAFETY_EXAMPLES.replace("urgent", "dire")}
            ),
            "level: unknown: 'dire'",
        ),
        (
            edit(files={GUIDE: EDIT.replace("childline:", "no_such_topic:", 1)}),
            "no_such_topic: answer: is not in this file",
        ),
        (edit(files={"data/guide/no_such_file.yml": EDIT}), "there is no such file"),
        (edit(before={}), "childline: answer: has been changed since"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(
    root: Path, item: dict[str, Any], fault: str | None
) -> None:
    if fault is None:
        assert apply(change(item), root) == ["data/nlu/about.yml"]
        return
    assert [problem for problem in faults(root, item) if fault in problem]


def test_a_message_that_is_an_example_of_another_topic_is_refused(root: Path) -> None:
    (line,) = [
        line
        for line in (root / "data/nlu/about.yml").read_text().splitlines()
        if "who even wrote the young peoples guide" in line
    ]
    piece = EXAMPLES.replace("    - whats the visit even for robin wants to know", line)
    found = faults(root, story(files={"data/nlu/when_someone_is_worried.yml": piece}))
    assert found == [
        "data/nlu/when_someone_is_worried.yml: social_worker_visit: examples: one of its messages is an"
        " example of about_guide in data/nlu/about.yml too"
    ]


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (story(approvals=[]), "1 people must approve it, and 0 did"),
        (safety_story(approvals=[APPROVED]), "2 people must approve it, and 1 did"),
        (
            safety_story(approvals=[APPROVED, {**APPROVED, "initials": "XY"}]),
            "2 people must approve it, and 1 did",
        ),
    ],
)
def test_what_too_few_people_approved_is_refused(root: Path, item: dict[str, Any], wrong: str) -> None:
    assert [fault for fault in faults(root, item) if wrong in fault]


@pytest.mark.parametrize(
    "file", ["config.yml", "data/../bot/cli.py", "/etc/passwd", "data/rules/answers.yml"]
)
def test_only_files_of_stories_examples_and_answers_are_ever_touched(file: str) -> None:
    with pytest.raises(ContentError, match=r"items\.0\.files"):
        change(story(files={file: "x"}))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"items": []}', '{"items": [{"id": 1}]}'])
def test_a_file_that_is_no_change_is_named_as_that(text: str) -> None:
    with pytest.raises(ContentError, match="the change"):
        read_change(text, "change.json")


def test_the_command_says_what_it_did_and_what_to_do_next(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "change.json"
    file.write_text(json.dumps({"items": [story()]}))
    monkeypatch.setattr(applying, "apply", partial(apply, root=root))
    monkeypatch.setattr("sys.argv", ["bot", "stories", "apply", str(file)])
    main()
    said = capsys.readouterr().out
    assert "story 'asks what the visit is for', approved by AB on 27 November 2026" in said
    assert REVIEWED in said
    assert "make test" in said
    main()
    assert "Nothing to do" in capsys.readouterr().out


def test_the_command_names_the_file_and_the_field_of_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "change.json"
    file.write_text(json.dumps({"items": [story() | {"kind": "poem"}]}))
    monkeypatch.setattr("sys.argv", ["bot", "stories", "apply", str(file)])
    with pytest.raises(SystemExit, match=r"change\.json: the change: items\.0\.kind: "):
        main()
    monkeypatch.setattr("sys.argv", ["bot", "stories", "apply", str(tmp_path / "nothing.json")])
    with pytest.raises(SystemExit, match=r"nothing\.json"):
        main()
