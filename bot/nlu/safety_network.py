"""Teaches the upper layers of the sentence encoder to notice danger.

The lower layers stay as published and are shared with everything else. The upper ones
are tuned on data/safety/examples, with three heads: the level, the categories and who
is speaking. TensorFlow is needed here only; serving runs the ONNX file that this writes.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from bot.nlu.encoder import CACHE as ENCODER
from bot.nlu.encoder import (
    LOWER,
    WIDTH,
    Encoder,
    each,
    in_eight_bits,
    mean_of_pieces,
    published_layers,
    run_layers,
)

Numbers = npt.NDArray[np.float32]
HEADS = ("level", "categories", "speaker", "meaning")
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "safety"


@dataclass(frozen=True)
class Lesson:
    """One message and what is right about it, as numbers: places in LEVELS, CATEGORIES and SPEAKERS."""

    text: str
    level: int
    categories: tuple[int, ...]
    speaker: int


@dataclass(frozen=True)
class Course:
    """How the layers are taught. `missed` weighs a mistake about each level, the mildest first."""

    rounds: int = 3
    at_once: int = 64
    pace: float = 1e-4
    missed: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    doubt: float = 0.05  # how far from certain the right answer is taken to be
    forget: float = 0.1  # share of the meaning that is hidden at each step
    seed: int = 0


class _Batches:
    """The lessons, read by the lower layers once and kept small."""

    def __init__(self, lessons: Sequence[Lesson], encoder: Encoder, sizes: Sequence[int]) -> None:
        read = each(lambda text: encoder.lower(text)[0][0].astype(np.float16), [le.text for le in lessons])
        self.states = list(tqdm(read, "Reading the safety examples", len(lessons), disable=False))
        self.level = np.array([lesson.level for lesson in lessons], np.int32)
        self.speaker = np.array([lesson.speaker for lesson in lessons], np.int32)
        self.categories = np.zeros((len(lessons), sizes[1]), np.float32)
        for row, lesson in enumerate(lessons):
            self.categories[row, list(lesson.categories)] = 1.0

    def shuffled(self, at_once: int, chance: random.Random) -> list[list[int]]:
        """Every row once, those of like length together, in a new order each time."""
        rows = list(range(len(self.states)))
        chance.shuffle(rows)
        batches = []
        for start in range(0, len(rows), at_once * 40):
            near = sorted(rows[start : start + at_once * 40], key=lambda row: len(self.states[row]))
            batches += [near[place : place + at_once] for place in range(0, len(near), at_once)]
        chance.shuffle(batches)
        return batches

    def __getitem__(self, rows: list[int]) -> tuple[Any, ...]:
        longest = -(-max(len(self.states[row]) for row in rows) // 8) * 8
        states = np.zeros((len(rows), longest, WIDTH), np.float32)
        mask = np.zeros((len(rows), longest), np.int32)
        for place, row in enumerate(rows):
            states[place, : len(self.states[row])] = self.states[row]
            mask[place, : len(self.states[row])] = 1
        return states, mask, self.level[rows], self.categories[rows], self.speaker[rows]


def taught(
    lessons: Sequence[Lesson], sizes: tuple[int, int, int], target: Path, encoder: Encoder, course: Course
) -> None:
    """What `tune` writes, kept from the last time if the same was taught in the same way.

    So that somebody who changes a story or an answer waits five minutes and not half an hour.
    """
    lesson_plan = hashlib.sha256(Path(__file__).read_bytes() + (ENCODER / "lower.onnx").read_bytes())
    for part in (sizes, course, *lessons):
        lesson_plan.update(repr(part).encode())
    kept = CACHE / f"{lesson_plan.hexdigest()[:16]}.onnx"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob("*.onnx"):
            old.unlink()
        unfinished = kept.with_suffix(".unfinished")
        tune(lessons, sizes, unfinished, encoder, course)
        unfinished.rename(kept)
    shutil.copyfile(kept, target)


def tune(
    lessons: Sequence[Lesson], sizes: tuple[int, int, int], target: Path, encoder: Encoder, course: Course
) -> None:
    """Teach the layers and write them to `target` as ONNX.

    `sizes`: how many levels, categories and speakers there are. The file takes `states`
    and `attention_mask` from `Encoder.lower` and gives HEADS: three rows of margins and
    a unit vector of WIDTH numbers. Takes minutes.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    # Processors that can multiply in bfloat16 then do: a third faster, and as good.
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})
    tf.keras.utils.set_random_seed(course.seed)
    layers = published_layers().encoder.layer[LOWER:]
    heads = [tf.keras.layers.Dense(size) for size in sizes]

    def read(states: Any, mask: Any, training: bool) -> tuple[list[Any], Any]:
        meaning = mean_of_pieces(run_layers(layers, states, mask, training)[-1], mask)
        kept = tf.nn.dropout(meaning, course.forget) if training else meaning
        return [head(kept) for head in heads], meaning

    read(tf.zeros((1, 8, WIDTH)), tf.ones((1, 8), tf.int32), False)
    learned = [weight for part in (*layers, *heads) for weight in part.trainable_variables]
    batches = _Batches(lessons, encoder, sizes)
    chance = random.Random(course.seed)
    steps = course.rounds * -(-len(lessons) // course.at_once)
    optimizer = tf.keras.optimizers.legacy.Adam(course.pace)
    paces = _paces(steps, course.pace)
    missed = tf.constant(course.missed)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(states: Any, mask: Any, level: Any, categories: Any, speaker: Any) -> Any:
        with tf.GradientTape() as tape:
            (levels, kinds, speakers), _ = read(states, mask, True)
            right = tf.one_hot(level, sizes[0]) * (1 - course.doubt) + course.doubt / sizes[0]
            weight = tf.gather(missed, level)
            loss = tf.reduce_sum(weight * tf.nn.softmax_cross_entropy_with_logits(right, levels))
            loss /= tf.reduce_sum(weight)
            disclosed = tf.cast(tf.reduce_any(categories > 0, 1), tf.float32)
            each = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(categories, kinds), 1)
            loss += 0.15 * tf.reduce_sum(disclosed * each) / (tf.reduce_sum(disclosed) + 1)
            heard = tf.nn.sparse_softmax_cross_entropy_with_logits(speaker, speakers)
            loss += 0.5 * tf.reduce_mean(heard)
        found, _ = tf.clip_by_global_norm(tape.gradient(loss, learned), 1.0)
        optimizer.apply_gradients(zip(found, learned, strict=True))
        return loss

    with tqdm(total=steps, desc="Learning what danger sounds like", disable=False) as bar:
        for _ in range(course.rounds):
            for rows in batches.shuffled(course.at_once, chance):
                optimizer.learning_rate.assign(next(paces))
                loss = step(*batches[rows])
                bar.set_postfix(loss=f"{float(loss):.2f}", refresh=False)
                bar.update()
    _export(read, target)


def _paces(steps: int, highest: float) -> Iterator[float]:
    """How fast to learn at each step: rising for a twentieth of the way, then falling to nothing."""
    rise = steps // 20 + 1
    for step in range(steps + 1):
        yield highest * min((step + 1) / rise, max(0.0, (steps - step) / (steps - rise)))


def _export(read: Any, target: Path) -> None:
    import tensorflow as tf
    import tf2onnx

    signature = [
        tf.TensorSpec([None, None, WIDTH], tf.float32, name="states"),
        tf.TensorSpec([None, None], tf.int32, name="attention_mask"),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def screen(states: tf.Tensor, attention_mask: tf.Tensor) -> dict[str, tf.Tensor]:
        margins, meaning = read(states, attention_mask, False)
        return dict(zip(HEADS, [*margins, tf.math.l2_normalize(meaning, -1)], strict=True))

    tf2onnx.convert.from_function(screen, input_signature=signature, opset=14, output_path=str(target))
    in_eight_bits(target)
