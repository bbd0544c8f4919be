"""What a stream may cost and how patient it is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StreamOptions(BaseModel):
    """Numbers of a stream; those of one query (budget, reasoner, confirmation) are in the configuration.

    Attributes:
        every: Frames from one keyframe to the next; None takes 1 with the light tracker, 10 with a video tracker.
        ask_every: Ask the model again every so many frames; None never does on a schedule.
        asks: Times that the model is asked at most, over the whole stream; the first time is one of them.
        patience: Frames for which the plan finds nothing before the model is asked again; doubles with each time.
        doubt: The same for frames on which the plan's winner is ahead by less than the noise.
        coast: Frames for which a thing that perception loses is held where it was.
        history: Twins kept where the configuration's ``limits.history`` does not say; a stream is never unbounded.
        stall_s: Longest wait for a frame of the source, in seconds, at most a day; a longer one is a step with the
            status ``stalled``. None waits for ever.
        latest: Skip what the source has shown while a frame was worked on, as a live camera wants.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int | None = Field(default=None, ge=1)
    ask_every: int | None = Field(default=None, ge=1)
    asks: int = Field(default=8, ge=0)
    patience: int = Field(default=30, ge=1)
    doubt: int = Field(default=300, ge=1)
    coast: int = Field(default=3, ge=0)
    history: int = Field(default=64, ge=2)
    stall_s: float | None = Field(default=None, gt=0, le=86_400)
    latest: bool = False
