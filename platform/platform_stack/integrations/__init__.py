"""What a product is: all that the library knows of each, one module or package of its name.

Each makes the roles that its application has for the others (`platform_stack.model.roles`).
"""
