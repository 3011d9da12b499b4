"""From rows to pictures and files."""
