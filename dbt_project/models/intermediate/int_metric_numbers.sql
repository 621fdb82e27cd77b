-- Metrics in the order of their keys: the order in which files of metrics are written.
select
    cast(row_number() over (order by metric_key) - 1 as usmallint) as metric_no,
    metric_key,
    comparable_over_forms
from {{ ref('metrics') }}
order by metric_no
