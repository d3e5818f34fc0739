"""Importing `app`: no environment, no weight, no clients."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import sys
import app
heavy = {"numpy", "cv2", "onnxruntime", "av", "PIL", "pyarrow", "moto", "chalice.local"} & set(sys.modules)
assert not heavy, heavy
from chalicelib.wiring import services
assert services.cache_info().currsize == 0, "services were made at import"
import botocore.client, gc
made = [thing for thing in gc.get_objects() if isinstance(thing, botocore.client.BaseClient)]
assert not made, made
assert app.authorize.config.handler_string == "app.authorize"
print(len(app.app.routes))
"""


def test_importing_the_app_needs_no_environment_and_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=_ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert int(done.stdout) > 5
