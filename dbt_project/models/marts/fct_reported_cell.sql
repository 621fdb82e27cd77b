with cells as (
    select * from {{ ref('int_cells') }}
)

select
    report_key,
    body_key,
    report_year,
    form_version,
    table_key,
    row_key,
    column_key,
    raw_value,
    value,
    value_state,
    value_basis,
    value_as_read,
    value_state_as_read,
    printed_unit,
    printed_unit_basis,
    matched_label,
    matched_alias,
    label_distance,
    line_start,
    line_end
from cells
