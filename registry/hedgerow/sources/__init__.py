"""Readers, one per outside form. They parse and name what is wrong; they decide nothing."""
