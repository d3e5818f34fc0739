"""The network of the second look as an ONNX model: the file that the product opens."""

from chalicelib.analysis.faces.proof.face_checks import PATCH_SIDE
from infra.models.onnx_writer import OnnxWriter, batch_value
from lab.face_checks.network import ANSWERS, CheckNetwork

INPUT, OUTPUT = "patches", "logits"


def export_checks(network: CheckNetwork) -> bytes:
    """The ONNX file: `patches` (N, 1, 64, 64) -> `logits` (N, 4). Weights are stored as float16."""
    writer = OnnxWriter()
    seen = INPUT
    for convolution in network.convolutions:
        weight, bias = (each.detach().numpy() for each in (convolution.weight, convolution.bias))
        size = weight.shape[-1]
        seen = writer.node(
            "Relu",
            writer.node(
                "Conv",
                seen,
                writer.halves(weight),
                writer.floats(bias),
                strides=[2, 2],
                pads=[size // 2] * 4,
                kernel_shape=[size, size],
            ),
        )
    flat = writer.node("Flatten", seen)
    hidden = writer.node("Relu", _linear(writer, flat, network.hidden))
    _linear(writer, hidden, network.answers, output=OUTPUT)
    inputs = [batch_value(INPUT, (1, PATCH_SIDE, PATCH_SIDE))]
    model = writer.model("face_checks", inputs, [batch_value(OUTPUT, (len(ANSWERS),))])
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _linear(writer: OnnxWriter, seen: str, layer: object, output: str | None = None) -> str:
    weight, bias = (getattr(layer, name).detach().numpy() for name in ("weight", "bias"))
    product = writer.node("MatMul", seen, writer.halves(weight.T))
    return writer.node("Add", product, writer.floats(bias), output=output)
