with procurement as (
    select * from {{ ref('int_procurement') }}
)

select
    report_key,
    body_key,
    report_year,
    project_count,
    project_count_state,
    amount_raw,
    amount,
    amount_state,
    amount_basis,
    amount_unit,
    unit_basis,
    unit_rule_key,
    unit_evidence,
    amount_yuan,
    line_start,
    line_end
from procurement
