"""`python -m pipelines.publishing.workbook DIVISION`, `make workbook`: the workbook of one county, prefecture or province.

Belongs here: the command line. It reads the published database and writes into `<warehouse>/workbooks`.
"""

from __future__ import annotations

import argparse
import sys

from pipelines.publishing.database import PublishingError
from pipelines.publishing.workbook.scope import UnknownDivision
from pipelines.publishing.workbook.writing import write_division_workbook
from pipelines.settings import load_settings


def main() -> int:
    """Write one workbook and print its path; 1 where the division is not known, 2 without a warehouse."""
    parser = argparse.ArgumentParser(prog="make workbook", description="Write the Excel workbook of one division.")
    parser.add_argument("division", help="code (220112), name (双阳区) or full name (吉林省长春市双阳区)")
    wanted = parser.parse_args().division
    settings = load_settings()
    if not settings.database_path.is_file():
        print(f"There is no warehouse at {settings.database_path} yet: run `make warehouse` first.", file=sys.stderr)
        return 2
    try:
        done = write_division_workbook(settings, wanted)
    except (UnknownDivision, PublishingError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{done.path} ({done.path.stat().st_size:,} bytes)")
    for sheet, left_out in done.left_out.items():
        more = f", {left_out:,} left out: counted by county and year instead" if left_out else ""
        print(f"  {sheet}: {done.rows[sheet]:,} rows{more}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
