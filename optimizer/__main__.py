"""`python -m optimizer`: the same as `opening-hours`."""

import sys

from optimizer.cli import main

sys.exit(main())
