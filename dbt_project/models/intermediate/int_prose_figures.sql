-- One figure a report and quantity: where the prose states different ones, which of them is meant is not proved.
with prose_counts as (
    select * from {{ ref('int_prose_counts') }}
),

figures as (
    select
        report_key,
        quantity,
        count(distinct value) as n_values,
        min(value) as least_value,
        bool_or(is_approximate) as is_approximate,
        min(line_start) as line_start,
        max(line_end) as line_end
    from prose_counts
    group by report_key, quantity
)

select
    report_key,
    quantity,
    case when n_values = 1 then least_value end as value,
    case
        when n_values > 1 then 'ambiguous'
        when least_value = 0 then 'zero'
        else 'number'
    end as value_state,
    is_approximate,
    line_start,
    line_end
from figures
