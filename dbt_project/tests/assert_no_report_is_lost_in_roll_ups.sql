-- The country and what is not placed are together all current reports, metric by metric, and in procurement.
with current_reports as (
    select count(*) as n_reports
    from {{ ref('dim_report') }}
    where is_current
),

rolled_up as (
    select
        divisions.metric_key,
        sum(divisions.n_reports) as n_reports
    from {{ ref('rpt_division_year') }} as divisions
    inner join {{ ref('dim_metric') }} as metrics on divisions.metric_key = metrics.metric_key
    where divisions.division_level in ('country', 'unplaced') and metrics.metric_grain = 'body'
    group by divisions.metric_key
    union all
    select
        'rpt_procurement_division' as metric_key,
        sum(n_reports) as n_reports
    from {{ ref('rpt_procurement_division') }}
    where division_level in ('country', 'unplaced')
)

select
    rolled_up.*,
    current_reports.n_reports as n_current_reports
from rolled_up
cross join current_reports
where rolled_up.n_reports <> current_reports.n_reports
