"""The container's command, ended with its parent: `python -m chalicelib.local.aws.batch_process`.

It lives as long as its standard input stays open, and is otherwise `python -m chalicelib.worker`.
"""

import runpy
import sys

from chalicelib.local.workers.process import end_with_parent

if __name__ == "__main__":
    end_with_parent(sys.stdin.fileno())
    runpy.run_module("chalicelib.worker", run_name="__main__", alter_sys=True)
