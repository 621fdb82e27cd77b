-- A row for each current report and metric, unpacked from numbers.
select
    reports.body_key,
    reports.report_year,
    reports.report_key,
    metrics.metric_key,
    {{ metric_value('packed.') }} as value,
    packed.numerator,
    packed.denominator,
    cast(packed.null_reason as varchar) as null_reason
from {{ in_this_file(ref('int_metrics')) }} as packed
inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
inner join {{ in_this_file(ref('int_metric_numbers')) }} as metrics on packed.metric_no = metrics.metric_no
