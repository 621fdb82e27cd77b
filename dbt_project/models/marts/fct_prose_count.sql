with prose_counts as (
    select * from {{ ref('int_prose_counts') }}
)

select
    report_key,
    body_key,
    report_year,
    prose_seq,
    quantity,
    value,
    is_approximate,
    quote,
    line_start,
    line_end
from prose_counts
