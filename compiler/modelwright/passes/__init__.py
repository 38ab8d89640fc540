"""What turns declared entries into resolved ones; the order is meaning, so it is written down."""

from .inherit import inherit
from .overlays import overlays
from .providers import providers
from .sightings import sightings

PASSES = (inherit, providers, sightings, overlays)
"""Inheritance first, so that what a user changes in one model changes no other; the user's providers before what was seen of their models."""
