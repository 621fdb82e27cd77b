-- A difference is given only where the two years can be compared; both values stand beside it in any case.
with reports as (
    select
        report_key,
        form_version
    from {{ ref('dim_report') }}
    where is_current
),

metrics as (
    select * from {{ ref('dim_metric') }}
),

body_metrics as (
    select
        body_metrics.*,
        reports.form_version,
        metrics.comparable_over_forms
    from {{ ref('rpt_metric') }} as body_metrics
    inner join reports on body_metrics.report_key = reports.report_key
    inner join metrics on body_metrics.metric_key = metrics.metric_key
    where body_metrics.report_year is not null
),

paired as (
    select
        this_year.body_key,
        this_year.report_year,
        this_year.report_key,
        this_year.metric_key,
        this_year.value,
        year_before.value as value_before,
        year_before.report_key as report_key_before,
        this_year.form_version,
        year_before.form_version as form_version_before,
        case
            when year_before.report_key is null then 'no_report_before'
            when this_year.form_version <> year_before.form_version and not this_year.comparable_over_forms
                then 'form_changed'
            when this_year.value is null then 'no_value'
            when year_before.value is null then 'no_value_before'
        end as not_comparable_reason
    from body_metrics as this_year
    left join body_metrics as year_before
        on
            this_year.body_key = year_before.body_key
            and this_year.metric_key = year_before.metric_key
            and this_year.report_year = year_before.report_year + 1
    where this_year.value is not null or year_before.value is not null
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
from paired
