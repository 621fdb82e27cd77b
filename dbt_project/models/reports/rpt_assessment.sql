-- How far the rules could be evaluated, and with what result: of the current reports alone.
with results as (
    select * from {{ ref('fct_rule_result') }}
),

reports as (
    select * from {{ ref('dim_report') }}
    where is_current
),

bodies as (
    select * from {{ ref('dim_body') }}
),

rules as (
    select * from {{ ref('dim_rule') }}
),

counted as (
    select
        results.report_year,
        bodies.body_level,
        results.rule_key,
        count(distinct results.report_key) as n_rule_reports,
        count(*) as n_results,
        count(*) filter (where results.status = 'pass') as n_pass,
        count(*) filter (where results.status = 'fail') as n_fail,
        count(*) filter (where results.status = 'not_assessable') as n_not_assessable
    from results
    inner join reports on results.report_key = reports.report_key
    inner join bodies on results.body_key = bodies.body_key
    group by results.report_year, bodies.body_level, results.rule_key
)

select
    counted.report_year,
    counted.body_level,
    counted.rule_key,
    rules.rule_kind,
    rules.severity,
    counted.n_rule_reports,
    counted.n_results,
    counted.n_pass,
    counted.n_fail,
    counted.n_not_assessable,
    (counted.n_pass + counted.n_fail) / counted.n_results as share_assessed,
    counted.n_fail / nullif(counted.n_pass + counted.n_fail, 0) as share_failed
from counted
inner join rules on counted.rule_key = rules.rule_key
