with corrections as (
    select * from {{ ref('stg_corrections') }}
),

cells as (
    select * from {{ ref('int_cells') }}
    where value_basis = 'corrected'
)

select
    corrections.csv_row,
    cells.report_key,
    corrections.document_id,
    corrections.table_key,
    corrections.row_key,
    corrections.column_key,
    case when cells.report_key is null then 'document_not_found' else 'applied' end as status,
    corrections.expected_raw_value,
    corrections.raw_value as checked_raw_value,
    cells.raw_value,
    cells.value_as_read,
    cells.value_state_as_read,
    corrections.corrected_value,
    corrections.value,
    corrections.value_state,
    corrections.reason,
    corrections.corrected_by,
    corrections.corrected_on,
    cells.line_start,
    cells.line_end
from corrections
left join cells
    on
        corrections.document_id = cells.report_key
        and corrections.table_key = cells.table_key
        and corrections.row_key = cells.row_key
        and corrections.column_key = cells.column_key
