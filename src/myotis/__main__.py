"""``python -m myotis`` is ``myotis``."""

from myotis.cli.main import main

if __name__ == "__main__":  # worker processes import it too
    main()
