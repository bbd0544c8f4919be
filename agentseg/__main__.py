"""``python -m agentseg`` is the ``agentseg`` command."""

import sys

from agentseg.cli import main

sys.exit(main())
