with metrics as (
    select * from {{ ref('metrics') }}
),

expressions as (
    select * from {{ ref('metric_expressions') }}
),

editions as (
    select * from {{ ref('form_editions') }}
),

of_edition as (
    select
        expressions.metric_key,
        editions.form_version,
        editions.first_report_year
    from expressions
    inner join editions on list_contains(string_split(expressions.form_versions, '|'), editions.form_version)
),

asked as (
    select
        metric_key,
        string_agg(distinct form_version, '|' order by form_version) as metric_forms,
        arg_min(form_version, first_report_year) as since_form
    from of_edition
    group by metric_key
),

-- Where editions ask differently, each with its own expression.
written as (
    select
        metric_key,
        string_agg(
            case when n_expressions > 1 then form_versions || ': ' else '' end || numerator, '; '
            order by expression_seq
        ) as numerator,
        string_agg(
            case when n_expressions > 1 then form_versions || ': ' else '' end || denominator, '; '
            order by expression_seq
        ) as denominator
    from (
        select
            *,
            count(*) over (partition by metric_key) as n_expressions
        from expressions
    ) as counted
    group by metric_key
)

select
    metrics.metric_key,
    metrics.metric_order,
    metrics.topic,
    metrics.name_zh,
    metrics.name_en,
    written.numerator,
    written.denominator,
    metrics.unit,
    metrics.additive_over,
    metrics.comparable_over_forms,
    metrics.metric_grain,
    metrics.rounding,
    asked.since_form,
    asked.metric_forms,
    metrics.metric_basis,
    metrics.caveats_zh,
    metrics.caveats_en
from metrics
inner join written on metrics.metric_key = written.metric_key
left join asked on metrics.metric_key = asked.metric_key
