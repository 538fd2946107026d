"""``python -m runner``, which is what ``./run`` executes."""

import sys

from runner.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
