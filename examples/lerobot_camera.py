"""A camera of LeRobot: answers a query on its newest picture, over and over, one line of JSON a frame.

    python examples/lerobot_camera.py "what the gripper holds" --camera 0

A policy reads the same camera; what it needs of the answer is in the step: ids, boxes and the mask.
"""

import argparse
import json
from collections.abc import Iterator

from agentseg.graphs.stream import SegmentationStream


def main() -> None:
    """Stream until the camera fails (the last line says why) or the program is interrupted."""
    from lerobot.cameras.opencv import OpenCVCamera, OpenCVCameraConfig

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("query")
    parser.add_argument("--camera", default="0", help="number or device of the camera")
    parser.add_argument("--config", default="local")
    given = parser.parse_args()
    name = int(given.camera) if given.camera.isdigit() else given.camera
    camera = OpenCVCamera(OpenCVCameraConfig(index_or_path=name, fps=30, width=640, height=480))
    stream = SegmentationStream(given.query, given.config)

    def pictures() -> Iterator[object]:
        while True:
            yield camera.async_read(timeout_ms=1000)  # RGB, uint8 (480, 640, 3): the newest that was not read yet

    camera.connect()
    try:
        for step in stream.run(pictures()):
            print(json.dumps(step.to_json()), flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        camera.disconnect()


if __name__ == "__main__":
    main()
