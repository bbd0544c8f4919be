"""A call that cannot be carried out comes back to the agent as one line: what, found, fix."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from toolkit_scene import call, picture, told, toolkit

from agentseg import AgentSegToolkit, Context, Frame, Twin
from agentseg.testing import ScriptedChat


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("segment_object", {"twin": "t0", "id": 9}, "no instance 9; this twin has [1, 2, 3]"),
        ("segment_object", {"twin": "t7", "id": 1}, "no twin 't7'; the twins are ['t0']"),
        ("segment_object", {"twin": "f0", "id": 1}, "no twin 'f0'"),
        ("segment_object", {"twin": "t0", "id": "mug"}, "segment_object: id: Input should be a valid integer"),
        ("segment_object", {"twin": "t0"}, "segment_object: id: Field required"),
        ("build_twin", {"frame": "f9"}, "no frame 'f9'; the frames are 'f0' to 'f0'"),
        ("build_twin", {"picture": "a.png"}, "build_twin: picture: Extra inputs are not permitted"),
        ("detect_objects", {"phrase": "?!", "handle": "t0"}, "a label is 1 to 4 words"),
        ("detect_objects", {"phrase": "mug", "handle": "kitchen"}, "no twin 'kitchen'"),
        ("estimate_depth", {"twin": "t0", "ids": [1, 12]}, "no instance 12"),
        ("track_objects", {"frames": ["f0", "f0"]}, "frames of a timeline rise; found 0 after 0"),
        ("segment", {"query": "  "}, "the query is empty"),
        ("segment", {"query": "mug " * 200}, "a query has at most 500 characters"),
        ("segment", {"query": "mug", "frame": "f1"}, "no frame 'f1'"),
    ],
)
def test_bad_call_comes_back_as_one_line(name: str, arguments: dict[str, Any], line: str) -> None:
    kit = toolkit()
    told(kit, "build_twin")
    message = call(kit, name, **arguments)
    assert message.status == "error"
    assert str(message.content).startswith(line)
    assert "\n" not in str(message.content)


def test_no_frame_and_no_perceiver_say_what_to_do() -> None:
    empty = AgentSegToolkit(Context.open((), reasoner=ScriptedChat(), perceivers=[]))
    for name in ("build_twin", "track_objects"):
        assert "workspace.add(frame)" in str(call(empty, name).content)
    assert "workspace.add(frame)" in str(call(empty, "segment", query="mug").content)
    empty.workspace.add(Frame(picture()))
    assert "no perceivers" in str(call(empty, "build_twin").content)
    assert "no perceivers" in str(call(empty, "detect_objects", phrase="mug", handle="f0").content)


def test_failing_perceiver_is_an_error_message_not_a_crash() -> None:
    def broken(frame: Frame, twin: Twin) -> Twin:
        raise ValueError("lens\ncap on")

    message = call(toolkit(perceiver=broken), "build_twin")
    assert (message.status, message.content) == ("error", "build_twin failed: ValueError: lens cap on")


def test_example_without_its_server_ends_with_one_line() -> None:
    pytest.importorskip("langchain")
    pytest.importorskip("langchain_ollama")
    example = Path(__file__).parent.parent / "examples" / "agent_with_tools.py"
    place = {"OLLAMA_HOST": "http://127.0.0.1:9", "PYTHONPATH": str(example.parent.parent)}  # port 9: nobody listens
    command = [sys.executable, str(example), "--model", "ollama:none"]
    done = subprocess.run(command, env={**os.environ, **place}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("agent_with_tools: the model's server failed (ConnectError: ")
    assert done.stderr.count("\n") == 1
