with reports as (
    select * from {{ ref('int_distinct_reports') }}
),

bodies as (
    select * from {{ ref('int_report_bodies') }}
),

versions as (
    select * from {{ ref('int_report_versions') }}
)

select
    reports.* replace (
        bodies.unit_name as unit_name,
        bodies.division_code as division_code,
        bodies.is_government as is_government,
        bodies.resolution as resolution
    ),
    reports.resolution as text_resolution,
    reports.division_code as text_division_code,
    bodies.override_row,
    bodies.body_key,
    versions.is_current
from reports
inner join bodies on reports.report_key = bodies.report_key
inner join versions on reports.report_key = versions.report_key
