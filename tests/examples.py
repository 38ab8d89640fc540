"""How many examples a property gets that is dear, or whose code others test in full: a quarter of the others'."""

from hypothesis import settings

few = settings(max_examples=settings().max_examples // 4)
