"""ONNX Runtime: the model files as sessions, and threads that share their work.

crew          Threads that share work: a network's input from several faces or windows
machine       The processors and the memory that this process may use
models        The model files of one directory, opened as ONNX Runtime sessions when they are first needed
onnx_runtime  ONNX Runtime with its telemetry switched off: Mien sends no data out
pixels        Pictures as the networks take them: RGB, one plane for each channel, as floats
"""
