"""Pixels to numbers. No AWS, no HTTP. A video passes through media, faces and expressions.

expressions  Faces to scores
eyes         Faces to gaze and the opening of eyes
faces        Frames to faces that keep their identity
media        Bytes to frames: upright BGR pictures, each with the time that its container states
networks     ONNX Runtime: the model files as sessions, and threads that share their work
analyzer     From frames to metrics
comparisons  Many recordings on one clock: means, bands, differences
read_ahead   Doing the next step of a stream while its consumer is still at the last: one thread, a bounded number of
             items
validity     What speaks against the numbers of one face in one frame; the limits are those of `domain.validity`
"""
