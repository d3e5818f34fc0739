"""A taught head as an ONNX model: the file that the product opens."""

import json
from collections.abc import Mapping

from onnx import helper

from infra.models.onnx_writer import OnnxWriter, batch_value
from lab.training.taught_head import LinearHead

POINTS_INPUT, EVEN_INPUT, ODD_INPUT = "points", "even", "odd"
ANSWERS_OUTPUT, DIFFERENCES_OUTPUT = "answers", "differences"


def export_head(head: LinearHead, *, name: str, facts: Mapping[str, object]) -> bytes:
    """The ONNX file: `points` (N, P, 3) frontal, `even` and `odd` (N, S) of the skin -> `answers` (N, E), the mean of
    both sides, and `differences` (N, E), left less right. `facts` are kept in its metadata as JSON."""
    writer = OnnxWriter()
    flat = writer.node("Flatten", POINTS_INPUT)
    answers = writer.node(
        "Add",
        writer.node("MatMul", flat, writer.floats(head.points)),
        writer.node("MatMul", EVEN_INPUT, writer.floats(head.even)),
    )
    writer.node("Add", answers, writer.floats(head.offset), output=ANSWERS_OUTPUT)
    writer.node(
        "Add",
        writer.node("MatMul", flat, writer.floats(head.points_odd)),
        writer.node("MatMul", ODD_INPUT, writer.floats(head.odd)),
        output=DIFFERENCES_OUTPUT,
    )
    (coordinates, expressions), (cells, _) = head.points.shape, head.even.shape
    inputs = [
        batch_value(POINTS_INPUT, (coordinates // 3, 3)),
        batch_value(EVEN_INPUT, (cells,)),
        batch_value(ODD_INPUT, (cells,)),
    ]
    outputs = [batch_value(ANSWERS_OUTPUT, (expressions,)), batch_value(DIFFERENCES_OUTPUT, (expressions,))]
    model = writer.model(name, inputs, outputs)
    helper.set_model_props(model, {key: json.dumps(value) for key, value in facts.items()})
    content: bytes = model.SerializeToString(deterministic=True)
    return content
