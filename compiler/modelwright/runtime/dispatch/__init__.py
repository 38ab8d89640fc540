"""
Calls: sent, streamed, retried, failed over, paid for and written down.

`engine.py` decides, and does nothing itself: it is a generator that yields what is to be done (`steps.py`) and is told what came
of it. `dispatcher.py` and `async_dispatcher.py` do it, over a transport (`transport.py`); `core.py` is what both share.
"""
