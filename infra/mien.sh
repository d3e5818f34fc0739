#!/bin/sh
# The command line, from anywhere: `make setup` puts this into the virtual environment as bin/mien, and the path of the
# checkout into it as mien.pth, so that `import mien` works in its python from anywhere as well.
# -P: a folder that happens to be called mien or chalicelib in the current directory is not looked at.
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/../.." exec "$here/python" -P -m mien.cli "$@"
