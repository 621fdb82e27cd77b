"""The names of the published tables, as dbt's marts and reports define them.

Belongs here: the list alone. Columns and their descriptions stand in the dbt project.
"""

from __future__ import annotations

from pipelines.settings import DBT_PROJECT_DIR

PUBLISHED_TABLES = sorted(
    path.stem for layer in ("marts", "reports") for path in (DBT_PROJECT_DIR / "models" / layer).glob("*.sql")
)
