"""GID Warehouse: annual reports on government information disclosure, from raw text to a published DuckDB file."""

__version__ = "0.1.0"
