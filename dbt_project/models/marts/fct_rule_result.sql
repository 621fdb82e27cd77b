with results as (
    select * from {{ ref('int_rule_results') }}
)

select
    report_key,
    body_key,
    report_year,
    rule_key,
    table_key,
    row_key,
    column_key,
    status,
    expected,
    actual,
    n_operands,
    n_missing,
    missing,
    line_start,
    line_end
from results
