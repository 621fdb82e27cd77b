with results as (
    select * from {{ ref('int_rule_results') }}
)

select
    report_key,
    relation_key,
    table_key,
    row_key,
    column_key,
    status,
    expected,
    actual,
    n_missing,
    line_start,
    line_end
from results
