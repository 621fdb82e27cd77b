-- Years in a row: the zeros of a body and activity, numbered by year, stand at one distance from their number as long
-- as no year is left out. Only a stated zero counts; a year that is missing, blank or not asked for breaks the row.
with statuses as (
    select * from {{ ref('fct_zero_activity') }}
),

reports as (
    select * from {{ ref('dim_report') }}
    where is_current
),

bodies as (
    select * from {{ ref('dim_body') }}
),

current_statuses as (
    select statuses.*
    from statuses
    inner join reports on statuses.report_key = reports.report_key
),

numbered as (
    select
        report_key,
        body_key,
        activity,
        report_year,
        report_year - row_number() over (partition by body_key, activity order by report_year) as row_of_years
    from current_statuses
    where is_zero_activity and report_year is not null
),

in_a_row as (
    select
        report_key,
        activity,
        row_number() over (partition by body_key, activity, row_of_years order by report_year) as zero_years_in_row,
        min(report_year) over (partition by body_key, activity, row_of_years) as first_zero_year
    from numbered
)

select
    current_statuses.body_key,
    current_statuses.report_year,
    current_statuses.activity,
    current_statuses.report_key,
    bodies.body_name,
    bodies.province_name,
    bodies.prefecture_name,
    bodies.county_name,
    bodies.division_code,
    bodies.body_level,
    bodies.body_kind,
    current_statuses.status,
    current_statuses.is_zero_activity,
    in_a_row.zero_years_in_row,
    in_a_row.first_zero_year,
    current_statuses.prose_value,
    current_statuses.prose_contradicts,
    current_statuses.line_start,
    current_statuses.line_end
from current_statuses
inner join bodies on current_statuses.body_key = bodies.body_key
left join in_a_row
    on current_statuses.report_key = in_a_row.report_key and current_statuses.activity = in_a_row.activity
