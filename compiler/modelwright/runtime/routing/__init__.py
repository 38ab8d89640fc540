"""
Which routes a call may take, in which order, and why. Nothing here sends anything.

`wishes.py` says which models, `accounts.py` through which accounts and profiles, `checks.py` which of these cannot do what is
needed, `policies/` which of those that can is best, and `router.py` puts them together.
"""
