"""What a product is: one module each, which makes the roles of the application that runs it.

Nothing else in `platform_stack` knows a product. Each module's public names are for the descriptions of platforms.
"""
