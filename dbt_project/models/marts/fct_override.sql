with overrides as (
    select * from {{ ref('int_overrides') }}
)

select
    csv_row,
    document_id,
    body_name,
    printed_parent,
    division_code,
    division_name,
    unit_name,
    status,
    n_reports_placed,
    n_reports_elsewhere,
    reason,
    decided_by,
    decided_on
from overrides
