"""ONNX Runtime with its telemetry switched off: Mien sends no data out.

The packaged library (1.31) otherwise writes a device id and events, with the path of the running program among them,
below the home directory, and tries to send them to its maker. It reads the variable when it is loaded, so this module
is the only one that may import it; a test holds that and looks for files in an empty home directory.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # after the switch, which is read at loading

__all__ = ["onnxruntime"]
