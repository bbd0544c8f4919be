"""Make a step of the plan language from a plain function, in one line.

    def move_label(scene: Scene, instance: int, label: str) -> Twin:
        \"\"\"Give an instance another label.\"\"\"
        ...

    context = Context.open(picture, tools=[move_label])

The step's name, its arguments and what the model is told of it come from the function's name, signature and docstring;
``scene`` (and ``selection``, where the function has it) is injected. A plan writes the arguments by commas:
``move_label 3, mug``.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentseg.errors import InputError
from agentseg.plan_syntax import SYNTAX, Params
from agentseg.tools.scene import Outcome, Scene, Selection
from agentseg.twin import Twin

INJECTED = ("scene", "selection")
"""Parameters that the executor fills."""


@dataclass(frozen=True)
class StepTool:
    """A user's own step.

    Attributes:
        name: Name in plans, ``[a-z_0-9]``.
        params: Names and types of the arguments that a plan writes.
        about: The first line of the docstring.
        function: The function behind it.
    """

    name: str
    params: Params
    about: str
    function: Callable[..., Outcome | Twin]

    @property
    def form(self) -> str:
        """How the step is written, as the system prompt shows it."""
        arguments = ", ".join(name.upper() for name, _ in self.params)
        return f"{self.name} {arguments} ({self.about})".replace("  ", " ")

    def run(self, scene: Scene, selection: Selection, **args: Any) -> Outcome:
        """Carry the step out; a returned twin becomes an outcome whose selection is the rows that it changed."""
        wanted = inspect.signature(self.function).parameters
        given = {"selection": selection} if "selection" in wanted else {}
        found = self.function(scene, **given, **args)
        if isinstance(found, Outcome):
            return found
        if not isinstance(found, Twin):
            raise TypeError(f"step {self.name!r} returns a Twin or an Outcome; found {type(found).__name__}")
        before = {row.id: row for row in scene.twin.instances}
        changed = tuple(row.id for row in found.instances if before.get(row.id) != row)
        return Outcome(changed or selection, twin=found, refined=True, note=f"{len(changed)} changed")


def as_tool(function: Callable[..., Outcome | Twin] | StepTool) -> StepTool:
    """Make a step from a function ``(scene, [selection,] arguments) -> Twin | Outcome``.

    Args:
        function: Its arguments are annotated as int, float or str; a ``StepTool`` is returned as it is.

    Raises:
        InputError: It is no function, the name is one of the language's steps, ``scene`` does not come first, there is
            no docstring, or an argument has another type or a default.
    """
    if isinstance(function, StepTool):
        return function
    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        raise InputError(f"a step is a function (scene, ...) -> Twin; found {type(function).__name__}: write it as def")
    if name in SYNTAX or not re.fullmatch(r"[a-z][a-z0-9_]{1,23}", name):
        raise InputError(f"a step's name is 2 to 24 of [a-z0-9_] and none of the language's own; found {name!r}")
    about = (function.__doc__ or "").strip()
    if not about:
        raise InputError(f"step {name!r} has no docstring: its first line tells the model what it does")
    return StepTool(name, _params(name, function), about.splitlines()[0], function)


def _params(name: str, function: Callable[..., Any]) -> Params:
    """The arguments that a plan writes, in order."""
    try:
        parameters = inspect.signature(function).parameters
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, ValueError) as error:
        raise InputError(
            f"the signature of step {name!r} cannot be read ({error}): import what it names at run time"
        ) from None
    if next(iter(parameters), None) != "scene":
        raise InputError(f"step {name!r} takes 'scene' first; found {list(parameters)}")
    for key, parameter in parameters.items():
        by_name = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        if not by_name or (key == "scene" and parameter.kind is parameter.KEYWORD_ONLY):
            raise InputError(f"argument {key!r} of step {name!r} is an ordinary one; found {str(parameter)!r}")
        if key not in INJECTED and parameter.default is not parameter.empty:
            raise InputError(f"argument {key!r} of step {name!r} has a default, but a plan writes all: remove it")
    params = tuple((key, hints.get(key, Any)) for key in parameters if key not in INJECTED)
    for key, kind in params:
        if kind not in (int, float, str):
            raise InputError(f"argument {key!r} of step {name!r} is int, float or str; found {kind}")
    return params
