with cells as (
    select * from {{ ref('int_cells') }}
    where
        table_key = 't2'
        and row_key in ('permit', 'other_service', 'penalty', 'compulsory_measure', 'fee')
)

select
    report_key,
    body_key,
    report_year,
    form_version,
    row_key as action,
    column_key as measure,
    value,
    value_state,
    line_start,
    line_end
from cells
