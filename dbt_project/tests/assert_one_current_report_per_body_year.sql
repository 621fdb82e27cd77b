-- A body has at most one current report a year.
select
    body_key,
    report_year
from {{ ref('dim_report') }}
where is_current
group by body_key, report_year
having count(*) > 1
