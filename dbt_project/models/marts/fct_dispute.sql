with cells as (
    select * from {{ ref('int_cells') }}
    where table_key = 't4'
)

select
    report_key,
    body_key,
    report_year,
    regexp_extract(column_key, '^(.*)_([a-z]+)$', 1) as route,
    regexp_extract(column_key, '^(.*)_([a-z]+)$', 2) as result,
    value,
    value_state,
    line_start,
    line_end
from cells
