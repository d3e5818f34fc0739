"""A message in, a finished job out. Runs from the worker image: numpy, OpenCV and ONNX Runtime live here."""
