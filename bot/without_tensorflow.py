"""Serving without TensorFlow: a third less memory, and half of the time to start.

Rasa imports it wherever it is imported itself, for its own neural networks. This bot has none of
them, and needs TensorFlow only while it learns (bot/training.py).
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

# The modules through which all that serving needs of Rasa 3.6 reaches TensorFlow, and matplotlib by the
# first. The last is named in every model, as what checked its settings before it was trained.
_ONLY_FOR_LEARNING = (
    "rasa.core.test",
    "rasa.utils.tensorflow.callback",
    "rasa.utils.tensorflow.data_generator",
    "rasa.graph_components.validators.default_recipe_validator",
)


class _LeftOut(type):
    def __call__(cls, *_: Any, **__: Any) -> Any:
        raise RuntimeError(
            "Rasa's neural networks are left out of this process: see bot/without_tensorflow.py"
        )


def leave_out() -> None:
    """Call before anything of Rasa is imported. Whoever then uses a class of theirs gets a RuntimeError."""
    for name in _ONLY_FOR_LEARNING:
        stand_in = ModuleType(name)
        stand_in.__getattr__ = _class_of_it  # type: ignore[method-assign]
        sys.modules.setdefault(name, stand_in)


def _class_of_it(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return _LeftOut(name, (), {})
