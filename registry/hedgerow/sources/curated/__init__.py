"""The curated public record: CSV tables in, records out. One module per kind of record."""

from hedgerow.sources.curated.tables import TABLES, Curated, Table, TableCount, read_curated

__all__ = ["TABLES", "Curated", "Table", "TableCount", "read_curated"]
