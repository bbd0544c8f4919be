"""``python -m agentseg.cli``."""

import sys

from agentseg.cli import main

sys.exit(main())
