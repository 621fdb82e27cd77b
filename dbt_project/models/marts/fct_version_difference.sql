with differences as (
    select * from {{ ref('int_version_differences') }}
),

reports as (
    select * from {{ ref('int_reports') }}
)

select
    differences.report_key,
    differences.current_report_key,
    reports.body_key,
    reports.report_year,
    differences.difference_kind,
    differences.table_key,
    differences.row_key,
    differences.column_key,
    differences.quantity,
    differences.value,
    differences.value_state,
    differences.raw_value,
    differences.line_start,
    differences.line_end,
    differences.current_value,
    differences.current_value_state,
    differences.current_raw_value,
    differences.current_line_start,
    differences.current_line_end
from differences
inner join reports on differences.report_key = reports.report_key
