"""Perceivers: functions ``(frame, twin) -> twin`` that read pixels and say what is there."""

from agentseg.perception.pipeline import load_perceivers, perceive
from agentseg.perception.tracker import Tracker

__all__ = ["Tracker", "load_perceivers", "perceive"]
