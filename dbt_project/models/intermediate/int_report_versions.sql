-- One current report a body and year: the last published one, then by key.
with reports as (
    select * from {{ ref('int_distinct_reports') }}
),

bodies as (
    select * from {{ ref('int_report_bodies') }}
)

select
    reports.report_key,
    row_number() over (
        partition by bodies.body_key, reports.report_year
        order by reports.published_on desc nulls last, reports.report_key asc
    ) = 1 as is_current
from reports
inner join bodies on reports.report_key = bodies.report_key
