"""Records in, a report out; accepted records become events, a load is taken whole or not at all."""
