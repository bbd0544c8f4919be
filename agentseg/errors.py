"""Every error that agentseg raises on purpose, so that a caller can tell bad input from a broken part.

A message says what was wrong, what was found, and what to do about it, in one line.
"""

from __future__ import annotations


class AgentSegError(Exception):
    """Base of all errors of this package."""


class InputError(AgentSegError):
    """What the user gave cannot be used (a path, a picture, a query); the command exits with 2."""


class ConfigError(InputError):
    """A configuration file or value is malformed."""


class MissingExtra(InputError):
    """A part needs a package that is not installed.

    Args:
        what: The part, as the user knows it, e.g. ``"OWLv2"``.
        package: The missing distribution, e.g. ``"transformers"``.
        extra: The extra of agentseg that brings it.
    """

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f'{what} needs {package}: pip install "agentseg[{extra}]"')


class FormatError(AgentSegError):
    """A model's text is not a turn of the protocol; the message can be sent back to the model."""


class PlanError(FormatError):
    """A plan's text is not of the plan language; the message names the step."""


class ReasonerError(AgentSegError):
    """The reasoner could not be reached or refused to answer; no fault of the text it wrote."""


class PerceptionError(AgentSegError):
    """A perceiver could not read a frame."""


class ToolError(AgentSegError):
    """A step of a plan could not be carried out on this scene."""
