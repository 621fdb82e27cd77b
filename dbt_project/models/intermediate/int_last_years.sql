-- The current report of the same body on the year before.
with reports as (
    select * from {{ ref('int_reports') }}
    where report_year is not null
)

select
    reports.report_key,
    last_year.report_key as last_report_key
from reports
inner join reports as last_year
    on
        reports.body_key = last_year.body_key
        and reports.report_year = last_year.report_year + 1
        and last_year.is_current
