with corrections as (
    select * from {{ ref('int_corrections') }}
)

select
    csv_row,
    report_key,
    document_id,
    table_key,
    row_key,
    column_key,
    status,
    expected_raw_value,
    raw_value,
    value_as_read,
    value_state_as_read,
    corrected_value,
    value,
    value_state,
    reason,
    corrected_by,
    corrected_on,
    line_start,
    line_end
from corrections
