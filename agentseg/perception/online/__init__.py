"""The online twin: what a stream needs beside a perceiver to go on without end."""

from agentseg.perception.online.diffs import TwinDiff, diff_twins
from agentseg.perception.online.history import History, Sighting
from agentseg.perception.online.keyframes import KeyframeOptions, Keyframes
from agentseg.perception.online.light import LightTracker, StreamTracker

__all__ = [
    "History",
    "KeyframeOptions",
    "Keyframes",
    "LightTracker",
    "Sighting",
    "StreamTracker",
    "TwinDiff",
    "diff_twins",
]
