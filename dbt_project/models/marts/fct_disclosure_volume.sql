with volumes as (
    select * from {{ ref('int_disclosure_volumes') }}
)

select
    report_key,
    body_key,
    report_year,
    subject,
    measure,
    source,
    value,
    value_state,
    is_approximate,
    line_start,
    line_end
from volumes
