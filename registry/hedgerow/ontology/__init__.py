"""Care for the ontology's files: one canonical form, a JSON-LD context, hygiene, the reasoner; `hedgerow ontology`."""
