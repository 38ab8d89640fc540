"""How much is tried of what is dear, or whose code others test in full: a quarter of the examples, every seventh position; all in `make verify`."""

from hypothesis import settings

few = settings(max_examples=settings().max_examples // 4)
STEP = 1 if settings().max_examples >= 2000 else 7
