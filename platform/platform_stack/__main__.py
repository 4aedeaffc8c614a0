"""`python -m platform_stack`: the same as the command `platform-stack`."""

from platform_stack.cli import main

if __name__ == "__main__":
    main()
