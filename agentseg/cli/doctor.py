"""``agentseg doctor``: what is installed, reachable and broken, each with its fix."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Any, NamedTuple

EXTRAS = {
    "local": ("onnxruntime", "xllamacpp"),
    "ollama": ("langchain_ollama", "ollama"),
    "openai": ("langchain_openai", "openai"),
    "agents": ("langchain",),
    "hf": ("torch", "transformers"),
    "vision": ("torch", "transformers", "scipy"),
    "sam2": ("sam2",),
    "video": ("av",),
    "data": ("pyarrow",),
    "report": ("jinja2", "matplotlib"),
    "scale": ("ray",),
    "export": ("gguf",),
    "train": ("torch", "transformers", "trl", "peft", "datasets", "gguf"),
    "perception-train": ("torch", "onnx", "onnxscript", "onnxruntime"),
}
"""Modules that each extra brings."""


class Finding(NamedTuple):
    """One line of the examination."""

    name: str
    state: str
    found: str
    fix: str = ""


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "doctor",
        help="say what is installed, reachable and broken, with the fix",
        description="Examine this installation: extras, the kitchen perceiver, a local Ollama server, "
        "and the torch/torchvision pair.",
    )
    parser.add_argument(
        "--ollama", default=None, help="address of the Ollama server (default: OLLAMA_HOST or 127.0.0.1:11434)"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out; 0 where the offline default works, else 1."""
    findings = [*_extras(), _kitchen(), _ollama(arguments.ollama), _torchvision()]
    if arguments.json:
        print(json.dumps([finding._asdict() for finding in findings]))
    else:
        for name, state, found, fix in findings:
            print(f"{state:<7} {name:<22} {found}" + (f"\n{'':<30} fix: {fix}" if fix else ""))
    return 1 if any(finding.name == "kitchen perceiver" and finding.state == "broken" for finding in findings) else 0


def _extras() -> Iterator[Finding]:
    yield Finding("python", "ok", sys.version.split()[0])
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        if missing:
            yield Finding(f"extra {extra}", "absent", f"no {', '.join(missing)}", f'pip install "agentseg[{extra}]"')
        else:
            yield Finding(f"extra {extra}", "ok", ", ".join(f"{module} {_version(module)}" for module in modules))


def _version(module: str) -> str:
    try:
        return metadata.version(module.replace("_", "-"))
    except metadata.PackageNotFoundError:
        return "?"


def _kitchen() -> Finding:
    import numpy as np

    from agentseg.errors import AgentSegError
    from agentseg.frames import Frame
    from agentseg.twin import Twin

    try:
        from agentseg.perception import load_perceivers

        frame = Frame(np.full((240, 320, 3), 127, dtype=np.uint8))
        load_perceivers(["kitchen"])[0](frame, Twin(size=frame.size))
    except AgentSegError as error:
        return Finding("kitchen perceiver", "broken", str(error), 'pip install "agentseg[local]"')
    return Finding("kitchen perceiver", "ok", "loads and reads a frame")


def _ollama(address: str | None) -> Finding:
    import httpx

    host = address or os.environ.get("OLLAMA_HOST") or "127.0.0.1:11434"
    url = host if host.startswith("http") else f"http://{host}"
    try:
        models = httpx.get(f"{url.rstrip('/')}/api/tags", timeout=2.0).json().get("models", [])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
        return Finding(
            "ollama server", "absent", f"{url}: {type(error).__name__}", "ollama serve, then: ollama pull qwen3:0.6b"
        )
    names = ", ".join(str(model.get("name")) for model in models) or "no model yet"
    return Finding("ollama server", "ok", f"{url}: {names}", "" if models else "ollama pull qwen3:0.6b")


def _torchvision() -> Finding:
    """A torchvision built for another torch makes every transformers model fail to import; say so before it does."""
    from agentseg.perception.vision.torch_pair import examine

    pair = examine()
    name = "torch/torchvision pair"
    if pair.error:
        found = f"torch {pair.torch or 'none'}, torchvision {pair.torchvision}: {pair.error}"
        return Finding(name, "broken", found, pair.fix)
    if not pair.torchvision:
        return Finding(name, "ok", "torchvision is not installed, and not needed")
    return Finding(name, "ok", f"torch {pair.torch}, torchvision {pair.torchvision}")
