-- A difference is given only where the two years can be compared; both values stand beside it in any case. Editions
-- that one expression of a metric reads ask alike, whatever others ask.
with judged as (
    select
        reports.body_key,
        reports.report_year,
        reports.report_key,
        metrics.metric_key,
        packed.value,
        packed.value_before,
        pairs.form_version,
        pairs.form_version_before,
        pairs.report_key_before,
        case
            when pairs.report_no_before is null then 'no_report_before'
            when
                pairs.form_version <> pairs.form_version_before
                and not metrics.comparable_over_forms
                and not coalesce(list_has_all(
                    string_split(metrics.alike_forms, '|'), [pairs.form_version, pairs.form_version_before]
                ), false)
                then 'form_changed'
            when packed.value is null then 'no_value'
            when packed.value_before is null then 'no_value_before'
        end as not_comparable_reason
    from {{ in_this_file(ref('int_metric_years')) }} as packed
    inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
    inner join {{ in_this_file(ref('int_metric_numbers')) }} as metrics on packed.metric_no = metrics.metric_no
    inner join {{ in_this_file(ref('int_report_pairs')) }} as pairs on packed.report_no = pairs.report_no
)

select
    body_key,
    report_year,
    report_key,
    metric_key,
    value,
    value_before,
    case when not_comparable_reason is null then value - value_before end as difference,
    case when not_comparable_reason is null then (value - value_before) / nullif(abs(value_before), 0) end
        as relative_change,
    not_comparable_reason is null as is_comparable,
    not_comparable_reason,
    form_version,
    form_version_before,
    report_key_before
from judged
