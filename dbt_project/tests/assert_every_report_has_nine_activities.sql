-- Every report is judged on every activity.
select
    report.report_key,
    count(fact.activity) as n_activities
from {{ ref('dim_report') }} as report
left join {{ ref('fct_zero_activity') }} as fact on report.report_key = fact.report_key
group by report.report_key
having count(fact.activity) <> (select count(*) from {{ ref('activities') }})
