"""``agentseg export CHECKPOINT``: a trained student as files that llama.cpp and Ollama serve."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from agentseg.cli.progress import say
from agentseg.errors import AgentSegError

if TYPE_CHECKING:
    from agentseg.training.export import Exported, Served


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "export",
        help="turn a checkpoint into a served model",
        description="Turn a checkpoint (a Qwen3 or a LoRA adapter of one, saved with its tokenizer) into a GGUF file "
        "and a Modelfile. The folder appears when both are complete; the files and their sizes go to stdout as JSON. "
        "Nothing is downloaded and no pickle is read.",
        epilog="example: agentseg export runs/student --to student --quantize q8_0 --ollama http://127.0.0.1:11434",
    )
    parser.add_argument("checkpoint", help="folder that save_pretrained wrote")
    parser.add_argument("--to", required=True, help="folder to make; an existing one has to be empty")
    parser.add_argument(
        "--quantize", choices=("f16", "q8_0"), default="f16", help="16 bits a weight, or 8 (default: f16)"
    )
    parser.add_argument("--name", help="name of the model (default: that of the checkpoint's folder)")
    parser.add_argument("--base", help="folder of an adapter's base (default: the one that the adapter names)")
    parser.add_argument("--ollama", metavar="URL", help="also create the model on this Ollama server and ask it once")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.training.export import Server, export, serve

    bar = None if arguments.quiet else _Bar()
    server = Server(arguments.ollama) if arguments.ollama is not None else None
    if server is not None:
        server.check()  # a server that is away is told before the work, not after it
    exported = export(
        arguments.checkpoint,
        arguments.to,
        quantization=arguments.quantize,
        name=arguments.name,
        base=arguments.base,
        on_progress=bar,
    )
    served, failure = None, None
    if server is not None:
        try:
            served = serve(exported, server, on_progress=bar)
        except AgentSegError as error:
            failure = error
    print(json.dumps(_answer(exported, served)))
    if failure is not None:
        say(f"the files are complete: `ollama create {exported.name} -f {exported.modelfile}` does the rest by hand")
        raise failure
    if not arguments.quiet:
        _advise(exported, served)
    return 0


class _Bar:
    """A line for each stage, which moves on a terminal."""

    def __init__(self) -> None:
        self._shown: tuple[str, int] = ("", -1)

    def __call__(self, stage: str, done: int, total: int) -> None:
        tenths = 20 * done // max(1, total)
        if stage == "merge":
            say("  merge       the adapter into its base, layer by layer")
        elif (stage, tenths) != self._shown:
            moving = sys.stderr is not None and sys.stderr.isatty()
            if moving or done == total:
                end = "\r" if moving and done < total else "\n"
                say(f"  {stage:<11} [{'#' * tenths:<20}] {done / 1e6:,.1f} of {total / 1e6:,.1f} MB", end)
            self._shown = (stage, tenths)


def _answer(exported: Exported, served: Served | None) -> dict[str, Any]:
    return {
        "name": exported.name,
        "files": [{"path": path, "bytes": size} for path, size in exported.sizes().items()],
        "quantization": exported.quantization,
        "parameters": exported.parameters,
        "merged": exported.merged,
        "ollama": None
        if served is None
        else {
            "model": served.model,
            "url": served.url,
            "digest": served.digest,
            "text": served.text,
            "prompt_tokens": served.prompt_tokens,
            "expected_tokens": served.expected_tokens,
        },
    }


def _advise(exported: Exported, served: Served | None) -> None:
    if not exported.serving.licence:
        say("  no licence found: lay a LICENSE beside the weights, so that the model carries it")
    if served is None:
        say(f"  use it with --reasoner gguf:{exported.model}")
        return
    say(f"  use it with --reasoner ollama:{served.model}")
    if served.template_differs:
        say(
            f"  warning: the server made {served.prompt_tokens} tokens of a prompt that has {served.expected_tokens}: "
            "it does not use the plain ChatML template"
        )
