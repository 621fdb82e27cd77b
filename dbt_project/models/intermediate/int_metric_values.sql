-- Packed metrics with their value alone: what years and peers are compared by.
select
    report_no,
    metric_no,
    {{ metric_value() }} as value
from {{ ref('int_metrics') }}
