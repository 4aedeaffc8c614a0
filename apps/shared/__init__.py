"""What applications share. Nothing here imports one, so that each can name any other, whatever depends on what."""
