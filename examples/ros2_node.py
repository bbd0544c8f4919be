"""A ROS 2 node (rclpy): answers a query on every picture of a topic, and publishes the mask and a line of JSON.

    python examples/ros2_node.py "the mug nearest to the kettle" --topic /camera/image_raw

It publishes /agentseg/mask (mono8, 0 and 255, under the picture's own header) and /agentseg/answer (std_msgs/String).
"""

import argparse
import json

import numpy as np

from agentseg.graphs.stream import SegmentationStream


def main() -> None:
    """Run the node until it is interrupted."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image
    from std_msgs.msg import String

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("query")
    parser.add_argument("--topic", default="/camera/image_raw")
    parser.add_argument("--config", default="local")
    given, for_ros = parser.parse_known_args()
    stream = SegmentationStream(given.query, given.config)
    rclpy.init(args=for_ros)
    node = rclpy.create_node("agentseg")
    masks = node.create_publisher(Image, "/agentseg/mask", 1)
    answers = node.create_publisher(String, "/agentseg/answer", 1)

    def answer(message: Image) -> None:
        rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)  # rows may be padded
        rgb = rows[:, : 3 * message.width].reshape(message.height, message.width, 3)
        step = stream.push(rgb[:, :, ::-1] if message.encoding == "bgr8" else rgb)
        if step.pixels is not None:
            grey = (255 * step.pixels).astype(np.uint8).tobytes()
            size = {"height": message.height, "width": message.width, "step": message.width}
            masks.publish(Image(header=message.header, encoding="mono8", data=grey, **size))
        answers.publish(String(data=json.dumps(step.to_json())))

    node.create_subscription(Image, given.topic, answer, qos_profile_sensor_data)  # keeps the newest, drops the rest
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
