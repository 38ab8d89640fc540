"""What turns declared entries into resolved ones; the order is meaning, so it is written down."""

from .inherit import inherit
from .overlays import overlays
from .sightings import sightings

PASSES = (inherit, sightings, overlays)
"""Inheritance first, so that what a user changes in one model changes no other."""
