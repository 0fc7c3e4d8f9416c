"""``python -m myotis`` is ``myotis``."""

from myotis.cli.main import main

main()
