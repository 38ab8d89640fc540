"""What turns declared entries into resolved ones; the order is meaning, so it is written down."""

from .accounts import accounts
from .inherit import inherit
from .overlays import overlays
from .providers import providers
from .sightings import sightings
from .translate import translate

PASSES = (inherit, translate, providers, sightings, overlays, accounts)
"""
Inheritance first, so that what a user changes in one model changes no other; dialects before what lays users' files over the
registry; the user's providers before what was seen of their models, and before accounts with them.
"""
