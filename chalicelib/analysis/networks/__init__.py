"""ONNX Runtime: the model files as sessions, and threads that share their work.

crew          Threads that take parts of the same work: a network's questions about several faces, or several windows
models        The model files of one directory, opened as ONNX Runtime sessions when they are first needed
onnx_runtime  ONNX Runtime with its telemetry switched off: Mien sends nothing to anybody
"""
