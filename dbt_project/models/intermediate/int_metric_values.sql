-- Packed metrics with their value: a sum, or one over another, where nothing stands against it.
select
    report_no,
    metric_no,
    case
        when null_reason is not null then null
        when denominator is null then numerator
        else numerator / denominator
    end as value
from {{ ref('int_metrics') }}
