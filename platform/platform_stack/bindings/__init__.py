"""Generate `platform_stack_imports`: typed bindings and schemas of the kinds the platform writes itself.

Run it with `make imports DIR=…`, or `python -m platform_stack.bindings --schemas DIR`.
The table of what is generated is `kinds.py`.
"""
