"""A robot looks at a kitchen and is asked for something.

    python examples/kitchen_robot.py                                   # a scene and a query of its own
    python examples/kitchen_robot.py --query "the thing I could drink coffee from"
    python examples/kitchen_robot.py --frames 16 --query "what the robot is moving"
    python examples/kitchen_robot.py --config ollama                   # another reasoner, by configuration

The camera is rendered, offline; the perceiver sees its pixels only. What is really there is used at the end, to score
the answer, and nowhere else.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentseg import segment
from agentseg.api import Result
from agentseg.cli.progress import show
from agentseg.errors import AgentSegError, InputError
from agentseg.masks import iou
from agentseg.outputs import write_outputs
from agentseg.sim import Truth, load_queries, render_kitchen
from agentseg.twin import Twin


def main() -> int:
    """Run the example; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1_000_003, help="kitchen scene (default: 1000003)")
    parser.add_argument("--query", help="what to look for (default: a query of the scene that has a known answer)")
    parser.add_argument("--frames", type=int, default=1, help="1 for a picture, more for a moving clip (default: 1)")
    parser.add_argument(
        "--config", default="local", help="local, rules, ollama, openai or a TOML file (default: local)"
    )
    parser.add_argument("--out", type=Path, default=Path("out/kitchen_robot"), help="folder for pictures and trace")
    arguments = parser.parse_args()
    try:
        return robot(arguments)
    except AgentSegError as error:
        print(f"kitchen_robot: {error}", file=sys.stderr)
        return 2


def robot(arguments: argparse.Namespace) -> int:
    """Look, think, point."""
    if not (0 <= arguments.seed < 2**31 and 1 <= arguments.frames <= 500):
        raise InputError("--seed goes from 0 to 2147483647 and --frames from 1 to 500")
    query = arguments.query if arguments.query is not None else default_query(arguments.seed, arguments.frames)
    print(f"camera      kitchen {arguments.seed}, {arguments.frames} frame(s)\nquery       {query!r}")
    frames, truth = render_kitchen(arguments.seed, frames=arguments.frames, supersample=2)
    result = segment(frames, query, arguments.config, on_progress=show)

    print("\ntwin (what the model reads)")
    print(result.timeline.summary().to_prompt())
    print(f"\nrationale   {result.analysis or '-'}")
    print(f"plan        {result.plan.text if result.plan else '-'}")
    known = {row.id: row.name for row in result.timeline.summary().instances}
    names = ", ".join(f"{key} {known.get(key, '?')}" for key in result.answer) or "nothing"
    print(f"answer      {result.status}: {names}" + (f"; counted {result.number}" if result.number is not None else ""))
    score(result, truth, arguments)
    print("\nfiles")
    for path in write_outputs(result, arguments.out):
        print(f"  {path}")
    return 0 if result.status in ("ok", "no_target") else 1


def default_query(seed: int, frames: int) -> str:
    """A query with a known answer in this scene, or one that any kitchen understands."""
    ours = [
        query for query in load_queries() if query.seed == seed and (query.frames > 1) == (frames > 1) and query.answer
    ]
    return ours[0].text if ours else "the thing I could drink coffee from"


def score(result: Result, truth: Truth, arguments: argparse.Namespace) -> None:
    """Evaluation only: what is under the answer's mask really, and the IoU where the query's true answer is known."""
    true = truth.twin(len(result.frames) - 1)
    found = [f"{row.name} {share:.2f}" for row in true.instances if (share := _covered(true, row.id, result)) > 0.5]
    print(f"\nevaluation only: the mask covers {', '.join(found) or 'no thing by more than half'}")
    for query in load_queries():
        same = query.seed == arguments.seed and query.text == arguments.query and query.frames == arguments.frames
        if same or (arguments.query is None and query.text == result.trace.query and query.seed == arguments.seed):
            print(f"evaluation only: IoU with the true answer {iou(result.mask, true.union(query.answer)):.3f}")
            return


def _covered(true: Twin, key: int, result: Result) -> float:
    mask = true.mask(key)
    return float((mask & result.mask).sum() / mask.sum()) if mask.any() else 0.0


if __name__ == "__main__":
    sys.exit(main())
