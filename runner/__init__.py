"""The launcher behind ``./run``.

It needs nothing but Python's standard library, because it runs before anything is installed. Why
there is one at all is in docs/decisions/0002-own-launcher.md.
"""
