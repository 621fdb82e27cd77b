with statuses as (
    select * from {{ ref('int_activity_status') }}
)

select
    report_key,
    body_key,
    report_year,
    activity,
    status,
    is_zero_activity,
    has_stock,
    n_cells,
    n_numbers,
    prose_value,
    prose_contradicts,
    line_start,
    line_end
from statuses
