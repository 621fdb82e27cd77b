-- A body has at most one current report a year; reports without a year are none of each other's versions.
select
    body_key,
    report_year
from {{ ref('dim_report') }}
where is_current and report_year is not null
group by body_key, report_year
having count(*) > 1
