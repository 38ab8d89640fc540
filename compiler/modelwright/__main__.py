"""`python -m modelwright` is `providers`."""

from .cli import main

if __name__ == "__main__":
    main()
