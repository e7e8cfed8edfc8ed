"""``python -m minicompress.cli`` is the command ``minicompress``."""

import sys

from minicompress.cli import main

if __name__ == "__main__":
    sys.exit(main())
