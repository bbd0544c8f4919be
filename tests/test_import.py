import json
import subprocess
import sys

import agentseg

PROBE = """
import sys, json
import agentseg
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def test_import_of_the_package_loads_nothing_heavy() -> None:
    """Which keeps it under 0.1 s; ``python -m benchmarks`` prints the time."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, check=True, text=True)
    loaded = json.loads(done.stdout)
    assert "agentseg" in loaded
    assert not {"numpy", "PIL", "pydantic", "langchain_core", "langgraph", "torch", "onnxruntime"} & set(loaded)


def test_every_public_name_can_be_had() -> None:
    for name in agentseg.__all__:
        assert getattr(agentseg, name) is not None
    assert set(agentseg.__all__) <= set(dir(agentseg))
