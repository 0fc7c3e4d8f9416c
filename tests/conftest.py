"""Oracles that several tests share live in tests/oracles and are imported by their own names."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "oracles"))
