"""The examples for ROS 2 and LeRobot, run against stand-ins of the interfaces that they use."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agentseg import Frame, Twin
from agentseg.masks import box_of, encode
from agentseg.twin import Instance

EXAMPLES = Path(__file__).parent.parent / "examples"
FRAMES = 3


def perceive(frame: Frame, twin: Twin) -> Twin:
    """Sees what is red as a mug."""
    mask = (frame.rgb == (200, 0, 0)).all(axis=2)
    if not mask.any():
        return twin
    return twin.replace([Instance(id=1, label="mug", box=box_of(mask))], {1: encode(mask)})


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "red_eyes", sys.modules[__name__])
    (tmp_path / "own.toml").write_text('perception = ["red_eyes:perceive"]\nconfirm = 1\n')
    return str(tmp_path / "own.toml")


def module(name: str, **members: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(members)
    return made


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    example.main()


def red(width: int = 64) -> np.ndarray:
    rgb = np.full((48, width, 3), 90, np.uint8)
    rgb[10:26, 8:28] = (200, 0, 0)
    return rgb


class Node:
    def __init__(self, pictures: list[Any]) -> None:
        self.pictures, self.published, self.destroyed = pictures, dict[str, list[Any]](), False

    def create_publisher(self, kind: type, topic: str, depth: int) -> Any:
        sent = self.published.setdefault(topic, [])
        return SimpleNamespace(publish=sent.append)

    def create_subscription(self, kind: type, topic: str, callback: Any, qos: Any) -> None:
        self.topic, self.callback = topic, callback

    def destroy_node(self) -> None:
        self.destroyed = True


def image(rgb: np.ndarray, encoding: str, padding: int = 0) -> SimpleNamespace:
    height, width = rgb.shape[:2]
    rows = rgb[:, :, ::-1] if encoding == "bgr8" else rgb
    data = np.pad(rows.reshape(height, -1), ((0, 0), (0, padding))).tobytes()
    step = 3 * width + padding
    return SimpleNamespace(header="stamp", height=height, width=width, step=step, encoding=encoding, data=data)


def test_ros2_node_answers_each_picture_and_shuts_down(monkeypatch: pytest.MonkeyPatch, config: str) -> None:
    node = Node([image(red(), "rgb8"), image(red(), "bgr8"), image(red(), "rgb8", padding=5)])
    ended: list[bool] = []

    def spin(spun: Node) -> None:
        for picture in spun.pictures:
            spun.callback(picture)
        raise KeyboardInterrupt

    rclpy = module(
        "rclpy",
        init=lambda args=None: None,
        create_node=lambda name: node,
        spin=spin,
        try_shutdown=lambda: ended.append(True),
    )
    for name, made in {
        "rclpy": rclpy,
        "rclpy.qos": module("rclpy.qos", qos_profile_sensor_data="sensor data"),
        "sensor_msgs": module("sensor_msgs"),
        "sensor_msgs.msg": module("sensor_msgs.msg", Image=SimpleNamespace),
        "std_msgs": module("std_msgs"),
        "std_msgs.msg": module("std_msgs.msg", String=SimpleNamespace),
    }.items():
        monkeypatch.setitem(sys.modules, name, made)
    run("ros2_node", monkeypatch, "the mug", "--topic", "/eye", "--config", config, "--ros-args")
    assert (node.topic, node.destroyed, ended) == ("/eye", True, [True])
    answers = [json.loads(message.data) for message in node.published["/agentseg/answer"]]
    assert [answer["status"] for answer in answers] == ["ok"] * FRAMES
    assert answers[0]["answer"][0]["box"] == [8, 10, 28, 26]
    for mask in node.published["/agentseg/mask"]:
        assert (mask.encoding, mask.height, mask.width, mask.step, mask.header) == ("mono8", 48, 64, 64, "stamp")
        pixels = np.frombuffer(mask.data, np.uint8).reshape(48, 64)
        assert set(np.unique(pixels[10:26, 8:28])) == {255}
        assert pixels.sum() == 255 * 16 * 20


def test_lerobot_camera_is_read_until_it_stops_and_closed(
    monkeypatch: pytest.MonkeyPatch, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    events: list[Any] = []

    class OpenCVCamera:
        def __init__(self, config: Any) -> None:
            events.append(config.index_or_path)

        def connect(self, warmup: bool = True) -> None:
            events.append("connect")

        def async_read(self, timeout_ms: float = 200) -> np.ndarray:
            events.append("read")
            if events.count("read") > FRAMES:
                raise TimeoutError("no frame within 1000 ms")
            return red()

        def disconnect(self) -> None:
            events.append("disconnect")

    cameras = module("lerobot.cameras.opencv", OpenCVCamera=OpenCVCamera, OpenCVCameraConfig=SimpleNamespace)
    for name in ("lerobot", "lerobot.cameras"):
        monkeypatch.setitem(sys.modules, name, module(name))
    monkeypatch.setitem(sys.modules, "lerobot.cameras.opencv", cameras)
    run("lerobot_camera", monkeypatch, "the mug", "--camera", "2", "--config", config)
    assert (events[:2], events[-1]) == ([2, "connect"], "disconnect")
    *answers, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["status"] for answer in answers] == ["ok"] * FRAMES
    assert "no frame within 1000 ms" in last["error"]


@pytest.mark.parametrize("name", ["ros2_node", "lerobot_camera"])
def test_example_imports_without_the_robot_packages(name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 60
