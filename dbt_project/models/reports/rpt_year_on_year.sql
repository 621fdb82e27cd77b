-- A difference is given only where the two years can be compared; both values stand beside it in any case.
-- Reports are paired first and have numbers, so that a hundred values a report are joined by numbers.
with reports as materialized (
    select
        report_key,
        body_key,
        report_year,
        form_version,
        row_number() over () as report_no
    from {{ ref('dim_report') }}
    where is_current and report_year is not null
),

pairs as (
    select
        this_year.*,
        year_before.report_no as report_no_before,
        year_before.report_key as report_key_before,
        year_before.form_version as form_version_before
    from reports as this_year
    left join reports as year_before
        on this_year.body_key = year_before.body_key and this_year.report_year = year_before.report_year + 1
),

metrics as (
    select * from {{ ref('dim_metric') }}
),

numbered as (
    select
        pairs.report_no,
        pairs.report_no_before,
        metrics.metric_order,
        body_metrics.value
    from {{ ref('rpt_metric') }} as body_metrics
    inner join pairs on body_metrics.report_key = pairs.report_key
    inner join metrics on body_metrics.metric_key = metrics.metric_key
),

compared as (
    select
        this_year.report_no,
        this_year.metric_order,
        this_year.value,
        year_before.value as value_before
    from numbered as this_year
    left join numbered as year_before
        on
            this_year.report_no_before = year_before.report_no
            and this_year.metric_order = year_before.metric_order
            and year_before.value is not null
    where this_year.value is not null or year_before.value is not null
),

judged as (
    select
        pairs.body_key,
        pairs.report_year,
        pairs.report_key,
        metrics.metric_key,
        compared.value,
        compared.value_before,
        pairs.form_version,
        pairs.form_version_before,
        pairs.report_key_before,
        case
            when pairs.report_no_before is null then 'no_report_before'
            when pairs.form_version <> pairs.form_version_before and not metrics.comparable_over_forms
                then 'form_changed'
            when compared.value is null then 'no_value'
            when compared.value_before is null then 'no_value_before'
        end as not_comparable_reason
    from compared
    inner join pairs on compared.report_no = pairs.report_no
    inner join metrics on compared.metric_order = metrics.metric_order
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
