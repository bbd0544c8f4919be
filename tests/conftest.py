"""Shared small makers; a fixture hands them to a test, so that no test file imports another."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from agentseg.frames import Frame

settings.register_profile("agentseg", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("agentseg")


@pytest.fixture
def picture() -> Frame:
    """48 x 64, grey, with a red box of 20 x 16 pixels whose handle is white, and a blue box."""
    rgb = np.full((48, 64, 3), 90, dtype=np.uint8)
    rgb[10:26, 8:28] = (200, 0, 0)
    rgb[14:20, 22:28] = (255, 255, 255)
    rgb[30:44, 40:60] = (0, 0, 200)
    return Frame(rgb)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with data that are not part of the repository; a test that needs them skips where it is missing."""
    return Path(__file__).resolve().parents[2] / "shared" / "data"
