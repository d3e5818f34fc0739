"""A TFLite model of the carrier as an ONNX model with the outputs that the product names."""

from collections.abc import Mapping

from infra.models.attention_operators import ATTENTION_OPERATORS
from infra.models.conversion import Conversion
from infra.models.errors import ConversionError
from infra.models.final_outputs import FINAL_OUTPUTS, INPUT_NAME
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.operators import BUILTIN_OPERATORS, OperatorConverter, foldable_margins
from infra.models.parallel_towers import merge_towers
from infra.models.tflite_graph import Operator, read_graph, without_repetitions

OPERATORS: Mapping[str, OperatorConverter] = {**BUILTIN_OPERATORS, **ATTENTION_OPERATORS}


def convert(model_bytes: bytes, *, name: str, role: str) -> bytes:
    """The ONNX file: equal input gives equal bytes, whatever the Python.

    `role` is `detector`, `mesh` or `attention_mesh` and chooses the outputs, see `final_outputs`. The input `image` is
    (N, 3, H, W) float32. Raises `ConversionError` for anything in the model that is not known.
    """
    if role not in FINAL_OUTPUTS:
        raise ConversionError(f"The role {role} is not known.")
    graph = merge_towers(without_repetitions(read_graph(model_bytes)))
    if len(graph.inputs) != 1:
        raise ConversionError(f"The model has {len(graph.inputs)} inputs, only one is known.")
    writer = OnnxWriter()
    conversion = Conversion(graph, writer)
    conversion.define(graph.inputs[0], INPUT_NAME)
    convert_operators(conversion)
    outputs = FINAL_OUTPUTS[role](conversion)
    _, height, width, channels = conversion.shape(graph.inputs[0])
    model = writer.model(name, [batch_value(INPUT_NAME, (channels, height, width))], outputs)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def convert_operators(conversion: Conversion) -> None:
    """Converts every operator of the graph, in order. The graph's inputs must have been defined."""
    for operator in conversion.graph.operators:
        _convert_operator(conversion, operator)


def _convert_operator(conversion: Conversion, operator: Operator) -> None:
    margins = foldable_margins(conversion, operator) if operator.kind == "PAD" else None
    if margins is not None:
        conversion.define_with_margins(operator.outputs[0], conversion.value(operator.inputs[0]), margins)
        return
    if operator.kind not in OPERATORS or len(operator.outputs) != 1:
        raise ConversionError(f"The operator {operator.kind} is not known.")
    conversion.define(operator.outputs[0], OPERATORS[operator.kind](conversion, operator))
