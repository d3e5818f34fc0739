"""From a checkout to a stack in AWS: what `make package`, `make deploy` and `make destroy` run.

`package` bundles, merges and checks, without AWS; `deploy` and `destroy` talk to AWS by boto3.
"""
