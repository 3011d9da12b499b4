"""The ontology as its files state it: terms, axioms in words, where each is used, and how to model with it."""
