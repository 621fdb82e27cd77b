with cells as (
    select * from {{ ref('int_cells') }}
    where table_key = 't3'
)

select
    report_key,
    body_key,
    report_year,
    form_version,
    row_key as outcome,
    column_key as applicant,
    value,
    value_state,
    line_start,
    line_end
from cells
