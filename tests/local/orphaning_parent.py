"""A process that starts a worker and is then killed by the test."""

import os
import sys
import time
from pathlib import Path

from chalicelib.local.workers.supervisor import WorkerSupervisor

if __name__ == "__main__":
    with WorkerSupervisor(1, os.environ, Path(sys.argv[1]), handler="tests.local.handlers:hang_once", warm_up=""):
        time.sleep(600)
