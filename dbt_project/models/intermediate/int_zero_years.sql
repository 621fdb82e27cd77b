-- Years in a row: the zeros of a body and activity, numbered by year, stand at one distance from their number as long
-- as no year is left out. Only a stated zero counts; a year that is missing, blank or not asked for breaks the row.
with statuses as (
    select * from {{ ref('int_activity_status') }}
),

reports as (
    select
        report_no,
        report_year,
        min(report_no) over (partition by body_key) as body_no
    from {{ ref('int_reports') }}
    where is_current
),

numbered as (
    select
        statuses.report_no,
        statuses.activity_no,
        reports.body_no,
        reports.report_year,
        reports.report_year - row_number() over (
            partition by reports.body_no, statuses.activity_no
            order by reports.report_year
        ) as row_of_years
    from statuses
    inner join reports on statuses.report_no = reports.report_no
    where statuses.status = 'zero' and reports.report_year is not null
),

in_a_row as (
    select
        report_no,
        activity_no,
        row_number() over (partition by body_no, activity_no, row_of_years order by report_year) as zero_years_in_row,
        min(report_year) over (partition by body_no, activity_no, row_of_years) as first_zero_year
    from numbered
)

select
    statuses.report_no,
    statuses.activity_no,
    statuses.status,
    in_a_row.zero_years_in_row,
    in_a_row.first_zero_year,
    statuses.prose_value,
    statuses.line_start,
    statuses.line_end
from statuses
inner join reports on statuses.report_no = reports.report_no
left join in_a_row on statuses.report_no = in_a_row.report_no and statuses.activity_no = in_a_row.activity_no
order by statuses.report_no, statuses.activity_no
