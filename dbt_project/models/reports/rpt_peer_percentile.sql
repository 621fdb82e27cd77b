-- Peers: bodies of one level, kind, province and year that have a value. Equal values share one rank, in the middle of
-- theirs. Most values are alike (0), so that ranks are counted over the distinct ones.
with bodies as (
    select * from {{ ref('dim_body') }}
),

body_metrics as not materialized (
    select
        body_metrics.body_key,
        body_metrics.report_year,
        body_metrics.report_key,
        body_metrics.metric_key,
        body_metrics.value,
        bodies.body_level,
        bodies.body_kind,
        bodies.province_name
    from {{ ref('rpt_metric') }} as body_metrics
    inner join bodies on body_metrics.body_key = bodies.body_key
    where body_metrics.value is not null
),

counted as (
    select
        metric_key,
        report_year,
        province_name,
        body_level,
        body_kind,
        value,
        count(*) as n_equal
    from body_metrics
    where
        report_year is not null
        and province_name is not null
        and body_level is not null
        and body_kind <> 'unknown'
    group by metric_key, report_year, province_name, body_level, body_kind, value
),

ranked as (
    select
        *,
        cast(sum(n_equal) over (
            partition by metric_key, report_year, province_name, body_level, body_kind
        ) as bigint) as n_peers,
        cast(sum(n_equal) over (
            partition by metric_key, report_year, province_name, body_level, body_kind order by value
        ) - n_equal as bigint) as n_below
    from counted
)

select
    body_metrics.body_key,
    body_metrics.report_year,
    body_metrics.report_key,
    body_metrics.metric_key,
    body_metrics.province_name,
    body_metrics.body_level,
    body_metrics.body_kind,
    body_metrics.value,
    case
        when ranked.n_peers >= {{ var('min_peers') }}
            then (ranked.n_below + ranked.n_equal / 2) / ranked.n_peers
    end as percentile_rank,
    ranked.n_peers,
    ranked.n_below,
    ranked.n_equal,
    case
        when body_metrics.report_year is null then 'year_unknown'
        when ranked.n_peers is null then 'peers_unknown'
        when ranked.n_peers < {{ var('min_peers') }} then 'too_few_peers'
    end as null_reason
from body_metrics
left join ranked
    on
        body_metrics.metric_key = ranked.metric_key
        and body_metrics.report_year = ranked.report_year
        and body_metrics.province_name = ranked.province_name
        and body_metrics.body_level = ranked.body_level
        and body_metrics.body_kind = ranked.body_kind
        and body_metrics.value = ranked.value
