"""What leaves the registry for others: dumps now; streams, catalogues and signatures to come."""
