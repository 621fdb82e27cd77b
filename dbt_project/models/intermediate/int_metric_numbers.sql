-- Metrics in the order of their keys, which is that of the files of metrics; with what is asked of them for each value.
with metrics as (
    select * from {{ ref('metrics') }}
),

rates as (
    select distinct metric_key
    from {{ ref('metric_expressions') }}
    where denominator is not null
),

-- Editions that one expression reads ask alike.
alike as (
    select
        metric_key,
        form_versions as alike_forms
    from {{ ref('metric_expressions') }}
    where contains(form_versions, '|')
)

select
    cast(row_number() over (order by metrics.metric_key) - 1 as usmallint) as metric_no,
    metrics.metric_key,
    metrics.metric_grain,
    metrics.comparable_over_forms,
    alike.alike_forms,
    rates.metric_key is not null as is_rate
from metrics
left join rates on metrics.metric_key = rates.metric_key
left join alike on metrics.metric_key = alike.metric_key
order by metric_no
