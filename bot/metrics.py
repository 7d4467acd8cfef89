"""Counts for whoever looks after a server, in the format of Prometheus.

Only channels, levels and kinds of fault: no conversation, place, category or word stands in a label, so
that nobody can be picked out. Each process counts for itself, from its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Literal, get_args

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from bot.privacy.where import SettingError

ALLOWED = "YOUR_SAY_METRICS_FROM"
CHANNELS = ("rest", "widget", "telegram")
LEVELS = ("none", "concern", "urgent", "emergency")
FALLBACKS = ("not_sure", "out_of_scope")
Network = IPv4Network | IPv6Network
Fault = Literal["error", "too_slow", "no_answer", "no_screen"]
Part = Literal["database", "disk", "redis", "broker", "telegram"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
PARTS: tuple[Part, ...] = get_args(Part)

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a level was first heard is nobody's business

_turns = Counter("your_say_turns", "Messages that were taken, also those that failed", ["channel"])
_levels = Counter("your_say_levels", "Messages by the level that was noticed", ["channel", "level"])
_fallbacks = Counter("your_say_fallbacks", "Messages without an answer of their own", ["kind"])
_static_help = Counter("your_say_static_help", "Messages answered with the static help only", ["kind"])
_refused = Counter(
    "your_say_refused", "Messages above a limit, answered with the numbers to ring", ["channel"]
)
_faults = Counter("your_say_faults", "Attempts to use a part that failed", ["part"])
_took = Histogram(
    "your_say_turn_seconds",
    "How long a turn took, as whoever waits for it sees it",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
_waited = Histogram(
    "your_say_lock_seconds",
    "How long a turn waited for the one before it in the same conversation",
    buckets=(0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10),
)
_model = Gauge("your_say_model_ready", "1 if the model can answer, 0 if only static help is given")
_spooled = Gauge("your_say_spooled", "Turns and deletions that wait for the database")

# A count that begins at 0 is seen to rise by the first fault; one that begins at 1 is not.
for _channel in CHANNELS:
    _turns.labels(_channel)
    _refused.labels(_channel)
    for _level in LEVELS:
        _levels.labels(_channel, _level)
for _topic in FALLBACKS:
    _fallbacks.labels(_topic)
for _kind in FAULTS:
    _static_help.labels(_kind)
for _part in PARTS:
    _faults.labels(_part)


def turn(channel: str, seconds: float, heard: Mapping[str, Any] | None, fault: Fault | None) -> None:
    """One more turn. `heard`: what the model made of the message; None if it did not come so far."""
    _turns.labels(channel).inc()
    _took.observe(seconds)
    if fault:
        _static_help.labels(fault).inc()
    if heard:
        level = (heard.get("safety") or {}).get("level", "none")
        _levels.labels(channel, level).inc()
        topic = (heard.get("intent") or {}).get("name")
        if topic in FALLBACKS and level == "none":
            _fallbacks.labels(topic).inc()


def refused(channel: str) -> None:
    """One more message was above a limit."""
    _refused.labels(channel).inc()


def fault(part: Part) -> None:
    """One more attempt to use `part` failed."""
    _faults.labels(part).inc()


def waited(seconds: float) -> None:
    """A turn waited so long until it was the only one in its conversation."""
    _waited.observe(seconds)


def state(model: bool, spooled: int) -> None:
    """How it is at this moment: whether the model can answer, and how much waits for the database."""
    _model.set(model)
    _spooled.set(spooled)


def networks(setting: str) -> list[Network]:
    """The networks that may read the counts besides this machine. Raises SettingError."""
    try:
        return [ip_network(part) for part in setting.split()]
    except ValueError as error:
        raise SettingError(f"{ALLOWED} must be addresses or networks such as 10.0.0.0/8: {error}") from error


def is_among(address: str, allowed: list[Network]) -> bool:
    return any(ip_address(address) in network for network in allowed)
