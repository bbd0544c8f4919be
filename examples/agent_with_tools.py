"""An agent that exists already gets eyes: LangChain's create_agent with the tools of agentseg, in a rendered kitchen.

Without --model a model that follows a script is used, offline; with it, any model that calls tools:

    python examples/agent_with_tools.py --model ollama:qwen3:4b
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage

from agentseg import AgentSegToolkit, Context
from agentseg.errors import AgentSegError
from agentseg.masks import decode
from agentseg.reasoners.failures import failures
from agentseg.sim import render_kitchen
from agentseg.testing import ScriptedChat

TASK = "What is there, what could I drink from, and how far is each thing? Then cut out instance 1."


def use(name: str, **arguments: Any) -> AIMessage:
    """A model's wish to call a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": name, "type": "tool_call"}])


SCRIPT = (
    use("build_twin"),
    use("segment", query="the thing I could drink from that is nearest to me"),
    use("estimate_depth", twin="t1"),
    use("segment_object", twin="t0", id=1),
    "That is what I see; the masks are in the tools' artifacts.",
)


def main() -> None:
    """Run the example."""
    from langchain.agents import create_agent

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="provider:name of a chat model that calls tools (default: a script)")
    parser.add_argument("--seed", type=int, default=1_000_003, help="kitchen scene (default: 1000003)")
    arguments = parser.parse_args()
    toolkit = AgentSegToolkit(Context.open(render_kitchen(arguments.seed, supersample=2)[0]))
    agent: Any = create_agent(arguments.model or ScriptedChat(SCRIPT), toolkit.get_tools())
    for step in agent.stream({"messages": [("user", TASK)]}, stream_mode="updates"):
        for message in next(iter(step.values()))["messages"]:
            print(*[f"-> {wish['name']} {wish['args']}" for wish in getattr(message, "tool_calls", [])], message.text)
            if isinstance(message, ToolMessage) and message.name == "segment_object" and message.artifact:
                print("mask:", [int(decode(mask["rle"]).sum()) for mask in message.artifact["masks"]], "pixels")


if __name__ == "__main__":
    try:
        main()
    except (AgentSegError, ImportError, ValueError) as error:
        sys.exit(f"agent_with_tools: {str(error).partition(chr(10))[0]}")
    except failures() as error:  # no server, no such model, a refused key
        found = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        sys.exit(f"agent_with_tools: the model's server failed ({found}): start it, or leave --model out")
