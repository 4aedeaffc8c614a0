"""Rules that a platform must obey, one small module each.

A rule returns findings; synth raises them, so that nothing wrong is ever written.
"""
